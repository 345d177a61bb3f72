// The text form of layouts: parsed, printed, and the same text again.
#include <string_view>

#include "common.hpp"
#include "tacit/linalg/layout.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto parsed = linalg::parse_layout(text);
    if (!parsed) {
        fuzz::check_error(parsed.error());
        return 0;
    }
    if (linalg::print(*parsed) != text) fuzz::report("a layout is not printed as it was read");
    return 0;
}
