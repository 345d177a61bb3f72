#include "ckks/chain.hpp"

#include <algorithm>
#include <cmath>

#include "base/fail.hpp"
#include "ckks/chain_measures.hpp"
#include "tacit/ckks/security.hpp"
#include "tacit/math/modulus.hpp"

namespace tacit::ckks {

void require_range(const char* name, int value, int low, int high) {
    if (value < low || value > high) {
        fail(ErrorCode::invalid_argument, "parameters: {} is {}, outside {} to {}; choose a value in that range", name,
             value, low, high);
    }
}

void check_limits(int depth, int scale_bits, int integer_bits) {
    require_range("depth", depth, 0, 60);
    require_range("scale_bits", scale_bits, 20, 90);
    require_range("integer_bits", integer_bits, 1, 60);
}

double missing_base_bits(const Chain& chain) {
    double bits = chain.scale_bits + chain.integer_bits + 1;
    for (std::size_t i = 0; i < chain.base_primes; ++i) bits -= std::log2(static_cast<double>(chain.primes[i]));
    return bits;
}

double largest_digit_bits(const Chain& chain) {
    double largest = 0;
    for (std::size_t i = 0; i < chain.primes.size(); i += chain.digit_limbs) {
        double bits = 0;
        for (std::size_t j = i; j < std::min(i + chain.digit_limbs, chain.primes.size()); ++j) {
            bits += std::log2(static_cast<double>(chain.primes[j]));
        }
        largest = std::max(largest, bits);
    }
    return largest;
}

bool is_secure(const Chain& chain, int security_bits, Attacks attacks) {
    return log2_product(chain.primes) + log2_product(chain.special_primes) <=
           max_log_modulus(chain.log_ring_dimension, security_bits, attacks);
}

std::vector<double> scale_drifts(const Chain& chain) {
    std::vector<double> drifts;
    for (const long double scale : exact_scales(chain))
        drifts.push_back(static_cast<double>(std::log2(scale) - chain.scale_bits));
    return drifts;
}

namespace {

void check_prime(std::uint64_t prime, int log_ring_dimension, std::vector<std::uint64_t>& seen) {
    const auto two_n = std::uint64_t{2} << log_ring_dimension;
    if (prime >= std::uint64_t{1} << math::max_modulus_bits || !math::is_prime(prime) || prime % two_n != 1) {
        fail(ErrorCode::invalid_argument,
             "parameters: {} is not a prime below 2^{} that is 1 modulo 2N = {}; choose another", prime,
             math::max_modulus_bits, two_n);
    }
    if (std::ranges::find(seen, prime) != seen.end()) {
        fail(ErrorCode::invalid_argument, "parameters: the prime {} occurs twice; every prime must be distinct", prime);
    }
    seen.push_back(prime);
}

void check_prime_counts(const Chain& chain) {
    const auto depth = static_cast<std::size_t>(chain.depth);
    const std::size_t per_level = ceil_div(static_cast<std::size_t>(chain.scale_bits), max_prime_bits);
    const std::size_t expected = chain.base_primes + depth * per_level;
    if (chain.base_primes == 0 || chain.base_primes > chain.primes.size() || chain.primes_per_level != per_level ||
        chain.primes.size() != expected) {
        fail(ErrorCode::invalid_argument,
             "parameters: {} primes stated but depth {} needs {} (level 0) + {} x {}; add or remove primes",
             chain.primes.size(), chain.depth, chain.base_primes, chain.depth, per_level);
    }
    if (chain.primes.size() + chain.special_primes.size() > max_primes) {
        fail(ErrorCode::invalid_argument,
             "parameters: {} primes, more than the {} that any secure modulus holds; use fewer",
             chain.primes.size() + chain.special_primes.size(), max_primes);
    }
    if (chain.digit_limbs < 1 || chain.digit_limbs > chain.primes.size()) {
        fail(ErrorCode::invalid_argument, "parameters: {} primes to a key-switching digit, outside 1 to {}",
             chain.digit_limbs, chain.primes.size());
    }
}

/// Scales that drift too far leave no precision or no room.
void check_scales(const Chain& chain) {
    constexpr double most_drift = 10;
    const std::vector<double> drifts = scale_drifts(chain);
    for (std::size_t i = drifts.size(); i-- > 0;) {
        if (!(std::fabs(drifts[i]) <= most_drift)) {
            fail(ErrorCode::invalid_argument,
                 "parameters: the primes of level {} bring the scale of the level below to 2^{:.1f}, more than {} bits "
                 "from 2^{}; choose primes nearer to 2^scale_bits",
                 i + 1, chain.scale_bits + drifts[i], most_drift, chain.scale_bits);
        }
    }
    if (missing_base_bits(chain) > 0.5) {
        fail(ErrorCode::invalid_argument,
             "parameters: the primes of level 0 are {:.1f} bits short of scale 2^{}, sign and values up to 2^{}; "
             "choose larger ones or lower integer_bits",
             missing_base_bits(chain), chain.scale_bits, chain.integer_bits);
    }
}

}  // namespace

void check_chain(const Chain& chain) {
    require_range("log_ring_dimension", chain.log_ring_dimension, min_log_ring_dimension, max_log_ring_dimension);
    check_limits(chain.depth, chain.scale_bits, chain.integer_bits);
    check_prime_counts(chain);
    std::vector<std::uint64_t> seen;
    for (const auto prime : chain.primes) check_prime(prime, chain.log_ring_dimension, seen);
    for (const auto prime : chain.special_primes) check_prime(prime, chain.log_ring_dimension, seen);
    const double special_bits = log2_product(chain.special_primes);
    if (special_bits + 1 < largest_digit_bits(chain)) {
        fail(ErrorCode::invalid_argument,
             "parameters: the special primes have {:.1f} bits but a key-switching digit has {:.1f}; add special primes "
             "or digits",
             special_bits, largest_digit_bits(chain));
    }
    check_scales(chain);
}

void check_security(const Chain& chain, Attacks attacks) {
    if (is_secure(chain, chain.security_bits, attacks)) return;
    fail(ErrorCode::insecure_parameters,
         "parameters: log2 QP = {:.1f} exceeds {} at N = 2^{} for {} bits of {}security; use fewer primes or "
         "a larger ring",
         log2_product(chain.primes) + log2_product(chain.special_primes),
         max_log_modulus(chain.log_ring_dimension, chain.security_bits, attacks), chain.log_ring_dimension,
         chain.security_bits, attacks == Attacks::quantum ? "quantum " : "");
}

std::vector<long double> exact_scales(const Chain& chain) {
    std::vector<long double> scales(static_cast<std::size_t>(chain.depth) + 1);
    scales.back() = std::exp2(static_cast<long double>(chain.scale_bits));
    std::size_t limb = chain.primes.size();
    for (std::size_t level = scales.size() - 1; level > 0; --level) {
        scales[level - 1] = scales[level] * scales[level];
        for (std::size_t i = 0; i < chain.primes_per_level; ++i) {
            scales[level - 1] /= static_cast<long double>(chain.primes[--limb]);
        }
    }
    return scales;
}

std::vector<std::uint64_t> all_primes(const Chain& chain) {
    std::vector<std::uint64_t> primes = chain.primes;
    primes.insert(primes.end(), chain.special_primes.begin(), chain.special_primes.end());
    return primes;
}

Digest fingerprint(const Chain& chain) {
    Hasher hasher;
    hasher.update(std::uint64_t{1});  // version of this fingerprint
    for (const int value :
         {chain.log_ring_dimension, chain.depth, chain.scale_bits, chain.integer_bits, chain.security_bits}) {
        hasher.update(static_cast<std::uint64_t>(value));
    }
    for (const std::size_t value :
         {chain.base_primes, chain.primes_per_level, chain.digit_limbs, chain.primes.size()}) {
        hasher.update(std::uint64_t{value});
    }
    for (const std::uint64_t prime : all_primes(chain)) hasher.update(prime);
    return hasher.finish();
}

double log2_product(const std::vector<std::uint64_t>& primes) {
    long double bits = 0;
    for (const auto prime : primes) bits += std::log2(static_cast<long double>(prime));
    return static_cast<double>(bits);
}

}  // namespace tacit::ckks
