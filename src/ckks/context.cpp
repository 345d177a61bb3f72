#include "ckks/context.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace tacit::ckks {

namespace {

std::vector<std::size_t> range(std::size_t begin, std::size_t end) {
    std::vector<std::size_t> numbers(end - begin);
    std::iota(numbers.begin(), numbers.end(), begin);
    return numbers;
}

}  // namespace

Context::Context(Chain chain)
    : chain_(std::move(chain)),
      ring_(chain_.log_ring_dimension, all_primes(chain_)),
      scales_(exact_scales(chain_)),
      fingerprint_(ckks::fingerprint(chain_)) {
    for (std::size_t i = 0; i < chain_.primes.size(); ++i) {
        const std::uint64_t q = chain_.primes[i];
        std::uint64_t product = 1;
        for (const std::uint64_t p : chain_.special_primes) product = math::mul_mod(product, p % q, q);
        special_product_.push_back(ring_.modulus(i).balanced(product));
    }
    make_converters();
}

void Context::make_converters() {
    const std::size_t q_count = chain_.primes.size();
    const std::vector<std::size_t> special = range(q_count, prime_count());
    for (std::size_t digit = 0; digit < digits(q_count); ++digit) {
        const std::size_t begin = digit * chain_.digit_limbs;
        for (std::size_t count = 1; count <= chain_.digit_limbs; ++count) {
            const std::size_t end = std::min(begin + count, q_count);
            std::vector<std::size_t> targets = range(0, begin);
            for (const std::size_t prime : range(end, prime_count())) targets.push_back(prime);
            digit_converters_.emplace_back(ring_, range(begin, end), targets);
        }
    }
    special_converter_ = ring::BaseConverter(ring_, special, range(0, q_count));
    for (int level = 1; level <= chain_.depth; ++level) {
        std::vector<std::size_t> dropped = range(limbs(level - 1), limbs(level));
        const std::vector<std::size_t> kept = range(0, limbs(level - 1));
        level_converters_.emplace_back(ring_, dropped, kept);
        dropped.insert(dropped.end(), special.begin(), special.end());
        fused_converters_.emplace_back(ring_, dropped, kept);
    }
}

}  // namespace tacit::ckks
