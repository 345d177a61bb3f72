#include "mpc/noisy_answers.hpp"

#include <algorithm>
#include <bit>

#include "tacit/mpc/auction.hpp"
#include "tacit/mpc/circuits.hpp"
#include "tacit/mpc/joint_noise.hpp"
#include "tacit/mpc/vote.hpp"

namespace tacit::mpc {

namespace {

using Kind = PrivateQuestion::Kind;

struct Outside {
    Bits below;
    Bits above;
};

/// Which values are below low, which above high.
Outside outside(Replicated& ring, const Bits& values, std::int64_t low, std::int64_t high) {
    const std::size_t count = values.shape.lanes;
    const std::size_t planes = values.shape.planes;
    const std::size_t width = 64 * values.shape.lane_words();
    const std::uint64_t middle = std::uint64_t{1} << (planes - 1);  // added to all, so that their order is unsigned
    const Bits raised = values ^ ClearBits(std::vector<std::uint64_t>(count, middle), planes);
    std::vector<std::uint64_t> limits(width + count, middle + static_cast<std::uint64_t>(low));
    std::fill_n(limits.begin() + static_cast<std::ptrdiff_t>(width), count,
                middle + static_cast<std::uint64_t>(high) + 1);
    const Bits smaller = less(ring, beside({&raised, &raised}), ClearBits(limits, planes));
    return {.below = lanes(smaller, 0, count), .above = ~lanes(smaller, width, count)};
}

std::size_t planes_of(std::int64_t low, std::int64_t high) {
    const auto size = [](std::int64_t x) { return std::bit_width(static_cast<std::uint64_t>(x < 0 ? ~x : x)); };
    return static_cast<std::size_t>(1 + std::max(size(low), size(high)));
}

Numbers total(Replicated& ring, const Bits& clamped) {
    const std::size_t planes = clamped.shape.planes;
    const Numbers ones = count_ones(ring, clamped);
    Numbers sum = ring.constant(std::vector<std::uint64_t>(1));
    for (std::size_t plane = 0; plane < planes; ++plane) {
        Numbers part = slice(ones, plane, 1);
        const std::uint64_t weight = std::uint64_t{1} << plane;
        part *= plane + 1 == planes ? 0 - weight : weight;
        sum += part;
    }
    return sum;
}

/// The first lane of those whose number is largest.
Bits place_of_largest(Replicated& ring, const Numbers& scores, std::uint64_t most) {
    const auto bits = static_cast<std::size_t>(std::bit_width(most));
    const AuctionRules rules{.price = AuctionRules::Price::lowest_winning, .bid_bits = bits};
    const Bits nothing = ring.constant(ClearBits(BitShape{bits, 1}));
    const AuctionOutcome outcome = hold_auction(ring, to_bits(ring, scores, bits), nothing, rules);
    return planes(outcome.winners, 1, outcome.winners.shape.planes - 1);  // the price stays closed
}

}  // namespace

Bits clamp(Replicated& ring, const Bits& values, std::int64_t low, std::int64_t high) {
    const Outside where = outside(ring, values, low, high);
    const std::size_t planes_left = planes_of(low, high);
    const auto everywhere = [&](std::int64_t bound) {
        return ClearBits(std::vector(values.shape.lanes, static_cast<std::uint64_t>(bound)), planes_left);
    };
    const Bits inside = ~(where.below ^ where.above);
    Bits out = ring.both(repeat(inside, planes_left), planes(values, 0, planes_left));
    out ^= repeat(where.below, planes_left) & everywhere(low);
    out ^= repeat(where.above, planes_left) & everywhere(high);
    return out;
}

SecretAnswer noisy_answer(Replicated& ring, const PrivateQuestion& question, const dp::Noise& noise,
                          const Bits& contributions) {
    Numbers exact;
    switch (question.kind) {
        case Kind::sum: exact = total(ring, clamp(ring, contributions, question.low, question.high)); break;
        case Kind::count: {
            const Outside where = outside(ring, contributions, question.low, question.high);
            exact = count_ones(ring, ~(where.below ^ where.above));
            break;
        }
        case Kind::histogram: exact = count_choices(ring, contributions, {.choices = question.keys.size()}); break;
        case Kind::select: exact = count_approvals(ring, contributions); break;
    }
    Numbers noisy = exact + draw_noise(ring, noise);
    if (question.kind == Kind::select) {
        return place_of_largest(ring, noisy, contributions.shape.lanes + largest_joint_noise(noise));
    }
    return noisy;
}

}  // namespace tacit::mpc
