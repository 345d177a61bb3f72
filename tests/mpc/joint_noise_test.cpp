#include "tacit/mpc/joint_noise.hpp"

#include "../base/seeded.hpp"
#include "../base/throws.hpp"
#include "dp/audit.hpp"
#include "dp/distributions.hpp"
#include "dp/draw.hpp"
#include "dp/geometric.hpp"
#include "mpc/noise_coins.hpp"
#include "mpc/replicated_support.hpp"

namespace tacit::mpc {

namespace {

using dp::Noise;
using Kind = Noise::Kind;
using Sampler = dp::Geometric<std::uint64_t>;

/// The words of the joint coins, and for what else the clear sampler asks (last coins, digits after an equal word) the
/// largest word, which shows 0 everywhere.
class JointWords final : public dp::Words {
public:
    JointWords(std::span<const std::uint64_t> words, std::size_t coins) : words_(words), coins_(coins) {}
    void fill(std::span<std::uint64_t> out) override {
        for (std::size_t i = 0; i < out.size(); ++i) {
            const bool further = out.size() == 1 || i % coins_ == coins_ - 1;
            out[i] = further ? ~std::uint64_t{0} : words_[next_++];
        }
    }

private:
    std::span<const std::uint64_t> words_;
    std::size_t coins_;
    std::size_t next_ = 0;
};

std::vector<std::int64_t> clear_draws(const Noise& noise, std::span<const std::uint64_t> words) {
    const Sampler sampler(dp::rate_of(noise));
    JointWords source(words, sampler.coins());
    std::vector<std::int64_t> out(noise.draws);
    noise.kind == Kind::geometric ? sampler.draw(source, out) : sampler.draw_differences(source, out);
    return out;
}

/// Uniform words, among them words just below, at and just above the thresholds.
std::vector<std::uint64_t> words_for(const NoiseCoins& coins, std::size_t draws, Rng& rng) {
    std::vector<std::uint64_t> words(coins.thresholds.size() * draws);
    rng.fill(std::span(words));
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::uint64_t threshold = coins.thresholds[i % coins.thresholds.size()];
        if (i % 5 < 3) words[i] = threshold - 1 + i % 5;
    }
    return words;
}

std::vector<std::int64_t> as_signed(const std::vector<std::uint64_t>& words) { return {words.begin(), words.end()}; }

}  // namespace

class JointNoise : public testing::TestWithParam<int> {
protected:
    std::vector<std::int64_t> drawn(const Noise& noise) {
        party::LocalNetwork network(GetParam(), seeded.rng.new_seed());
        const auto all = run_replicated(network, [&](Replicated& ring) { return ring.open(draw_noise(ring, noise)); });
        EXPECT_EQ(all.front(), all.back());
        return as_signed(all.front());
    }
    Seeded seeded;
};
INSTANTIATE_TEST_SUITE_P(Replicated, JointNoise, testing::Values(3, 4));

TEST_P(JointNoise, EqualsTheClearSamplersValueByValueWhereTheCoinsAreTheSame) {
    for (const Kind kind : {Kind::discrete_laplace, Kind::geometric}) {
        for (const dp::Cost& scale : {dp::Cost::ratio(1, 3), dp::Cost::ratio(1, 1), dp::Cost::ratio(7, 2),
                                      dp::Cost::ratio(1000, 1), dp::Cost::ratio(std::uint64_t{1} << 50U, 1)}) {
            Noise noise{.kind = kind, .scale = scale};
            const NoiseCoins coins(noise);
            noise.draws = 1000 / coins.thresholds.size();  // all words in one block of the clear sampler
            const auto words = words_for(coins, noise.draws, seeded.rng);
            party::LocalNetwork network(GetParam(), seeded.seed);
            const auto joint = run_replicated(network, [&](Replicated& ring) {
                return ring.open(noise_of_words(ring, coins, ring.constant(ClearBits(words, 64))));
            });
            EXPECT_EQ(as_signed(joint[1]), clear_draws(noise, words)) << to_string(noise);
        }
    }
}

TEST_P(JointNoise, HasTheExactDistribution) {
    for (const std::uint64_t scale : {1U, 10U}) {
        const double rate = 1 / static_cast<double>(scale);
        Noise noise{.scale = dp::Cost::ratio(scale, 1), .draws = dp::soak_or(20000)};
        const auto reach = static_cast<std::int64_t>(40 * scale);
        const auto laplace = drawn(noise);
        const auto p = [&](double at) {
            return dp::chi_square_p_value(
                laplace, [&](std::int64_t k) { return dp::discrete_laplace_pmf(at, k); }, -reach, reach);
        };
        EXPECT_GT(p(rate), 1e-6) << scale;
        EXPECT_LT(p(1.2 * rate), 1e-6) << "a rate that is off by a fifth is seen";
        noise.kind = Kind::geometric;
        const auto geometric = [&](std::int64_t k) {
            return -std::expm1(-rate) * std::exp(-rate * static_cast<double>(k));
        };
        EXPECT_GT(dp::chi_square_p_value(drawn(noise), geometric, 0, reach), 1e-6) << scale;
    }
}

TEST_P(JointNoise, CostsWhatIsStated) {
    const bool three = GetParam() == 3;
    const Noise noise{.scale = dp::Cost::ratio(100, 1), .draws = 64};
    const std::size_t coins = NoiseCoins(noise).thresholds.size();
    ASSERT_EQ(coins, 26U);
    const Cost cost = cost_of(GetParam(), [&](Replicated& ring) { static_cast<void>(draw_noise(ring, noise)); });
    const std::uint64_t lanes = 64 * coins;
    EXPECT_EQ(cost.rounds, 8);
    // 89 bits a coin from each, 8 bytes a coin from one party in three, 8 a draw; half as much again among four.
    EXPECT_EQ(cost.total_bytes,
              three ? 3 * lanes * 89 / 8 + 8 * lanes + 3 * 8 * 64 : 6 * lanes * 89 / 8 + 2 * 8 * lanes + 6 * 8 * 64);
    EXPECT_LE(cost.most_bytes, lanes * 22);
}

TEST_P(JointNoise, OfATinyScaleIsZeroWithoutAnyCoin) {
    const Noise noise{.scale = dp::Cost::ratio(1, 64), .draws = 5};
    EXPECT_EQ(drawn(noise), std::vector<std::int64_t>(5, 0));
    EXPECT_EQ(largest_joint_noise(noise), 0U);
}

TEST_P(JointNoise, OfAnotherKindIsRefused) {
    const auto refused = [&](const char* text, const Noise& noise) {
        expect_throws(ErrorCode::invalid_argument, text, [&] { return drawn(noise); });
    };
    refused("discrete Gaussian of variance 4 is not made of independent coins",
            {.kind = Kind::discrete_gaussian, .scale = dp::Cost::ratio(4, 1)});
    refused("discrete Laplace of scale 1 is not made of independent coins", {.streams = 1});
}

TEST(JointNoise, IsAsFarFromItsDistributionAsCoinsAndPlacesSay) {
    const Noise noise{.scale = dp::Cost::ratio(1, 1), .draws = 3};
    EXPECT_EQ(NoiseCoins(noise).places, 6U) << "2^6 > 64 ln 2";
    EXPECT_EQ(largest_joint_noise(noise), 63U);
    // Three draws of two variables with six coins and what is left out: 3 * 2 * 8 / 2^64.
    EXPECT_EQ(distance_of_joint_noise(noise), dp::Cost::ratio(12, std::uint64_t{1} << 62U));
}

}  // namespace tacit::mpc
