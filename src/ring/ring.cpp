#include "tacit/ring/ring.hpp"

#include "math/ntt_table.hpp"

namespace tacit::ring {

Ring::Ring(int log_dimension, const std::vector<std::uint64_t>& primes) : log_dimension_(log_dimension) {
    tables_.reserve(primes.size());
    for (const std::uint64_t prime : primes) {
        tables_.push_back(std::make_unique<const math::NttTable>(math::Modulus(prime), log_dimension));
    }
}

Ring::~Ring() = default;

const math::Modulus& Ring::modulus(std::size_t prime) const noexcept { return tables_[prime]->modulus(); }

}  // namespace tacit::ring
