// One of three or four parties against frames of the others that the input changes: dealt shares are confirmed, an
// auction is held and opened. The first byte picks how many parties, and which.
#include <array>
#include <memory>
#include <vector>

#include "replay.hpp"
#include "tacit/mpc/auction.hpp"
#include "tacit/mpc/dealing.hpp"

namespace {

using namespace tacit;

/// What each party was dealt of three bids and a reserve price.
const std::vector<mpc::Bits>& dealt(int parties) {
    const auto deal = [](int count) {
        Rng rng(Seed{});
        return mpc::deal(mpc::ClearBits(std::vector<std::uint64_t>{5, 9, 7}, 4), count, rng);
    };
    static const std::array both{deal(3), deal(4)};
    return both.at(static_cast<std::size_t>(parties - 3));
}

void auction(party::Party& me) {
    mpc::Replicated ring(me);
    const mpc::Bits& bids = dealt(me.count())[static_cast<std::size_t>(me.index())];
    ring.confirm_dealt(std::vector{&bids.parts});
    const auto reserve = ring.constant(mpc::ClearBits(std::vector<std::uint64_t>{6}, 4));
    const auto outcome = hold_auction(ring, bids, reserve, {.bid_bits = 4});
    const auto result = open_result(ring, outcome, mpc::Opened::price_and_winners);
    for (const std::size_t winner : result.winners) {
        if (winner >= 3 && me.count() == 4) fuzz::report("a winner who is no bidder");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::run_alone();
    static std::array<std::unique_ptr<fuzz::Replay>, 7> seats;  // 3 and 4 of them
    if (size == 0) return 0;
    const std::size_t pick = data[0] % seats.size();
    auto& seat = seats.at(pick);
    if (!seat)
        seat = std::make_unique<fuzz::Replay>(pick < 3 ? 3 : 4, static_cast<int>(pick < 3 ? pick : pick - 3), auction);
    seat->run(fuzz::as_bytes(data + 1, size - 1), auction);
    return 0;
}
