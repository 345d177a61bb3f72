#include "mpc/okvs.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "base/fail.hpp"
#include "tacit/base/int128.hpp"

namespace tacit::mpc::okvs {

namespace {

/// Of the keys that peeling leaves, so many are solved by the dense rows: random bits of 64 columns make 24 rows
/// dependent with probability below 2^-40.
constexpr std::size_t most_left = 24;
constexpr std::uint64_t fewest_keys = 1u << 12;

/// Uniform below `bound` up to 2^-32.
std::uint32_t below(std::uint64_t word, std::uint32_t bound) noexcept {
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>((static_cast<UInt128>(word) * bound) >> 64));
}

/// A sparse row during peeling: the keys left that name it, and the xor of their numbers.
struct Degree {
    std::uint32_t keys = 0;
    std::uint32_t numbers = 0;
};

struct Peeled {
    std::uint32_t key;
    std::uint32_t row;  ///< that no later key names
};

/// Takes keys away that alone name a row, as long as there are any, in the order in which they went.
std::vector<Peeled> peel(const Shape& shape, std::span<const Key> keys) {
    std::vector<Degree> degrees(shape.sparse_rows());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        for (const std::uint32_t row : keys[i].sparse) {
            ++degrees[row].keys;
            degrees[row].numbers ^= static_cast<std::uint32_t>(i);
        }
    }
    std::vector<Peeled> peeled;
    peeled.reserve(keys.size());
    const auto take = [&](std::uint32_t row) {
        if (degrees[row].keys != 1) return;
        const std::uint32_t key = degrees[row].numbers;
        peeled.push_back({key, row});
        for (const std::uint32_t named : keys[key].sparse) {
            --degrees[named].keys;
            degrees[named].numbers ^= key;
        }
    };
    std::size_t done = 0;
    for (std::uint32_t row = 0; row < shape.sparse_rows(); ++row) {
        take(row);
        for (; done < peeled.size(); ++done) {
            for (const std::uint32_t named : keys[peeled[done].key].sparse) take(named);
        }
    }
    return peeled;
}

/// Keys that were not peeled; no more than most_left + 1 of them.
std::vector<std::uint32_t> left_over(std::size_t keys, std::span<const Peeled> peeled) {
    std::vector<bool> gone(keys);
    for (const Peeled& p : peeled) gone[p.key] = true;
    std::vector<std::uint32_t> left;
    for (std::size_t i = 0; i < keys && left.size() <= most_left; ++i) {
        if (!gone[i]) left.push_back(static_cast<std::uint32_t>(i));
    }
    return left;
}

/// Dense rows that give these keys their values while their sparse rows are 0.
bool solve_dense(std::span<const std::uint32_t> left, std::span<const Key> keys, std::span<const Block> values,
                 std::span<Block> dense) {
    struct Equation {
        std::uint64_t columns;
        Block value;
    };
    std::vector<Equation> equations;  // reduced, each with a pivot that no other one has
    std::vector<std::size_t> pivots;
    for (const std::uint32_t key : left) {
        Equation next{keys[key].dense, values[key]};
        for (std::size_t i = 0; i < equations.size(); ++i) {
            if ((next.columns >> pivots[i] & 1) == 0) continue;
            next.columns ^= equations[i].columns;
            next.value ^= equations[i].value;
        }
        if (next.columns == 0) return false;
        const auto pivot = static_cast<std::size_t>(std::countr_zero(next.columns));
        for (Equation& e : equations) {
            if ((e.columns >> pivot & 1) == 0) continue;
            e.columns ^= next.columns;
            e.value ^= next.value;
        }
        equations.push_back(next);
        pivots.push_back(pivot);
    }
    for (std::size_t i = 0; i < equations.size(); ++i) dense[pivots[i]] = equations[i].value;
    return true;
}

}  // namespace

Shape Shape::for_keys(std::uint64_t keys, double security) {
    TACIT_ASSERT(keys < std::uint64_t{1} << 28);
    // [RR22, 4.2], for three sparse rows a key: security grows linearly in the expansion, from the threshold of
    // peeling.
    const auto n = static_cast<double>(std::max(keys, fewest_keys));
    const double log_weight = std::log2(3.0);
    const double slope = std::exp2(0.555 * std::log2(n) + 0.093 * std::pow(log_weight, 3) -
                                   1.01 * std::pow(log_weight, 2) + 2.925 * log_weight - 0.133);
    const double expansion = 1.223 + (security + 9.2) / slope;
    return Shape((static_cast<std::uint32_t>(std::ceil(n * expansion)) + 63) / 64 * 64);
}

Key Shape::key(const std::array<std::uint64_t, 4>& words) const noexcept {
    std::uint32_t a = below(words[0], sparse_rows_);
    std::uint32_t b = below(words[1], sparse_rows_ - 1);
    if (b >= a) ++b;
    const auto [low, high] = std::minmax(a, b);
    std::uint32_t c = below(words[2], sparse_rows_ - 2);
    if (c >= low) ++c;
    if (c >= high) ++c;
    return {{a, b, c}, words[3]};
}

bool encode(const Shape& shape, std::span<const Key> keys, std::span<const Block> values, std::span<Block> rows) {
    TACIT_ASSERT(keys.size() == values.size() && rows.size() == shape.rows());
    std::ranges::fill(rows, Block{});
    const std::vector<Peeled> peeled = peel(shape, keys);
    const auto left = left_over(keys.size(), peeled);
    if (left.size() > most_left) return false;
    const auto dense = rows.last(dense_rows);
    if (!solve_dense(left, keys, values, dense)) return false;
    for (std::size_t i = peeled.size(); i-- > 0;) {
        const auto [number, row] = peeled[i];
        const Key& key = keys[number];
        Block sum = values[number];
        for (const std::uint32_t named : key.sparse) sum ^= rows[named];  // its own row is still 0
        for (std::size_t j = 0; j < dense_rows && !left.empty(); ++j) sum ^= dense[j].masked(key.dense >> j & 1);
        rows[row] = sum;
    }
    return true;
}

}  // namespace tacit::mpc::okvs
