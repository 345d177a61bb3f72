#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tacit/mpc/block.hpp"

/// An oblivious key-value store over GF(2): rows such that for every key the sum of the rows that it names is its
/// value [GPRTY21], [RR22]. A key names three sparse rows and a random half of 64 dense ones; the sparse rows are
/// solved by peeling, the few keys that are left by the dense rows alone.
///
/// Where memory is touched depends on the keys: the store is for keys that are hashes of a party's own elements.
namespace tacit::mpc::okvs {

inline constexpr std::size_t dense_rows = 64;

/// What a key names: three different sparse rows; dense row j if bit j is set.
struct Key {
    std::array<std::uint32_t, 3> sparse;
    std::uint64_t dense;
};

/// How large a store is.
class Shape {
public:
    /// For at most `keys` random keys; encode() fails with probability below 2^-security, where the number of sparse
    /// rows comes from: the curve that [RR22] fitted to measured failures, taken at no fewer than 2^12 keys, below
    /// which it was not measured here. `keys` below 2^28.
    static Shape for_keys(std::uint64_t keys, double security);
    /// So many sparse rows, at least 3; for tests.
    explicit Shape(std::uint32_t sparse_rows) noexcept : sparse_rows_(sparse_rows) {}

    [[nodiscard]] std::uint32_t sparse_rows() const noexcept { return sparse_rows_; }
    /// In all; made by for_keys, a multiple of 64.
    [[nodiscard]] std::size_t rows() const noexcept { return sparse_rows_ + dense_rows; }
    /// The key of four uniform words.
    [[nodiscard]] Key key(const std::array<std::uint64_t, 4>& words) const noexcept;

private:
    std::uint32_t sparse_rows_;
};

/// Fills `rows` (shape.rows() of them) so that keys[i] has values[i]; rows that no key needs are 0. False if there is
/// no solution that it finds: then `rows` are of no use. Linear time.
[[nodiscard]] bool encode(const Shape& shape, std::span<const Key> keys, std::span<const Block> values,
                          std::span<Block> rows);

/// Reads values from rows of `Words` words.
template <std::size_t Words>
class Decoder {
public:
    using Row = std::array<std::uint64_t, Words>;

    /// Views `rows`: sparse ones first, then dense_rows dense ones.
    explicit Decoder(std::span<const Row> rows) : rows_(rows.first(rows.size() - dense_rows)), sums_(16 * nibbles) {
        const auto dense = rows.last(dense_rows);
        for (std::size_t n = 0; n < nibbles; ++n) {
            for (std::size_t value = 1; value < 16; ++value) {
                const auto bit = static_cast<std::size_t>(std::countr_zero(value));
                Row& sum = sums_[16 * n + value];
                sum = sums_[16 * n + (value & (value - 1))];
                add(sum, dense[4 * n + bit]);
            }
        }
    }
    /// The sum of the rows that `key` names. Cost: 19 additions.
    [[nodiscard]] Row operator()(const Key& key) const noexcept {
        Row sum = rows_[key.sparse[0]];
        add(sum, rows_[key.sparse[1]]);
        add(sum, rows_[key.sparse[2]]);
        for (std::size_t n = 0; n < nibbles; ++n) add(sum, sums_[16 * n + (key.dense >> (4 * n) & 15)]);
        return sum;
    }

private:
    static constexpr std::size_t nibbles = dense_rows / 4;
    static void add(Row& sum, const Row& row) noexcept {
        for (std::size_t w = 0; w < Words; ++w) sum[w] ^= row[w];
    }
    std::span<const Row> rows_;  ///< sparse
    std::vector<Row> sums_;      ///< of every four dense rows that follow each other, by which of them
};

}  // namespace tacit::mpc::okvs
