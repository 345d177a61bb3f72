// The JSON of feature maps: parsed, written, parsed again.
#include "tacit/table/feature_map.hpp"

#include <string_view>

#include "common.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    const auto parsed = table::parse_feature_map({reinterpret_cast<const char*>(data), size});
    if (!parsed) {
        fuzz::check_error(parsed.error());
        return 0;
    }
    const auto again = table::parse_feature_map(to_json(*parsed));
    if (!again) fuzz::report(std::string("a written feature map does not parse: ") + again.error().what());
    if (!(*again == *parsed)) fuzz::report("a written feature map parses as another one");
    return 0;
}
