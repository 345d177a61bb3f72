#include "tacit/mpc/sort.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

#include "base/fail.hpp"
#include "mpc/bit_transpose.hpp"
#include "mpc/replicated_core.hpp"
#include "tacit/mpc/circuits.hpp"

namespace tacit::mpc {

namespace {

/// Uniform in [0, bound): words that would favour small values are thrown away.
std::uint64_t uniform_below(Rng& rng, std::uint64_t bound) {
    const std::uint64_t mask = std::bit_ceil(bound) - 1;
    std::uint64_t value = rng.next() & mask;
    while (value >= bound) value = rng.next() & mask;
    return value;
}

/// Lanes 0, 1, 2, … as public bits.
ClearBits lane_numbers(std::size_t lanes) {
    std::vector<std::uint64_t> numbers(lanes);
    std::iota(numbers.begin(), numbers.end(), std::uint64_t{0});
    return {numbers, planes_for(lanes)};
}

/// Part of the order being made that is not sorted yet.
struct Segment {
    std::size_t begin;
    std::size_t end;
};

/// Puts the rows of each segment that are smaller than its first one before it, the others behind.
std::vector<Segment> partition(std::vector<std::uint32_t>& order, const std::vector<Segment>& segments,
                               const ClearBits& smaller) {
    std::vector<Segment> left;
    std::size_t lane = 0;
    for (const Segment& segment : segments) {
        const std::uint32_t pivot = order[segment.begin];
        std::vector<std::uint32_t> before;
        std::vector<std::uint32_t> behind;
        for (std::size_t i = segment.begin + 1; i < segment.end; ++i, ++lane) {
            (smaller.at(0, lane) ? before : behind).push_back(order[i]);
        }
        const std::size_t middle = segment.begin + before.size();
        std::ranges::copy(before, order.begin() + static_cast<std::ptrdiff_t>(segment.begin));
        order[middle] = pivot;
        std::ranges::copy(behind, order.begin() + static_cast<std::ptrdiff_t>(middle + 1));
        if (before.size() > 1) left.push_back({segment.begin, middle});
        if (behind.size() > 1) left.push_back({middle + 1, segment.end});
    }
    return left;
}

/// Quicksort of shuffled rows that all differ; the comparisons are opened, a batch for each depth.
std::vector<std::uint32_t> sorted_order(Replicated& ring, const Bits& rows) {
    std::vector<std::uint32_t> order(rows.shape.lanes);
    std::iota(order.begin(), order.end(), 0U);
    std::vector<Segment> segments;
    if (order.size() > 1) segments.push_back({0, order.size()});
    while (!segments.empty()) {
        std::vector<std::uint32_t> rows_compared;
        std::vector<std::uint32_t> pivots;
        for (const Segment& segment : segments) {
            for (std::size_t i = segment.begin + 1; i < segment.end; ++i) {
                rows_compared.push_back(order[i]);
                pivots.push_back(order[segment.begin]);
            }
        }
        const Bits smaller = less(ring, gather(rows, rows_compared), gather(rows, pivots));
        segments = partition(order, segments, ring.open(smaller));
    }
    return order;
}

void expect_size(std::size_t size, std::size_t count) {
    if (size != count) fail(ErrorCode::invalid_argument, "shuffle of {} entries by an order of {}", size, count);
}

}  // namespace

SecretVector<std::uint32_t> random_order(Rng& rng, std::size_t count) {
    SecretVector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[uniform_below(rng, i)]);
    return order;
}

Shuffle::Shuffle(Replicated& ring, std::size_t count) : ring_(ring), count_(count) {
    for (const int m : ring.me().others()) {
        // A stream of its own: how many words the order takes depends on chance.
        Rng rng(ring.core().key(m).new_seed());
        orders_[static_cast<std::size_t>(m)] = random_order(rng, count);
    }
}

template <class Algebra>
Components Shuffle::apply_to(Components x) {
    auto& core = ring_.core();
    const auto pick = [](const auto& from, std::span<const std::uint32_t> order, std::span<std::uint64_t> to) {
        std::ranges::transform(order, to.begin(), [&](std::uint32_t i) { return from[i]; });
    };
    for (int m = 0; m < core.n; ++m) {
        const auto i = static_cast<std::size_t>(m);
        Components out = core.zeros(count_);
        if (core.self != m) pick(x[i], orders_[i], out[i]);
        std::vector<Contribution> rest;
        for (int c = 0; c < core.n; ++c) {
            if (c == m) continue;
            rest.push_back({.g = c, .h = m, .into = &out, .known = [&, c](std::size_t first, auto values) {
                                const auto order = std::span(orders_[i]).subspan(first, values.size());
                                pick(x[static_cast<std::size_t>(c)], order, values);
                            }});
        }
        core.contribute<Algebra>(rest, count_);
        x = std::move(out);
    }
    return x;
}

Numbers Shuffle::apply(const Numbers& x) {
    expect_size(x.size, count_);
    return {.parts = apply_to<Additive>(x.parts), .size = count_};
}

Bits Shuffle::apply(const Bits& x) {
    expect_size(x.shape.lanes, count_);
    if (x.shape.planes > 64) {
        fail(ErrorCode::invalid_argument, "shuffle of {} planes; at most 64 at once", x.shape.planes);
    }
    Components rows = ring_.core().zeros(count_);
    for (const int m : ring_.me().others()) {
        from_planes(x.parts[static_cast<std::size_t>(m)], x.shape.planes, rows[static_cast<std::size_t>(m)]);
    }
    rows = apply_to<Bitwise>(std::move(rows));
    Bits out{.parts = ring_.core().zeros(x.shape.words()), .shape = x.shape};
    for (const int m : ring_.me().others()) {
        to_planes(rows[static_cast<std::size_t>(m)], x.shape.planes, out.parts[static_cast<std::size_t>(m)]);
    }
    return out;
}

std::vector<Numbers> sort_by(Replicated& ring, const Numbers& keys, std::span<const Numbers> columns) {
    Shuffle shuffle(ring, keys.size);
    std::vector<Numbers> out;
    out.push_back(shuffle.apply(keys));
    for (const Numbers& column : columns) out.push_back(shuffle.apply(column));
    const Bits ties = shuffle.apply(ring.constant(lane_numbers(keys.size)));
    Numbers shifted = out.front();
    shifted += std::uint64_t{1} << 63U;  // unsigned order
    const Bits bits = to_bits(ring, shifted);
    const auto order = sorted_order(ring, stack({&ties, &bits}));
    for (Numbers& column : out) column = gather(column, order);
    return out;
}

Ranking rank(Replicated& ring, const Bits& values) {
    Shuffle shuffle(ring, values.shape.lanes);
    const Bits rows = shuffle.apply(values);
    const Bits origins = shuffle.apply(ring.constant(lane_numbers(values.shape.lanes)));
    const Bits falling = ~rows;
    const auto order = sorted_order(ring, stack({&origins, &falling}));
    return {.values = gather(rows, order), .origins = gather(origins, order)};
}

}  // namespace tacit::mpc
