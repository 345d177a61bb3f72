#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tacit/math/modulus.hpp"

namespace tacit::math {
class NttTable;
}

namespace tacit::ring {

/// The ring Z[X]/(X^N+1) modulo each of an ordered list of primes, with the tables of every prime.
/// Immutable after construction; shared by everything made under the same parameters.
class Ring {
public:
    /// Primes must be distinct and = 1 (mod 2N). Cost: N modular products per prime.
    Ring(int log_dimension, const std::vector<std::uint64_t>& primes);
    ~Ring();
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;

    [[nodiscard]] int log_dimension() const noexcept { return log_dimension_; }
    [[nodiscard]] std::size_t dimension() const noexcept { return std::size_t{1} << log_dimension_; }
    [[nodiscard]] std::size_t prime_count() const noexcept { return tables_.size(); }
    [[nodiscard]] const math::Modulus& modulus(std::size_t prime) const noexcept;
    [[nodiscard]] const math::NttTable& table(std::size_t prime) const noexcept { return *tables_[prime]; }

private:
    int log_dimension_;
    std::vector<std::unique_ptr<const math::NttTable>> tables_;
};

}  // namespace tacit::ring
