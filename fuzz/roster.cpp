// Rosters, read, written, and the same roster again.
#include "tacit/party/roster.hpp"

#include <string_view>

#include "common.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    const auto roster = party::parse_roster({reinterpret_cast<const char*>(data), size});
    if (!roster) {
        fuzz::check_error(roster.error());
        return 0;
    }
    const auto again = party::parse_roster(party::to_text(*roster));
    if (!again || again->hash() != roster->hash()) fuzz::report("a roster is not read as written");
    return 0;
}
