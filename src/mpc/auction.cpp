#include "tacit/mpc/auction.hpp"

#include <algorithm>
#include <numeric>

#include "base/fail.hpp"
#include "tacit/mpc/circuits.hpp"
#include "tacit/mpc/sort.hpp"
#include "tacit/party/agreement.hpp"

namespace tacit::mpc {

namespace {

constexpr std::size_t most_bidders = std::size_t{1} << 20U;

void check(const Bits& bids, const Bits& reserve, const AuctionRules& rules) {
    const BitShape& shape = bids.shape;
    if (rules.bid_bits == 0 || rules.bid_bits > 62) {
        fail(ErrorCode::invalid_argument, "an auction with bids of {} bits; 1 to 62 are possible", rules.bid_bits);
    }
    if (shape.lanes == 0 || shape.lanes > most_bidders) {
        fail(ErrorCode::invalid_argument, "an auction with {} bidders; 1 to {} are possible", shape.lanes,
             most_bidders);
    }
    if (rules.units == 0 || rules.units > most_bidders) {
        fail(ErrorCode::invalid_argument, "an auction of {} units; 1 to {} are possible", rules.units, most_bidders);
    }
    if (shape.planes != rules.bid_bits || reserve.shape != BitShape{rules.bid_bits, 1}) {
        fail(ErrorCode::invalid_argument, "bids of {} bits and a reserve of {} x {} where the rules say {} bits",
             shape.planes, reserve.shape.planes, reserve.shape.lanes, rules.bid_bits);
    }
}

/// Bidders in the order in which they win ties.
std::vector<std::uint32_t> precedence(Replicated& ring, std::size_t bidders, AuctionRules::Ties ties) {
    std::vector<std::uint32_t> order(bidders);
    std::iota(order.begin(), order.end(), 0U);
    if (ties == AuctionRules::Ties::lottery) {
        Rng coins(party::toss_coins(ring.me(), "lottery of an auction"));
        const auto drawn = random_order(coins, bidders);
        std::ranges::copy(drawn, order.begin());
    }
    return order;
}

/// Plane 0: a bid, not the reserve. The others: the lane's number among bids.
ClearBits tags(std::size_t bidders, std::size_t reserves) {
    std::vector<std::uint64_t> tag(bidders + reserves);
    for (std::size_t i = 0; i < bidders; ++i) tag[i] = 2 * i + 1;
    return {tag, 1 + planes_for(bidders)};
}

/// The best of some lanes, who that is, and the second best (nothing yet at the leaves).
struct Round {
    Bits best;
    Bits who;
    Bits second;
};

/// The first matches: the loser is the second best.
Round first_matches(Replicated& ring, const Round& a, const Round& b) {
    const std::size_t bits = a.best.shape.planes;
    const Bits b_wins = less(ring, a.best, b.best);
    const Bits winner = select(ring, b_wins, stack({&b.best, &b.who}), stack({&a.best, &a.who}));
    Bits best = planes(winner, 0, bits);
    Bits second = a.best ^ b.best ^ best;
    return {.best = std::move(best), .who = planes(winner, bits, a.who.shape.planes), .second = std::move(second)};
}

/// Later matches: the second best is the loser or the winner's own second. All three comparisons at once, then both
/// candidates for the second place with the best, then the choice between them.
Round matches(Replicated& ring, const Round& a, const Round& b) {
    const std::size_t bits = a.best.shape.planes;
    const std::size_t lanes_each = a.best.shape.lanes;
    const std::size_t width = 64 * a.best.shape.lane_words();
    const Bits smaller = less(ring, beside({&a.best, &a.best, &b.best}), beside({&b.best, &b.second, &a.second}));
    const Bits b_wins = lanes(smaller, 0, lanes_each);
    const Bits second_if_b = lanes(smaller, width, lanes_each);      // b's own second beats a
    const Bits second_if_a = lanes(smaller, 2 * width, lanes_each);  // a's own second beats b
    const Bits winner_choice = repeat(b_wins, bits + a.who.shape.planes);
    const Bits choice_b = repeat(second_if_b, bits);
    const Bits choice_a = repeat(second_if_a, bits);
    const Bits from = stack({&a.best, &a.who, &a.best, &b.best});
    const Bits to = stack({&b.best, &b.who, &b.second, &a.second});
    const Bits chosen = ring.both(stack({&winner_choice, &choice_b, &choice_a}), from ^ to) ^ from;
    const std::size_t who_bits = a.who.shape.planes;
    const Bits if_b = planes(chosen, bits + who_bits, bits);
    const Bits if_a = planes(chosen, 2 * bits + who_bits, bits);
    return {.best = planes(chosen, 0, bits),
            .who = planes(chosen, bits, who_bits),
            .second = select(ring, b_wins, if_b, if_a)};
}

/// Neighbours meet, so that the lower lane always wins ties; a lane without a neighbour meets zeros.
Round tournament(Replicated& ring, Round field, bool with_second) {
    bool leaves = true;
    clear_padding(field.best);
    clear_padding(field.who);
    while (field.best.shape.lanes > 1) {
        const auto half = [&](auto&& take) {
            return Round{
                .best = take(field.best), .who = take(field.who), .second = leaves ? Bits{} : take(field.second)};
        };
        const Round a = half(even_lanes);
        const Round b = half(odd_lanes);
        field = leaves || !with_second ? first_matches(ring, a, b) : matches(ring, a, b);
        leaves = false;
    }
    return field;
}

/// Hides price and winners where nothing is sold. 1 round.
AuctionOutcome seal(Replicated& ring, const Bits& price, const Bits& who, std::vector<std::uint32_t> bidder) {
    const Bits is_bid = planes(who, 0, 1);
    const Bits number = planes(who, 1, who.shape.planes - 1);
    const Bits any_sold = lanes(is_bid, 0, 1);
    const Bits price_choice = repeat(any_sold, price.shape.planes);
    const Bits number_choice = repeat(is_bid, number.shape.planes);
    if (who.shape.lanes == 1) {
        const Bits together = ring.both(stack({&price_choice, &number_choice}), stack({&price, &number}));
        const Bits kept = planes(together, price.shape.planes, number.shape.planes);
        return {.price = planes(together, 0, price.shape.planes),
                .winners = stack({&is_bid, &kept}),
                .bidder = std::move(bidder)};
    }
    const Bits kept = ring.both(number_choice, number);
    return {.price = ring.both(price_choice, price), .winners = stack({&is_bid, &kept}), .bidder = std::move(bidder)};
}

}  // namespace

AuctionOutcome hold_auction(Replicated& ring, const Bits& bids, const Bits& reserve, const AuctionRules& rules) {
    check(bids, reserve, rules);
    const std::size_t bidders = bids.shape.lanes;
    auto order = precedence(ring, bidders, rules.ties);
    const std::size_t reserves = rules.units;
    std::vector<std::uint32_t> places = order;
    places.resize(bidders + reserves, static_cast<std::uint32_t>(64 * bids.shape.lane_words()));
    const Bits all = gather(beside({&bids, &reserve}), places);
    const Bits who = ring.constant(tags(bidders, reserves));
    const bool second = rules.price == AuctionRules::Price::highest_losing;
    if (rules.units == 1) {
        const Round last = tournament(ring, {.best = all, .who = who, .second = {}}, second);
        return seal(ring, second ? last.second : last.best, last.who, std::move(order));
    }
    const Ranking ranking = rank(ring, all);
    std::vector<std::uint32_t> top(rules.units);
    std::iota(top.begin(), top.end(), 0U);
    const Bits origin = gather(ranking.origins, top);
    const ClearBits limit(std::vector<std::uint64_t>(rules.units, bidders), origin.shape.planes);
    const Bits is_bid = less(ring, origin, ring.constant(limit));
    const std::vector<std::uint32_t> priced{static_cast<std::uint32_t>(second ? rules.units : rules.units - 1)};
    const Bits number = planes(origin, 0, std::min(origin.shape.planes, planes_for(bidders)));
    return seal(ring, gather(ranking.values, priced), stack({&is_bid, &number}), std::move(order));
}

Bits result_bits(Replicated& ring, const AuctionOutcome& outcome, Opened opened) {
    const std::size_t units = outcome.winners.shape.lanes;
    const Bits sold = planes(outcome.winners, 0, 1);
    const Bits shown = opened == Opened::price ? lanes(sold, 0, 1)  // the best unit is sold if any is
                       : units == 1            ? outcome.winners
                                               : Shuffle(ring, units).apply(outcome.winners);
    // One opening for both: the price in a lane behind the winners, planes filled up.
    const std::size_t height = std::max(shown.shape.planes, outcome.price.shape.planes);
    const auto filled = [&](const Bits& x) {
        const Bits zeros = ring.constant(ClearBits(BitShape{height - x.shape.planes, x.shape.lanes}));
        return stack({&x, &zeros});
    };
    const Bits upper = filled(shown);
    const Bits lower = filled(outcome.price);
    return beside({&upper, &lower});
}

AuctionResult read_result(const ClearBits& bits, std::size_t units, std::span<const std::uint32_t> bidder,
                          Opened opened) {
    const BitShape winners{.planes = 1, .lanes = opened == Opened::price ? 1 : units};
    if (units == 0 || units > most_bidders || bits.shape.planes > 64 ||
        bits.shape.lanes != 64 * winners.lane_words() + 1) {
        fail(ErrorCode::protocol_violation, "{} x {} bits are no result of an auction of {} units", bits.shape.planes,
             bits.shape.lanes, units);
    }
    const auto values = bits.values();
    const auto is_sold = [](std::uint64_t winner) { return (winner & 1U) != 0; };
    const auto shown = std::span(values).first(winners.lanes);
    AuctionResult result{.sold = std::ranges::any_of(shown, is_sold), .price = {}, .winners = {}};
    if (!result.sold) return result;
    result.price = values.back();
    if (opened == Opened::price) return result;
    for (const std::uint64_t winner : shown) {
        if (!is_sold(winner)) continue;
        if (winner >> 1U >= bidder.size()) {
            fail(ErrorCode::protocol_violation,
                 "the winner is number {} of {} bidders; a party cheats, or its program is damaged", winner >> 1U,
                 bidder.size());
        }
        result.winners.push_back(bidder[winner >> 1U]);
    }
    std::ranges::sort(result.winners);
    return result;
}

AuctionResult open_result(Replicated& ring, const AuctionOutcome& outcome, Opened opened) {
    return read_result(ring.open(result_bits(ring, outcome, opened)), outcome.winners.shape.lanes, outcome.bidder,
                       opened);
}

Bits won_bits(Replicated& ring, const AuctionOutcome& outcome) {
    const std::size_t bidders = outcome.bidder.size();
    const std::size_t planes_each = outcome.winners.shape.planes;
    std::vector<std::uint64_t> tag(bidders);  // by bidder: what `winners` says if that one has won
    for (std::size_t place = 0; place < bidders; ++place) tag[outcome.bidder[place]] = 2 * place + 1;
    const ClearBits wanted(tag, planes_each);
    Bits won = ring.constant(ClearBits(BitShape{1, bidders}));
    std::vector<std::uint32_t> lane(bidders);
    Bits all;
    for (std::size_t unit = 0; unit < outcome.winners.shape.lanes; ++unit) {
        std::ranges::fill(lane, static_cast<std::uint32_t>(unit));
        const Bits differs = ~(gather(outcome.winners, lane) ^ wanted);
        all = unit == 0 ? differs : beside({&all, &differs});
    }
    const Bits equal = all_ones(ring, all);
    const std::size_t width = 64 * won.shape.lane_words();
    for (std::size_t unit = 0; unit < outcome.winners.shape.lanes; ++unit) won ^= lanes(equal, unit * width, bidders);
    return won;  // nobody wins two units, so exclusive or is or
}

}  // namespace tacit::mpc
