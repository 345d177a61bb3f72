#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "linalg/writer.hpp"

namespace tacit::linalg {

/// What a baby step costs where a giant step costs 1: rotations of one value share its decomposition, and those of one
/// sum share a division by the special primes too (double hoisting [BMTH21]). Of the (digits + 2) rows of transforms
/// that a rotation takes, that saves all but the products with the key. The one number behind every split.
inline constexpr double baby_step_cost = 0.4;

/// A linear map from the slots of several tiles to those of one, kept by its diagonals: out(s) is the sum of
/// d(s) * tile(s + shift) over the diagonals d of every tile. Evaluated with baby steps and giant steps [HS18]: a shift
/// is split into a multiple of some m and a remainder, the remainders rotate the tiles (baby steps), and each multiple
/// rotates the sum of its products once (giant steps). m is a power of two times the distance of the shifts, the one of
/// least cost, so that n diagonals in a row cost about 2.2 sqrt(n) rotations. 1 level.
class SlotMap {
public:
    explicit SlotMap(std::size_t slots) : slots_(slots) {}
    SlotMap(const SlotMap&) = delete;
    SlotMap& operator=(const SlotMap&) = delete;

    /// Adds `weight` times `count` consecutive slots of a source to as many of the result.
    void add(std::size_t source, std::size_t from, std::size_t to, double weight = 1, std::size_t count = 1);
    /// The same where the source repeats with this period, a power of two: the shift is taken modulo it.
    void add_periodic(std::size_t period, std::size_t source, std::size_t from, std::size_t to, double weight = 1,
                      std::size_t count = 1);

    /// The result's expression. `sources` are those that `add` numbered, at least one.
    [[nodiscard]] Expr apply(std::span<const Expr> sources, const Writer& write) const;

private:
    /// By source and shift to the left.
    using Diagonals = std::map<std::pair<std::size_t, std::ptrdiff_t>, std::vector<double>>;
    void add_at(std::size_t source, std::ptrdiff_t shift, std::size_t to, double weight, std::size_t count);
    [[nodiscard]] Diagonals cyclic() const;

    std::size_t slots_;
    Diagonals diagonals_;
    Diagonals::value_type* last_ = nullptr;  // the diagonal added to last
};

}  // namespace tacit::linalg
