// The JSON of calibrations: parsed, written, parsed again.
#include <string_view>

#include "common.hpp"
#include "tacit/compile/cost.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    const auto parsed = compile::parse_calibration({reinterpret_cast<const char*>(data), size});
    if (!parsed) {
        fuzz::check_error(parsed.error());
        return 0;
    }
    const auto again = compile::parse_calibration(compile::to_json(*parsed));
    if (!again) fuzz::report(std::string("a written calibration does not parse: ") + again.error().what());
    if (!(*again == *parsed)) fuzz::report("a written calibration parses as another one");
    return 0;
}
