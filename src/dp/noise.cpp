#include "tacit/dp/noise.hpp"

#include <algorithm>
#include <cmath>

#include "base/fail.hpp"
#include "dp/discrete_gaussian.hpp"
#include "dp/draw.hpp"
#include "dp/geometric.hpp"
#include "tacit/dp/measurement.hpp"

namespace tacit::dp {

namespace {

/// The smallest m >= 0 with P[|Y| > m] <= doubt, where P[|Y| > m] <= erfc(m / (sqrt(2) sigma)) [CKS20, tail bounds].
double gaussian_half_width(double sigma, double doubt) {
    double low = 0;
    double high = 40;
    for (int step = 0; step < 100; ++step) {
        const double middle = (low + high) / 2;
        (std::erfc(middle / std::sqrt(2.0)) <= doubt ? high : low) = middle;
    }
    return std::ceil(high * sigma);
}

}  // namespace

double Noise::standard_deviation() const {
    const double x = 1 / scale.approximate();
    switch (kind) {
        case Kind::discrete_laplace: return std::sqrt(2 * std::exp(-x)) / -std::expm1(-x);
        case Kind::geometric: return std::sqrt(std::exp(-x)) / -std::expm1(-x);
        case Kind::discrete_gaussian: return std::sqrt(scale.approximate());
    }
    return 0;
}

double Noise::half_width(double doubt) const {
    const double wide = scale.approximate();
    const double heads = kind == Kind::discrete_laplace ? 2 / (1 + std::exp(-1 / wide)) : 1;
    if (kind == Kind::discrete_gaussian) return gaussian_half_width(std::sqrt(wide), doubt);
    const double reach = wide * std::log(heads / doubt);
    return std::max(0.0, std::ceil(reach * (1 + 1e-12)) - 1);
}

double NoiseEffect::reach() const {
    const bool selection = noise.kind == Noise::Kind::geometric;
    return unit * noise.half_width(selection ? 0.05 / static_cast<double>(noise.draws) : 0.05);
}

std::string to_string(const Noise& noise) {
    switch (noise.kind) {
        case Noise::Kind::discrete_laplace: return "discrete Laplace of scale " + to_string(noise.scale);
        case Noise::Kind::geometric: return "geometric of scale " + to_string(noise.scale);
        case Noise::Kind::discrete_gaussian: return "discrete Gaussian of variance " + to_string(noise.scale);
    }
    return "unknown";
}

namespace detail {

Noise calibrate(Noise::Kind kind, std::uint64_t distance, const Cost& epsilon, std::size_t draws) {
    if (epsilon.is_zero()) {
        fail(ErrorCode::invalid_argument, "epsilon is 0, which allows no answer; ask for a loss above 0");
    }
    const Cost scale = epsilon.inverse() * Cost::ratio(distance, 1);  // rounded up: never less noise
    if (scale > Cost::ratio(largest_scale, 1) || scale < Cost::ratio(1, std::uint64_t{1} << 20)) {
        fail(ErrorCode::invalid_argument,
             "noise of scale {} steps is outside 2^-20 to 2^50; take {} steps or another epsilon than {}",
             to_string(scale), scale > Cost::ratio(1, 1) ? "larger" : "smaller", to_string(epsilon));
    }
    return {kind, scale, draws};
}

Noise calibrate_gaussian(std::uint64_t distance, bool squared, const Cost& rho, std::size_t draws) {
    __extension__ using Wide = unsigned __int128;
    constexpr std::uint64_t largest_distance = std::uint64_t{1} << 32;
    if (rho.is_zero() || distance > largest_distance) {
        fail(ErrorCode::invalid_argument,
             "Gaussian noise for a sensitivity of {} steps and rho {} cannot be made; rho must be above 0 and the "
             "sensitivity at most 2^32: take larger steps",
             distance, to_string(rho));
    }
    const Wide square = squared ? Wide{distance} : Wide{distance} * distance;
    const Wide divisor = Wide{rho.numerator()} * 2;
    const Wide least = std::max<Wide>(1, (square * rho.denominator() + divisor - 1) / divisor);
    if (least > largest_variance - (std::uint64_t{1} << 26)) {
        fail(ErrorCode::invalid_argument,
             "Gaussian noise for a sensitivity of {} steps and rho {} is wider than 2^24 steps; take larger steps or "
             "more rho",
             distance, to_string(rho));
    }
    const auto variance = static_cast<std::uint64_t>(least);
    auto root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(variance)));
    while (root * root < variance) ++root;
    const std::uint64_t product = root * ((variance + root - 1) / root);  // so that it has a divisor near its root
    return {Noise::Kind::discrete_gaussian, Cost::ratio(product, 1), draws};
}

Cost rho_of(std::uint64_t distance, bool squared, const Noise& noise) {
    const Cost square = Cost::ratio(distance, 1) * (squared ? 1 : distance);
    return square * Cost::ratio(1, 2 * noise.scale.numerator());
}

Estimate estimate(Int128 exact, std::int64_t drawn, const Noise& of, double unit, double doubt) {
    const auto noisy = static_cast<double>(exact + drawn);
    const double reach = of.half_width(doubt);
    return {noisy * unit, (noisy - reach) * unit, (noisy + reach) * unit};
}

std::vector<KeyedEstimate> estimates(std::span<const std::int64_t> exact, std::span<const std::int64_t> drawn,
                                     const Noise& of, std::span<const std::string> keys) {
    std::vector<KeyedEstimate> out;
    out.reserve(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        out.push_back({keys[i], estimate(exact[i], drawn[i], of, 1, usual_doubt)});
    }
    return out;
}

}  // namespace detail

Rate rate_of(const Noise& noise) { return {noise.scale.denominator(), noise.scale.numerator()}; }

std::vector<std::int64_t> draw(std::span<const NoiseEffect> effects, Words& words) {
    std::size_t total = 0;
    for (const NoiseEffect& effect : effects) total += effect.noise.words();
    std::vector<std::int64_t> out(total);
    std::span<std::int64_t> rest(out);
    for (const NoiseEffect& effect : effects) {
        const auto part = rest.first(effect.noise.words());
        rest = rest.subspan(part.size());
        if (effect.noise.streams > 0) {
            for (std::int64_t& word : part) word = static_cast<std::int64_t>(words.next());
            continue;
        }
        switch (effect.noise.kind) {
            case Noise::Kind::discrete_laplace:
                Geometric<std::uint64_t>(rate_of(effect.noise)).draw_differences(words, part);
                break;
            case Noise::Kind::geometric: Geometric<std::uint64_t>(rate_of(effect.noise)).draw(words, part); break;
            case Noise::Kind::discrete_gaussian:
                DiscreteGaussian(effect.noise.scale.numerator()).draw(words, part);
                break;
        }
    }
    return out;
}

}  // namespace tacit::dp
