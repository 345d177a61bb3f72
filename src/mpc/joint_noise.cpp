#include "tacit/mpc/joint_noise.hpp"

#include "base/fail.hpp"
#include "dp/draw.hpp"
#include "dp/geometric.hpp"
#include "mpc/noise_coins.hpp"
#include "tacit/mpc/circuits.hpp"

namespace tacit::mpc {

using Kind = dp::Noise::Kind;

NoiseCoins::NoiseCoins(const dp::Noise& noise) {
    if (noise.kind == Kind::discrete_gaussian || noise.streams != 0) {
        fail(ErrorCode::invalid_argument,
             "joint noise: {} is not made of independent coins; parties draw discrete Laplace and geometric noise",
             to_string(noise));
    }
    const dp::Geometric<std::uint64_t> sampler(dp::rate_of(noise));
    places = sampler.coins() - 1;
    const int variables = noise.kind == Kind::discrete_laplace ? 2 : 1;
    for (int variable = 0; variable < variables; ++variable) {
        for (std::size_t i = 0; i < places; ++i) {
            const std::uint64_t weight = std::uint64_t{1} << i;
            thresholds.push_back(sampler.bits().threshold(i));
            weights.push_back(variable == 0 ? weight : 0 - weight);
        }
    }
}

Numbers noise_of_words(Replicated& ring, const NoiseCoins& coins, const Bits& words) {
    std::vector<std::uint64_t> thresholds(words.shape.lanes);
    for (std::size_t i = 0; i < thresholds.size(); ++i) thresholds[i] = coins.thresholds[i % coins.thresholds.size()];
    return weighted_sums(ring, less(ring, words, ClearBits(thresholds, words.shape.planes)), coins.weights);
}

Numbers draw_noise(Replicated& ring, const dp::Noise& noise) {
    const NoiseCoins coins(noise);
    if (coins.places == 0) return ring.constant(std::vector<std::uint64_t>(noise.draws));  // 0 but with chance 2^-63
    return noise_of_words(ring, coins, ring.random_bits({64, coins.thresholds.size() * noise.draws}));
}

std::uint64_t largest_joint_noise(const dp::Noise& noise) { return (std::uint64_t{1} << NoiseCoins(noise).places) - 1; }

dp::Cost distance_of_joint_noise(const dp::Noise& noise) {
    const NoiseCoins coins(noise);
    const std::uint64_t variables = noise.kind == Kind::discrete_laplace ? 2 : 1;
    const std::uint64_t steps = noise.draws * variables * (coins.places + 2);  // of 2^-64
    return dp::Cost::ratio((steps + 3) / 4, std::uint64_t{1} << 62U);
}

}  // namespace tacit::mpc
