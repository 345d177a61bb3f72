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

/// Finds the x with x G = point, at most `largest`, by baby steps and giant steps.
class Logarithms {
public:
    explicit Logarithms(std::uint64_t largest)
        : largest_(largest), baby_(static_cast<std::uint64_t>(std::ceil(std::sqrt(static_cast<double>(largest) + 1)))) {
        TACIT_ASSERT(ristretto::walk(Point{}, ristretto::multiply_base(Scalar(1)), baby_));
        numbers_.reserve(baby_.size());
        for (std::uint64_t i = 0; i < baby_.size(); ++i) numbers_.emplace(key_of(baby_[i]), i);
    }

    [[nodiscard]] std::optional<std::uint64_t> of(Point at) const {
        Scalar giant(std::uint64_t{0});
        giant.set_negative_of(Scalar(baby_.size()));
        const Point step = ristretto::multiply_base(giant);
        const std::uint64_t giants = largest_ / baby_.size() + 1;
        constexpr std::uint64_t part = 1 << 14;
        for (std::uint64_t first = 0; first < giants; first += part) {
            std::vector<Point> path(std::min(part, giants - first) + 1);
            if (!ristretto::walk(at, step, path)) return std::nullopt;
            for (std::uint64_t j = 0; j + 1 < path.size(); ++j) {
                const auto number = number_of(path[j]);
                if (number) return (first + j) * baby_.size() + *number;
            }
            at = path.back();
        }
        return std::nullopt;
    }

private:
    static std::uint64_t key_of(const Point& p) {  // encodings are spread well enough; equal keys are compared
        std::uint64_t key;
        std::memcpy(&key, p.data() + 8, sizeof key);
        return key;
    }

    [[nodiscard]] std::optional<std::uint64_t> number_of(const Point& at) const {
        const auto [begin, end] = numbers_.equal_range(key_of(at));
        for (auto i = begin; i != end; ++i) {
            if (baby_[i->second] == at) return i->second;
        }
        return std::nullopt;
    }

    std::uint64_t largest_;
    std::vector<Point> baby_;
    std::unordered_multimap<std::uint64_t, std::uint64_t> numbers_;
};

std::uint64_t limb(std::uint64_t weight, std::size_t i) {
    return (weight >> (limb_bits * i)) & ((std::uint64_t{1} << limb_bits) - 1);
}

}  // namespace

static_assert(weight_limbs == 2);
WeightSecretKey::WeightSecretKey(std::span<const std::byte, bytes> stored) noexcept
    : keys_{Scalar(stored.first<32>()), Scalar(stored.last<32>())} {}

void WeightSecretKey::store(std::span<std::byte, bytes> out) const noexcept {
    for (std::size_t i = 0; i < weight_limbs; ++i) std::memcpy(out.data() + 32 * i, keys_[i].data(), 32);
}

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
    ristretto::multiply_base(scalars, points);
    std::vector<WeightCiphertext> ciphertexts(weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const Point* const parts = &points[i * points_each];
        ciphertexts[i].randomness = parts[0];
        std::copy_n(parts + 1, weight_limbs, ciphertexts[i].limbs.begin());
    }
    return ciphertexts;
}

std::optional<std::uint64_t> WeightSecretKey::decrypt_sum(const WeightCiphertext& sum, std::uint64_t terms) const {
    const Logarithms logarithms(terms << limb_bits);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < weight_limbs; ++i) {
        const auto mask = ristretto::multiply(keys_[i], sum.randomness);
        if (!mask) return std::nullopt;
        const auto point = ristretto::subtract(sum.limbs[i], *mask);
        if (!point) return std::nullopt;
        const auto x = logarithms.of(*point);
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
