#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tacit/mpc/replicated.hpp"

/// Sealed-bid auctions among three or four parties to whom bidders bring shares of their bids (tacit/mpc/dealing.hpp),
/// or who bid themselves.
///
/// Parties      three, semi-honest, or four, one of whom may do anything: tacit/mpc/replicated.hpp, which also says
/// what Adversary    one of three could do who does not follow the protocol, and two together. A bidder can bid
/// anything. Revealed     to the receivers (all parties, or by tacit/mpc/receivers.hpp): whether something was sold,
/// the price, and
///              the winners if they are to know them. To all parties: who bids. Losing bids are never opened; by
///              definition, though, the price of a second-price (Vickrey) auction is one losing bid, or the reserve,
///              and the first price is the winner's bid.
/// Rounds       1000 bidders, one unit, second price: 91 (93 among four) with the opening.
/// Bytes        65 kB from the party that sends most (98 kB).
namespace tacit::mpc {

/// What all parties must agree on.
struct AuctionRules {
    enum class Price {
        lowest_winning,  ///< one unit: first price
        highest_losing,  ///< one unit: second price (Vickrey)
    };
    enum class Ties {
        earliest,  ///< of equal bids, the one with the lower number wins
        lottery,   ///< an order that the parties toss coins for decides; nobody could choose it
    };
    Price price = Price::highest_losing;
    /// Units for sale. Every bid is for one; all winners pay the same.
    std::size_t units = 1;
    Ties ties = Ties::earliest;
    /// Bids are from 0 to 2^bid_bits - 1 by construction: 1 to 62.
    std::size_t bid_bits = 40;
};

/// The outcome, still secret. The seller's reserve takes part as a bid that loses ties: units that it "wins" stay
/// unsold.
struct AuctionOutcome {
    Bits price;                         ///< bid_bits planes, one lane; 0 if nothing is sold
    Bits winners;                       ///< a lane for each unit: plane 0 says whether it is sold, the rest who won it
    std::vector<std::uint32_t> bidder;  ///< which bidder's number each number in `winners` stands for; public
};

/// Runs the auction: `bids` has bid_bits planes and a lane for each bidder, `reserve` one lane. If fewer bids reach the
/// reserve than there are units, winners pay the reserve. Throws invalid_argument for rules out of range, other shapes,
/// no bidders or more than 2^20.
///
/// One unit: a tournament, 9 ceil(log2(bidders + 1)) rounds (two more for a lottery) for bids of 33 to 62 bits; the
/// second price of 40-bit bids takes about 65 bytes a bidder and party among three. More units: all bids are ranked.
[[nodiscard]] AuctionOutcome hold_auction(Replicated& ring, const Bits& bids, const Bits& reserve,
                                          const AuctionRules& rules);

/// What is opened.
struct AuctionResult {
    bool sold = false;
    std::optional<std::uint64_t> price;  ///< none if nothing was sold
    std::vector<std::size_t> winners;    ///< bidders' numbers, ascending; empty unless opened
};

/// What those learn who receive the result. Who else is to learn the winners gets won_bits, by
/// Replicated::for_receiver: a bidder its own lane, the seller all of them.
enum class Opened { price, price_and_winners };

/// To all parties. 1 round (3 among four). Winners of several units are shuffled before, so that nobody sees who bid
/// more: 3 rounds more (4).
[[nodiscard]] AuctionResult open_result(Replicated& ring, const AuctionOutcome& outcome, Opened opened);
/// The same in two steps, for receivers of the caller's choice (tacit/mpc/receivers.hpp): what is to be opened, still
/// secret,
[[nodiscard]] Bits result_bits(Replicated& ring, const AuctionOutcome& outcome, Opened opened);
/// and what it says once it is open, of an auction of so many units and the outcome's `bidder`. Throws
/// protocol_violation for bits that are no result: a party cheats.
[[nodiscard]] AuctionResult read_result(const ClearBits& bits, std::size_t units, std::span<const std::uint32_t> bidder,
                                        Opened opened);

/// One plane with a lane for each bidder, in their own order: 1 for winners. ceil(log2(bits of a number + 1)) rounds;
/// units times bidders times their bits of and gates.
[[nodiscard]] Bits won_bits(Replicated& ring, const AuctionOutcome& outcome);

}  // namespace tacit::mpc
