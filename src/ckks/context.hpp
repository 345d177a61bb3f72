#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "ckks/chain.hpp"
#include "ring/base_converter.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/ring/ring.hpp"

namespace tacit::ckks {

/// The tables behind Parameters. Primes are numbered: the q of all levels first, then the special primes p.
class Context {
public:
    explicit Context(Chain chain);

    [[nodiscard]] const Chain& chain() const noexcept { return chain_; }
    [[nodiscard]] const ring::Ring& ring() const noexcept { return ring_; }
    [[nodiscard]] std::size_t dimension() const noexcept { return ring_.dimension(); }
    [[nodiscard]] std::size_t prime_count() const noexcept { return ring_.prime_count(); }
    [[nodiscard]] std::size_t special_count() const noexcept { return chain_.special_primes.size(); }
    [[nodiscard]] const Digest& fingerprint() const noexcept { return fingerprint_; }
    [[nodiscard]] long double scale(int level) const { return scales_[static_cast<std::size_t>(level)]; }

    /// Primes at and below a level.
    [[nodiscard]] std::size_t limbs(int level) const {
        return chain_.base_primes + static_cast<std::size_t>(level) * chain_.primes_per_level;
    }
    /// The number of the i-th special prime.
    [[nodiscard]] std::size_t special(std::size_t i) const { return chain_.primes.size() + i; }
    /// The prime of a row of polynomials modulo Q_l P: the primes q of the level first, `limbs` of them.
    [[nodiscard]] std::size_t prime_of_row(std::size_t row, std::size_t limbs) const {
        return row < limbs ? row : special(row - limbs);
    }
    [[nodiscard]] std::size_t digits(std::size_t limbs) const {
        return (limbs + chain_.digit_limbs - 1) / chain_.digit_limbs;
    }
    /// P modulo a prime q, balanced.
    [[nodiscard]] double special_product(std::size_t prime) const { return special_product_[prime]; }

    /// Out of the first `count` primes of a digit (mod up at levels that cut the digit short).
    [[nodiscard]] const ring::BaseConverter& digit_converter(std::size_t digit, std::size_t count) const {
        return digit_converters_[digit * chain_.digit_limbs + count - 1];
    }
    /// Out of P, to divide by P.
    [[nodiscard]] const ring::BaseConverter& special_converter() const { return special_converter_; }
    /// Out of the primes of `level`, to rescale to level - 1.
    [[nodiscard]] const ring::BaseConverter& level_converter(int level) const {
        return level_converters_[static_cast<std::size_t>(level - 1)];
    }
    /// Out of P and the primes of `level` together: division by P and rescaling at once.
    [[nodiscard]] const ring::BaseConverter& fused_converter(int level) const {
        return fused_converters_[static_cast<std::size_t>(level - 1)];
    }

private:
    void make_converters();

    Chain chain_;
    ring::Ring ring_;
    std::vector<long double> scales_;
    std::vector<double> special_product_;
    std::vector<ring::BaseConverter> digit_converters_;
    ring::BaseConverter special_converter_;
    std::vector<ring::BaseConverter> level_converters_;
    std::vector<ring::BaseConverter> fused_converters_;
    Digest fingerprint_;
};

}  // namespace tacit::ckks
