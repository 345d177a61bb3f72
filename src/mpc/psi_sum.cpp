#include "mpc/psi_sum.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <unordered_map>
#include <vector>

#include "tacit/base/parallel.hpp"

namespace tacit::mpc {

namespace {

using ristretto::Point;
using ristretto::Scalar;

/// The x with x G = point, at most `largest`, by baby steps and giant steps.
std::optional<std::uint64_t> discrete_logarithm(const Point& point, std::uint64_t largest) {
    const auto steps = static_cast<std::uint64_t>(std::ceil(std::sqrt(static_cast<double>(largest) + 1)));
    std::vector<Point> baby(steps);
    parallel_for(0, steps, [&](std::size_t i) { baby[i] = ristretto::multiply_base(Scalar(i)); });
    const auto key_of = [](const Point& p) {  // encodings are spread well enough; equal keys are compared
        std::uint64_t key;
        std::memcpy(&key, p.data() + 8, sizeof key);
        return key;
    };
    std::unordered_multimap<std::uint64_t, std::uint64_t> numbers;
    numbers.reserve(steps);
    for (std::uint64_t i = 0; i < steps; ++i) numbers.emplace(key_of(baby[i]), i);
    const Point giant = ristretto::multiply_base(Scalar(steps));
    Point at = point;
    for (std::uint64_t j = 0; j <= largest / steps; ++j) {
        const auto [begin, end] = numbers.equal_range(key_of(at));
        for (auto i = begin; i != end; ++i) {
            if (baby[i->second] == at) return j * steps + i->second;
        }
        const auto next = ristretto::subtract(at, giant);
        if (!next) return std::nullopt;
        at = *next;
    }
    return std::nullopt;
}

std::uint64_t limb(std::uint64_t weight, std::size_t i) {
    return (weight >> (limb_bits * i)) & ((std::uint64_t{1} << limb_bits) - 1);
}

}  // namespace

WeightPublicKey WeightSecretKey::public_key() const noexcept {
    return {ristretto::multiply_base(keys_[0]), ristretto::multiply_base(keys_[1])};
}

WeightCiphertext WeightSecretKey::encrypt(std::uint64_t weight, Rng& rng) const {
    const Scalar randomness(rng);
    WeightCiphertext ciphertext{.randomness = ristretto::multiply_base(randomness), .limbs = {}};
    for (std::size_t i = 0; i < weight_limbs; ++i) {
        Scalar exponent(std::uint64_t{0});
        exponent.set_sum_of_product(limb(weight, i), randomness, keys_[i]);
        ciphertext.limbs[i] = ristretto::multiply_base(exponent);
    }
    return ciphertext;
}

std::optional<std::uint64_t> WeightSecretKey::decrypt_sum(const WeightCiphertext& sum, std::uint64_t terms) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < weight_limbs; ++i) {
        const auto mask = ristretto::multiply(keys_[i], sum.randomness);
        if (!mask) return std::nullopt;
        const auto point = ristretto::subtract(sum.limbs[i], *mask);
        if (!point) return std::nullopt;
        const auto x = discrete_logarithm(*point, terms << limb_bits);
        if (!x) return std::nullopt;
        value += *x << (limb_bits * i);
    }
    return value;
}

std::optional<WeightCiphertext> encrypt_zero(const WeightPublicKey& key, Rng& rng) {
    const Scalar randomness(rng);
    WeightCiphertext zero{.randomness = ristretto::multiply_base(randomness), .limbs = {}};
    for (std::size_t i = 0; i < weight_limbs; ++i) {
        const auto mask = ristretto::multiply(randomness, key[i]);
        if (!mask) return std::nullopt;
        zero.limbs[i] = *mask;
    }
    return zero;
}

std::optional<WeightCiphertext> add(const WeightCiphertext& sum, std::span<const WeightCiphertext> terms) {
    WeightCiphertext total = sum;
    std::atomic<bool> good = true;
    const auto accumulate = [&](Point& into, const auto& part_of) {
        for (const WeightCiphertext& term : terms) {
            const auto next = ristretto::add(into, part_of(term));
            if (!next) {
                good = false;
                return;
            }
            into = *next;
        }
    };
    parallel_for(0, 1 + weight_limbs, [&](std::size_t part) {
        if (part == weight_limbs) {
            accumulate(total.randomness, [](const WeightCiphertext& term) { return term.randomness; });
        } else {
            accumulate(total.limbs[part], [part](const WeightCiphertext& term) { return term.limbs[part]; });
        }
    });
    return good ? std::optional(total) : std::nullopt;
}

}  // namespace tacit::mpc
