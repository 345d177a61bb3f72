// The text form of circuits: parsed, printed, parsed again.
#include <string_view>

#include "common.hpp"
#include "tacit/circuit/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto parsed = catching([&] { return circuit::parse(text); });
    if (!parsed) {
        fuzz::check_error(parsed.error());
        return 0;
    }
    const std::string printed = circuit::print(*parsed);
    const auto again = catching([&] { return circuit::parse(printed); });
    if (!again) fuzz::report(std::string("a printed circuit does not parse: ") + again.error().what());
    if (!(*again == *parsed)) fuzz::report("a printed circuit parses as another one");
    if (circuit::print(*again) != printed) fuzz::report("printing is not canonical");
    return 0;
}
