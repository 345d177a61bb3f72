#include "oracle/seal_framing.hpp"

namespace tacit::oracle {

using ckks::Context;
using ckks::Parameters;
using ring::EvaluationPoly;

std::vector<std::size_t> data_primes(std::size_t limbs) {
    std::vector<std::size_t> primes(limbs);
    for (std::size_t i = 0; i < limbs; ++i) primes[i] = i;
    return primes;
}
std::vector<std::size_t> key_primes(const Context& context) { return data_primes(context.prime_count()); }

Digest parms_id(const Context& context, const std::vector<std::size_t>& primes) {
    Hasher hasher;
    hasher.update(std::uint64_t{ckks_scheme});
    hasher.update(std::uint64_t{context.dimension()});
    for (const std::size_t prime : primes) hasher.update(context.ring().modulus(prime).value());
    hasher.update(std::uint64_t{0});
    return hasher.finish();
}

double power_of_scale(const Parameters& parameters, int level, int scale_power) {
    const long double scale = parameters.exact_scale(level);
    return static_cast<double>(scale_power == 1 ? scale : scale * scale);
}

EvaluationPoly permuted(const EvaluationPoly& poly, const std::vector<std::uint32_t>& index) {
    EvaluationPoly out(poly.dimension(), poly.limbs());
    for (std::size_t i = 0; i < poly.limbs(); ++i) {
        for (std::size_t k = 0; k < index.size(); ++k) out.limb(i)[k] = poly.limb(i)[index[k]];
    }
    return out;
}

}  // namespace tacit::oracle
