// The text form of managed circuits: parsed, printed, parsed again.
#include <string_view>

#include "common.hpp"
#include "tacit/compile/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto parsed = catching([&] { return compile::parse(text); });
    if (!parsed) {
        fuzz::check_error(parsed.error());
        return 0;
    }
    const std::string printed = compile::print(*parsed);
    const auto again = catching([&] { return compile::parse(printed); });
    if (!again) fuzz::report(std::string("a printed managed circuit does not parse: ") + again.error().what());
    if (!(*again == *parsed)) fuzz::report("a printed managed circuit parses as another one");
    if (compile::print(*again) != printed) fuzz::report("printing is not canonical");
    return 0;
}
