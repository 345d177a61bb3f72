// Choosing moduli: the cheapest secure chain for what a ParameterSpec asks for.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/fail.hpp"
#include "ckks/chain.hpp"
#include "ckks/chain_measures.hpp"
#include "tacit/ckks/security.hpp"
#include "tacit/math/modulus.hpp"

namespace tacit::ckks {

namespace {

void check_ranges(const ParameterSpec& spec) {
    check_limits(spec.depth, spec.scale_bits, spec.integer_bits);
    if (spec.log_ring_dimension) {
        require_range("log_ring_dimension", *spec.log_ring_dimension, min_log_ring_dimension, max_log_ring_dimension);
    }
    if (spec.min_slots > std::size_t{1} << (max_log_ring_dimension - 1)) {
        fail(ErrorCode::invalid_argument,
             "parameters: {} slots wanted but one ciphertext holds at most {}; use several", spec.min_slots,
             std::size_t{1} << (max_log_ring_dimension - 1));
    }
    if (spec.digits) require_range("digits", *spec.digits, 1, 200);
}

/// Primes of level 0: enough bits for scale, sign and integer part.
std::vector<std::uint64_t> base_primes(const Chain& chain, std::vector<std::uint64_t>& used) {
    const int bits = chain.scale_bits + chain.integer_bits + 1;
    const auto two_n = std::uint64_t{2} << chain.log_ring_dimension;
    const double each = static_cast<double>(bits) / static_cast<double>(chain.base_primes);
    const double limit = std::ldexp(1.0, math::max_modulus_bits) - 1;
    std::vector<std::uint64_t> primes;
    for (std::size_t i = 0; i < chain.base_primes; ++i) {
        primes.push_back(math::nearest_ntt_prime(std::min(std::exp2(each), limit), two_n, used));
        used.push_back(primes.back());
    }
    return primes;
}

/// Primes of levels depth..1, each nearest to what brings the next scale back to 2^scale_bits.
std::vector<std::uint64_t> level_primes(const Chain& chain, std::vector<std::uint64_t>& used) {
    const auto two_n = std::uint64_t{2} << chain.log_ring_dimension;
    const long double target = std::exp2(static_cast<long double>(chain.scale_bits));
    long double scale = target;
    std::vector<std::uint64_t> descending;
    for (int level = chain.depth; level > 0; --level) {
        long double wanted = scale * scale / target;
        for (std::size_t left = chain.primes_per_level; left > 0; --left) {
            const auto root = std::pow(wanted, 1.0L / static_cast<long double>(left));
            const std::uint64_t prime = math::nearest_ntt_prime(static_cast<double>(root), two_n, used);
            if (prime == 0) return {};
            used.push_back(prime);
            descending.push_back(prime);
            wanted /= static_cast<long double>(prime);
            scale = left == chain.primes_per_level ? scale * scale / static_cast<long double>(prime)
                                                   : scale / static_cast<long double>(prime);
        }
    }
    return {descending.rbegin(), descending.rend()};
}

/// `count` special primes of nearly equal size and `bits` bits together, up to the gaps between primes.
std::vector<std::uint64_t> special_primes(const Chain& chain, std::size_t count, double bits,
                                          std::vector<std::uint64_t> used) {
    const auto two_n = std::uint64_t{2} << chain.log_ring_dimension;
    std::vector<std::uint64_t> primes;
    for (std::size_t left = count; left > 0; --left) {
        const double each = std::min(bits / static_cast<double>(left), math::max_modulus_bits - 0.0001);
        const std::uint64_t prime = math::nearest_ntt_prime(std::exp2(each), two_n, used);
        if (prime == 0) return {};
        used.push_back(prime);
        primes.push_back(prime);
        bits -= std::log2(static_cast<double>(prime));
    }
    return primes;
}

/// The fewest special primes below 2^49 whose product is not below the largest digit.
bool choose_special_primes(Chain& chain, const std::vector<std::uint64_t>& used) {
    const double digit_bits = largest_digit_bits(chain);
    const auto least = static_cast<std::size_t>(std::ceil(digit_bits / (math::max_modulus_bits - 0.001)));
    for (std::size_t count = least; count <= least + 1; ++count) {
        for (double margin = 0.001; margin < 1; margin *= 2) {
            chain.special_primes = special_primes(chain, count, digit_bits + margin, used);
            if (!chain.special_primes.empty() && log2_product(chain.special_primes) >= digit_bits) return true;
        }
    }
    return false;
}

/// Transforms and inner products of a key switch, summed over all levels, in units of one NTT.
double key_switch_cost(const Chain& chain) {
    const auto special = static_cast<double>(chain.special_primes.size());
    double cost = 0;
    for (std::size_t limbs = 1; limbs <= chain.primes.size(); ++limbs) {
        const auto l = static_cast<double>(limbs);
        const auto digits = static_cast<double>(ceil_div(limbs, chain.digit_limbs));
        const double transforms = digits * (l + special) + 2 * special + 2 * l;
        const double inner_products = 0.6 * digits * (l + special);
        const double conversions = 0.1 * (l * (l + special) + 2 * special * l);
        cost += transforms + inner_products + conversions;
    }
    return cost;
}

/// The primes of all levels for one ring dimension; false if there are too few near 2^scale_bits.
bool choose_primes(Chain& chain) {
    constexpr double most_drift = 0.25;
    std::vector<std::uint64_t> used;
    chain.primes = base_primes(chain, used);
    const std::vector<std::uint64_t> upper = level_primes(chain, used);
    if (upper.size() != static_cast<std::size_t>(chain.depth) * chain.primes_per_level) return false;
    chain.primes.insert(chain.primes.end(), upper.begin(), upper.end());
    if (std::ranges::count(chain.primes, 0u) != 0 || missing_base_bits(chain) > most_drift) return false;
    return std::ranges::all_of(scale_drifts(chain), [](double drift) { return std::fabs(drift) <= most_drift; });
}

/// Every admissible number of digits for chosen primes; the cheapest whose log2 QP is at most `most_bits`, if any.
std::optional<Chain> cheapest_digits(Chain chain, const std::optional<int>& digits, int most_bits) {
    std::optional<Chain> best;
    double best_cost = std::numeric_limits<double>::infinity();
    for (std::size_t alpha = 1; alpha <= chain.primes.size(); ++alpha) {
        if (digits && ceil_div(chain.primes.size(), alpha) != static_cast<std::size_t>(*digits)) continue;
        chain.digit_limbs = alpha;
        if (log2_product(chain.primes) + largest_digit_bits(chain) > most_bits ||
            !choose_special_primes(chain, chain.primes))
            continue;
        if (log2_product(chain.primes) + log2_product(chain.special_primes) > most_bits) continue;
        const double cost = key_switch_cost(chain);
        if (cost < best_cost) {
            best_cost = cost;
            best = chain;
        }
    }
    return best;
}

Chain skeleton(const ParameterSpec& spec) {
    Chain chain;
    chain.depth = spec.depth;
    chain.scale_bits = spec.scale_bits;
    chain.integer_bits = spec.integer_bits;
    chain.base_primes =
        ceil_div(static_cast<std::size_t>(spec.scale_bits + spec.integer_bits + 1), math::max_modulus_bits);
    chain.primes_per_level = ceil_div(static_cast<std::size_t>(spec.scale_bits), max_prime_bits);
    return chain;
}

/// Digits have equal numbers of primes, the last one fewer: not every number of digits is possible.
void check_digits(const Chain& chain, const std::optional<int>& digits) {
    const std::size_t primes = chain.base_primes + static_cast<std::size_t>(chain.depth) * chain.primes_per_level;
    const auto wanted = static_cast<std::size_t>(digits.value_or(1));
    if (wanted <= primes && ceil_div(primes, ceil_div(primes, wanted)) == wanted) return;
    fail(ErrorCode::invalid_argument,
         "parameters: {} primes do not make {} key-switching digits of equal length; {} are the nearest below", primes,
         wanted, ceil_div(primes, ceil_div(primes, std::min(wanted, primes))));
}

/// The chain that the user brought, checked.
Chain stated_chain(const ParameterSpec& spec) {
    Chain chain = skeleton(spec);
    if (!spec.log_ring_dimension || spec.special_primes.empty()) {
        fail(ErrorCode::invalid_argument,
             "parameters: a stated prime chain also needs log_ring_dimension and special_primes");
    }
    chain.log_ring_dimension = *spec.log_ring_dimension;
    chain.base_primes = spec.base_primes;
    chain.primes = spec.primes;
    chain.special_primes = spec.special_primes;
    const auto digits = static_cast<std::size_t>(spec.digits.value_or(static_cast<int>(chain.primes.size())));
    chain.digit_limbs = ceil_div(chain.primes.size(), digits);
    check_chain(chain);
    return chain;
}

[[noreturn]] void fail_for_want_of_primes(const Chain& chain) {
    fail(ErrorCode::invalid_argument,
         "parameters: there are too few primes near 2^{} that are 1 modulo 2N for N = 2^{} and depth {}; raise "
         "scale_bits or "
         "lower the depth",
         chain.scale_bits, chain.log_ring_dimension, chain.depth);
}

int smallest_log_ring_dimension(const ParameterSpec& spec) {
    int log_n = spec.log_ring_dimension.value_or(min_log_ring_dimension);
    while ((std::size_t{1} << log_n) / 2 < spec.min_slots) {
        if (spec.log_ring_dimension) {
            fail(ErrorCode::invalid_argument,
                 "parameters: N = 2^{} has {} slots but {} are wanted; raise log_ring_dimension", log_n,
                 (std::size_t{1} << log_n) / 2, spec.min_slots);
        }
        ++log_n;
    }
    return log_n;
}

}  // namespace

Chain choose_chain(const ParameterSpec& spec) {
    check_ranges(spec);
    static_cast<void>(max_log_modulus(min_log_ring_dimension, spec.security_bits));  // refuses unknown levels
    if (!spec.primes.empty()) {
        Chain chain = stated_chain(spec);
        chain.security_bits = spec.security_bits;
        check_security(chain, spec.attacks);
        return chain;
    }
    Chain chain = skeleton(spec);
    check_digits(chain, spec.digits);
    const int last = spec.log_ring_dimension.value_or(max_log_ring_dimension);
    const int modulus_bits = spec.scale_bits * (spec.depth + 1) + spec.integer_bits + 1;
    const auto limit = [&](int log_n) { return max_log_modulus(log_n, spec.security_bits, spec.attacks); };
    int largest = 0;  // ring dimension that has enough primes
    for (int log_n = smallest_log_ring_dimension(spec); log_n <= last; ++log_n) {
        chain.log_ring_dimension = log_n;
        const bool hopeless = modulus_bits - 2 > limit(log_n);
        if (!hopeless && !choose_primes(chain)) continue;
        largest = log_n;
        if (hopeless) continue;
        if (auto found = cheapest_digits(chain, spec.digits, limit(log_n))) {
            found->security_bits = spec.security_bits;
            return *std::move(found);
        }
    }
    if (largest < last) fail_for_want_of_primes(chain);
    fail(ErrorCode::insecure_parameters,
         "parameters: depth {} at scale 2^{} needs log2 Q of about {} plus a special modulus, but N = 2^{} allows {} "
         "in all "
         "for {} bits of {}security; lower the depth or the scale{}",
         spec.depth, spec.scale_bits, modulus_bits, last, limit(last), spec.security_bits,
         spec.attacks == Attacks::quantum ? "quantum " : "",
         spec.log_ring_dimension ? ", raise log_ring_dimension" : "");
}

Chain choose_insecure_chain(const ParameterSpec& spec) {
    check_ranges(spec);
    if (!spec.primes.empty()) return stated_chain(spec);
    Chain chain = skeleton(spec);
    check_digits(chain, spec.digits);
    chain.log_ring_dimension = smallest_log_ring_dimension(spec);
    if (!choose_primes(chain)) fail_for_want_of_primes(chain);
    auto found = cheapest_digits(chain, spec.digits, std::numeric_limits<int>::max());
    if (!found) fail_for_want_of_primes(chain);
    return *std::move(found);
}

}  // namespace tacit::ckks
