#include "mpc/psi_sum.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>
#include <vector>

#include "base/fail.hpp"

namespace tacit::mpc {

namespace {

using ristretto::Point;
using ristretto::Scalar;

/// Calls take(i, start + i step G) for i = 0, 1, ... below `count` until it returns false; nothing if start is no
/// point.
template <class Take>
void walk(const Point& start, const Scalar& step, std::uint64_t count, const Take& take) {
    constexpr std::uint64_t part = 4096;
    for (std::uint64_t first = 0; first < count; first += part) {
        std::vector<Scalar> scalars;
        for (std::uint64_t i = first; i < std::min(count, first + part); ++i) {
            scalars.emplace_back(std::uint64_t{0}).set_sum_of_product(0, Scalar(i), step);
        }
        std::vector<Point> points(scalars.size());
        if (!ristretto::multiply_base(start, scalars, points)) return;
        for (std::size_t i = 0; i < points.size(); ++i) {
            if (!take(first + i, points[i])) return;
        }
    }
}

/// The x with x G = point, at most `largest`, by baby steps and giant steps.
std::optional<std::uint64_t> discrete_logarithm(const Point& point, std::uint64_t largest) {
    const auto steps = static_cast<std::uint64_t>(std::ceil(std::sqrt(static_cast<double>(largest) + 1)));
    const auto key_of = [](const Point& p) {  // encodings are spread well enough; equal keys are compared
        std::uint64_t key;
        std::memcpy(&key, p.data() + 8, sizeof key);
        return key;
    };
    std::vector<Point> baby(steps);
    std::unordered_multimap<std::uint64_t, std::uint64_t> numbers;
    numbers.reserve(steps);
    walk(Point{}, Scalar(1), steps, [&](std::uint64_t i, const Point& at) {
        baby[i] = at;
        numbers.emplace(key_of(at), i);
        return true;
    });
    Scalar giant(std::uint64_t{0});
    giant.set_negative_of(Scalar(steps));
    std::optional<std::uint64_t> found;
    walk(point, giant, largest / steps + 1, [&](std::uint64_t j, const Point& at) {
        const auto [begin, end] = numbers.equal_range(key_of(at));
        for (auto i = begin; i != end; ++i) {
            if (baby[i->second] == at) found = j * steps + i->second;
        }
        return !found.has_value();
    });
    return found;
}

std::uint64_t limb(std::uint64_t weight, std::size_t i) {
    return (weight >> (limb_bits * i)) & ((std::uint64_t{1} << limb_bits) - 1);
}

}  // namespace

WeightPublicKey WeightSecretKey::public_key() const noexcept {
    return {ristretto::multiply_base(keys_[0]), ristretto::multiply_base(keys_[1])};
}

std::vector<WeightCiphertext> WeightSecretKey::encrypt(std::span<const std::uint64_t> weights, Rng& rng) const {
    constexpr std::size_t points_each = 1 + weight_limbs;
    std::vector<Scalar> scalars;
    scalars.reserve(weights.size() * points_each);
    for (const std::uint64_t weight : weights) {
        const std::size_t randomness = scalars.size();
        scalars.emplace_back(rng);
        for (std::size_t i = 0; i < weight_limbs; ++i) {
            scalars.emplace_back(std::uint64_t{0}).set_sum_of_product(limb(weight, i), scalars[randomness], keys_[i]);
        }
    }
    std::vector<Point> points(scalars.size());
    TACIT_ASSERT(ristretto::multiply_base(Point{}, scalars, points));
    std::vector<WeightCiphertext> ciphertexts(weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const Point* const parts = &points[i * points_each];
        ciphertexts[i].randomness = parts[0];
        std::copy_n(parts + 1, weight_limbs, ciphertexts[i].limbs.begin());
    }
    return ciphertexts;
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
    WeightCiphertext total;
    const auto accumulate = [&](Point& into, const auto& part_of) {
        std::vector<Point> points{part_of(sum)};
        for (const WeightCiphertext& term : terms) points.push_back(part_of(term));
        const auto all = ristretto::add_all(points);
        if (all) into = *all;
        return all.has_value();
    };
    bool good = accumulate(total.randomness, [](const WeightCiphertext& c) { return c.randomness; });
    for (std::size_t i = 0; i < weight_limbs; ++i) {
        good &= accumulate(total.limbs[i], [i](const WeightCiphertext& c) { return c.limbs[i]; });
    }
    return good ? std::optional(total) : std::nullopt;
}

}  // namespace tacit::mpc
