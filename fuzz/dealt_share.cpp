// Shares that people who are no parties bring to those who compute. The first byte chooses parties, party, and whether
// the share is of bits or of numbers.
#include <algorithm>

#include "common.hpp"
#include "tacit/mpc/dealing.hpp"

using namespace tacit;

namespace {

/// What is accepted has one form.
template <class Share>
void check(const Expected<Share>& share, std::span<const std::byte> input, int parties, int party) {
    if (!share) return fuzz::check_error(share.error());
    const auto bytes = mpc::to_bytes(*share, parties, party);
    if (!std::ranges::equal(bytes, input)) fuzz::report("another form of a share");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const int parties = 3 + data[0] % 2;
    const int party = data[0] / 2 % 4;
    const auto input = fuzz::as_bytes(data, size).subspan(1);
    if (data[0] >= 128) {
        check(mpc::numbers_from_bytes(input, parties, party), input, parties, party);
    } else {
        check(mpc::share_from_bytes(input, parties, party, mpc::BitShape{.planes = 3, .lanes = 70}), input, parties,
              party);
    }
    return 0;
}
