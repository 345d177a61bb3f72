#include "dp/discrete_gaussian.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "tacit/dp/integer.hpp"

namespace tacit::dp {

namespace {

/// A divisor of the variance at or above its square root, as near as there is.
std::uint64_t scale_for(std::uint64_t variance) {
    TACIT_ASSERT(variance >= 1 && variance <= largest_variance);
    auto scale = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(variance)));
    scale = std::max<std::uint64_t>(scale, 1);
    while (variance % scale != 0) ++scale;
    return scale;
}

/// The sum of P[candidate = y] P[y stays], its sum over many steps taken as an integral.
double staying_share(std::uint64_t scale, std::uint64_t centre) {
    const auto t = static_cast<double>(scale);
    const auto c = static_cast<double>(centre);
    const double variance = t * c;
    const double q = std::exp(-1 / t);
    if (scale > 64) {
        const double share = std::exp(-c / (2 * t)) * std::sqrt(2 * 3.141592653589793 * variance) / (2 * t);
        return share * (1 + q) / 2;
    }
    double share = 0;
    for (double y = 0; y < 40 * t; ++y) {
        const double weight = (1 - q) * std::exp(-y / t) * (y == 0 ? 0.5 : 1);
        share += weight * std::exp(-(y - c) * (y - c) / (2 * variance));
    }
    return share;
}

constexpr std::uint64_t largest_table_variance = 169;

std::variant<GaussianTable<std::uint64_t>, GaussianByRejection> sampler_for(std::uint64_t variance) {
    if (variance <= largest_table_variance) return GaussianTable<std::uint64_t>(variance);
    return GaussianByRejection(variance);
}

}  // namespace

GaussianByRejection::GaussianByRejection(std::uint64_t variance)
    : scale_(scale_for(variance)),
      centre_(variance / scale_),
      share_(staying_share(scale_, centre_)),
      sizes_(Rate{1, scale_}),
      coins_(2 * variance) {}

/// Ten standard deviations more than enough, and some for few outputs.
std::size_t GaussianByRejection::candidates_for(std::size_t outputs) const {
    const auto n = static_cast<double>(outputs);
    return static_cast<std::size_t>((n + 10 * std::sqrt(n * (1 - share_))) / share_) + 64;
}

bool GaussianByRejection::stays(std::int64_t size, std::uint64_t word, Words& source) const {
    __extension__ using Wide = unsigned __int128;
    const std::int64_t distance = size - static_cast<std::int64_t>(centre_);
    const Wide square = static_cast<Wide>(Int128{distance} * distance);
    constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
    if (square <= largest) return coins_.throw_for(static_cast<std::uint64_t>(square), word, source);
    // Rarer than 2^-300. One coin for each part of the square: all of them must show 1.
    for (Wide left = square; left > 0; left -= std::min<Wide>(left, largest)) {
        const auto part = static_cast<std::uint64_t>(std::min<Wide>(left, largest));
        if (!coins_.throw_for(part, source.next(), source)) return false;
    }
    return true;
}

void GaussianByRejection::draw(Words& source, std::span<std::int64_t> out) const {
    constexpr std::size_t block = 1024;
    constexpr std::size_t words_each = 2;  // for staying and for the sign
    std::vector<std::int64_t> sizes(candidates_for(std::min(block, out.size())));
    std::vector<std::uint64_t> words(sizes.size() * words_each);
    while (!out.empty()) {
        const std::size_t wanted = std::min(block, out.size());
        sizes_.draw(source, sizes);
        source.fill(words);
        std::size_t kept = 0;
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            const std::int64_t sign = -static_cast<std::int64_t>(words[i * words_each + 1] & 1);
            const bool minus_zero = (sizes[i] | ~sign) == 0;
            const bool stay =
                static_cast<int>(stays(sizes[i], words[i * words_each], source)) > static_cast<int>(minus_zero);
            const std::size_t place = std::min(kept, wanted - 1);
            out[place] = stay && kept < wanted ? (sizes[i] ^ sign) - sign : out[place];
            kept += stay ? 1 : 0;
        }
        out = out.subspan(std::min(kept, wanted));
    }
    wipe(std::as_writable_bytes(std::span(sizes)));
    wipe(std::as_writable_bytes(std::span(words)));
}

DiscreteGaussian::DiscreteGaussian(std::uint64_t variance) : sampler_(sampler_for(variance)) {}

}  // namespace tacit::dp
