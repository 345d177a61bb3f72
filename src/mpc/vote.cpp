#include "tacit/mpc/vote.hpp"

#include <algorithm>
#include <bit>

#include "base/fail.hpp"
#include "tacit/mpc/circuits.hpp"

namespace tacit::mpc {

std::size_t ChoiceVote::ballot_planes() const {
    if (choices == 0 || choices > 255) {
        fail(ErrorCode::invalid_argument, "a vote among {} choices; 1 to 255 are possible", choices);
    }
    return static_cast<std::size_t>(std::bit_width(choices));
}

Numbers count_choices(Replicated& ring, const Bits& ballots, const ChoiceVote& vote) {
    const std::size_t planes_each = vote.ballot_planes();
    if (ballots.shape.planes != planes_each) {
        fail(ErrorCode::invalid_argument, "ballots of {} bits for {} choices; {} are due", ballots.shape.planes,
             vote.choices, planes_each);
    }
    const std::size_t voters = ballots.shape.lanes;
    const std::size_t width = 64 * ballots.shape.lane_words();
    Bits matches;  // for each choice: all ones where the ballot is that number
    for (std::size_t choice = 1; choice <= vote.choices; ++choice) {
        const ClearBits number(std::vector<std::uint64_t>(voters, choice), planes_each);
        const Bits match = ~(ballots ^ number);
        matches = choice == 1 ? match : beside({&matches, &match});
    }
    const Bits chosen = all_ones(ring, matches);
    Bits rows = lanes(chosen, 0, voters);
    for (std::size_t choice = 1; choice < vote.choices; ++choice) {
        const Bits row = lanes(chosen, choice * width, voters);
        rows = stack({&rows, &row});
    }
    return count_ones(ring, rows);
}

Numbers count_approvals(Replicated& ring, const Bits& ballots) { return count_ones(ring, ballots); }

Bits carried_bit(Replicated& ring, const Bits& ballots, const Majority& rule) {
    constexpr std::uint64_t limit = std::uint64_t{1} << 20U;
    if (rule.denominator == 0 || rule.denominator > limit || rule.numerator > rule.denominator) {
        fail(ErrorCode::invalid_argument, "a majority of {}/{}; it is a fraction up to 1 with a denominator up to 2^20",
             rule.numerator, rule.denominator);
    }
    if (ballots.shape.lanes > std::uint64_t{1} << 40U || rule.quorum > std::uint64_t{1} << 40U) {
        fail(ErrorCode::invalid_argument, "{} ballots with a quorum of {}; up to 2^40 are possible",
             ballots.shape.lanes, rule.quorum);
    }
    const Numbers counts = count_choices(ring, ballots, {.choices = 2});
    Numbers yes = slice(counts, 0, 1);
    Numbers cast = yes + slice(counts, 1, 1);
    Numbers over_quorum = cast;
    over_quorum += std::uint64_t{0} - rule.quorum;
    yes *= rule.denominator;
    cast *= rule.numerator;
    Numbers over_majority = yes - cast;
    if (rule.more_than) over_majority += ~std::uint64_t{0};
    const Bits fails = is_negative(ring, join({&over_majority, &over_quorum}));
    const std::vector<std::uint32_t> majority{0};
    const std::vector<std::uint32_t> quorum{1};
    return ring.both(~gather(fails, majority), ~gather(fails, quorum));
}

bool is_carried(Replicated& ring, const Bits& ballots, const Majority& rule) {
    return ring.open(carried_bit(ring, ballots, rule)).at(0, 0);
}

bool is_unanimous(const std::vector<std::uint64_t>& counts) {
    return std::ranges::count_if(counts, [](std::uint64_t votes) { return votes != 0; }) <= 1;
}

}  // namespace tacit::mpc
