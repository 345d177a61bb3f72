// Shares that people who are no parties bring to those who compute. The first byte chooses parties and party.
#include <algorithm>

#include "common.hpp"
#include "tacit/mpc/dealing.hpp"

using namespace tacit;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const int parties = 3 + data[0] % 2;
    const int party = data[0] / 2 % 4;
    const auto share = mpc::share_from_bytes(fuzz::as_bytes(data + 1, size - 1), parties, party,
                                             mpc::BitShape{.planes = 3, .lanes = 70});
    if (!share) {
        fuzz::check_error(share.error());
        return 0;
    }
    const auto bytes = mpc::to_bytes(*share, parties, party);  // what is accepted has one form
    if (!std::equal(bytes.begin(), bytes.end(), fuzz::as_bytes(data + 1, size - 1).begin())) std::abort();
    return 0;
}
