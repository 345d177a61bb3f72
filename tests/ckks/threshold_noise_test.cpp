// Noise under collective keys against noise.hpp with its number of parties, and the law of the smudging noise.
#include <gtest/gtest.h>

#include <cmath>

#include "ckks/threshold_parts.hpp"
#include "ckks/threshold_support.hpp"
#include "ring/automorphism.hpp"
#include "tacit/ckks/noise.hpp"

namespace tacit::ckks::threshold {
namespace {

constexpr double tolerance_bits = 0.25;

struct Moments {
    std::size_t count = 0;
    double mean = 0, deviation = 0, kurtosis = 0;
};

Moments moments(const std::vector<double>& x) {
    Moments m{x.size()};
    const auto n = static_cast<double>(x.size());
    for (const double e : x) m.mean += e / n;
    double second = 0, fourth = 0;
    for (const double e : x) {
        second += std::pow(e - m.mean, 2) / n;
        fourth += std::pow(e - m.mean, 4) / n;
    }
    m.deviation = std::sqrt(second);
    m.kurtosis = fourth / (second * second);
    return m;
}

class ThresholdNoiseTest : public ::testing::TestWithParam<int> {
protected:
    int count = GetParam();
    Parameters parameters =
        insecure_parameters_for_tests({.depth = 3, .integer_bits = 20, .log_ring_dimension = 11, .digits = 2});
    const Context& context = parameters.context();
    Group group{parameters,
                static_cast<std::size_t>(count),
                {.rotations = {1}, .conjugation = true},
                Rng(fixed_seed(static_cast<unsigned>(count)))};
    SecretKey secret = group.sum_of_secrets();
    Evaluator evaluator{group.keys};

    [[nodiscard]] std::vector<double> difference(const ring::EvaluationPoly& a, const ring::EvaluationPoly& b) const {
        return coefficients(context, scaled_difference(context, 1, a, b));
    }
    template <class Draw>
    void expect_noise(const char* operation, int level, double predicted, Draw draw) const {
        std::vector<double> errors;
        while (errors.size() < std::size_t{1} << 16) {
            const std::vector<double> more = draw();
            errors.insert(errors.end(), more.begin(), more.end());
        }
        const Moments m = moments(errors);
        EXPECT_LT(std::fabs(std::log2(m.deviation / predicted)), tolerance_bits)
            << operation << " of " << count << " parties at level " << level << ": " << m.deviation << " measured, "
            << predicted << " predicted";
        EXPECT_LT(std::fabs(m.mean), 8 * m.deviation / std::sqrt(static_cast<double>(m.count))) << operation;
    }
    /// Size, centre and tails; every bound at five standard deviations of its estimate.
    static void expect_gaussian(const std::vector<double>& x, double sigma) {
        const Moments m = moments(x);
        const auto n = static_cast<double>(m.count);
        EXPECT_NEAR(m.deviation / sigma, 1, 5 / std::sqrt(2 * n));
        EXPECT_LT(std::fabs(m.mean), 5 * m.deviation / std::sqrt(n));
        EXPECT_NEAR(m.kurtosis, 3, 5 * std::sqrt(24 / n));
    }
    [[nodiscard]] ring::EvaluationPoly times_secret(const Ciphertext& in, const Party& party) const {
        std::vector<ring::EvaluationPoly> polys;
        polys.push_back(ring::EvaluationPoly::zero(context.dimension(), in.limbs()));
        polys.push_back(in.poly(1).clone());
        return phase(party.secret(), Ciphertext(parameters, std::move(polys), in.level(), in.type().scale_power));
    }
    [[nodiscard]] Plaintext message(int level) {
        return Encoder(parameters).encode(uniform_complexes(parameters.slots(), group.rng), level);
    }
};

INSTANTIATE_TEST_SUITE_P(Parties, ThresholdNoiseTest, ::testing::Values(2, 3, 5));

TEST_P(ThresholdNoiseTest, FreshEncryption) {
    const Encryptor encryptor(group.public_key());
    for (int level = 0; level <= parameters.depth(); ++level) {
        const Plaintext plain = message(level);
        expect_noise("encryption", level, noise::fresh_public(parameters, count),
                     [&] { return difference(phase(secret, encryptor.encrypt(plain, group.rng)), plain.poly()); });
    }
}

TEST_P(ThresholdNoiseTest, RelinearizationAndItsFusedForm) {
    for (int level = 0; level <= parameters.depth(); ++level) {
        expect_noise("relinearisation", level, noise::relinearization(parameters, level, count), [&] {
            const Ciphertext in = random_ciphertext(parameters, {level, 2, 2}, group.rng);
            return difference(phase(secret, evaluator.relinearize(in)), phase(secret, in));
        });
    }
}

TEST_P(ThresholdNoiseTest, RotationAndConjugation) {
    const int log_n = parameters.log_ring_dimension();
    for (int level = 0; level <= parameters.depth(); ++level) {
        const Ciphertext in = random_ciphertext(parameters, {level, 1, 1}, group.rng);
        const auto expected = [&](std::uint64_t element) { return permuted(context, phase(secret, in), element); };
        expect_noise("rotation", level, noise::key_switching(parameters, level, count), [&] {
            const Ciphertext fresh = random_ciphertext(parameters, {level, 1, 1}, group.rng);
            return difference(phase(secret, evaluator.rotate(fresh, 1)),
                              permuted(context, phase(secret, fresh), ring::galois_element(1, log_n)));
        });
        EXPECT_LT(
            moments(difference(phase(secret, evaluator.conjugate(in)), expected(ring::conjugation_element(log_n))))
                .deviation,
            2 * noise::key_switching(parameters, level, count));
    }
}

TEST_P(ThresholdNoiseTest, RescalingOfBothDegrees) {
    for (int level = 1; level <= parameters.depth(); ++level) {
        long double q = 1;
        for (std::size_t i = parameters.limbs(level - 1); i < parameters.limbs(level); ++i) {
            q *= static_cast<long double>(parameters.primes()[i]);
        }
        for (const int degree : {1, 2}) {
            expect_noise("rescaling", level, noise::rescaling(parameters, degree, count), [&] {
                const Ciphertext in = random_ciphertext(parameters, {level, 2, degree}, group.rng);
                auto error = coefficients(
                    context, scaled_difference(context, q, phase(secret, evaluator.rescale(in)), phase(secret, in)));
                for (double& e : error) e /= static_cast<double>(q);
                return error;
            });
        }
        expect_noise("relinearize_rescale", level, noise::fused_relinearization(parameters, level, count), [&] {
            const Ciphertext in = random_ciphertext(parameters, {level, 2, 2}, group.rng);
            auto error = coefficients(
                context,
                scaled_difference(context, q, phase(secret, evaluator.relinearize_rescale(in)), phase(secret, in)));
            for (double& e : error) e /= static_cast<double>(q);
            return error;
        });
    }
}

TEST_P(ThresholdNoiseTest, SharesCarryGaussianNoiseOfTheStatedSize) {
    // A share less c_1 s_i is the noise of one party, the message less the phase that of all.
    const Smudging smudging{.error_standard_deviation = 100, .statistical_bits = 20};
    const double sigma = std::sqrt(12.0 * Group::publications) * 0x1p10 * 100;
    std::vector<double> one, all;
    for (int i = 0; i < 32; ++i) {
        const Ciphertext in = random_ciphertext(parameters, {1, 1, 1}, group.rng);
        auto collector = collect_decryption(group.session, in);
        for (Party& party : group.parties) {
            Share share = party.decryption_share(in, smudging, group.ledgers[party.index()], group.rng);
            const auto noise = difference(ShareAccess::polys(share).front(), times_secret(in, party));
            if (party.index() == 0) one.insert(one.end(), noise.begin(), noise.end());
            collector.add(std::move(share));
        }
        const auto noise = difference(std::move(collector).finish().poly(), phase(secret, in));
        all.insert(all.end(), noise.begin(), noise.end());
    }
    expect_gaussian(one, sigma);
    expect_gaussian(all, sigma * std::sqrt(count));
}

TEST_P(ThresholdNoiseTest, ASwitchedCiphertextCarriesTheSmudgingOfAllParties) {
    const KeySet receiver = generate_keys(parameters, {.relinearization = false});
    const Smudging smudging{.error_standard_deviation = 100, .statistical_bits = 20};
    const double sigma = std::sqrt(12.0 * Group::publications) * 0x1p10 * 100;
    std::vector<double> all;
    for (int i = 0; i < 32; ++i) {
        const Ciphertext in = random_ciphertext(parameters, {2, 1, 1}, group.rng);
        const Ciphertext out = group.switch_key(in, receiver.public_key, smudging);
        const auto noise = difference(phase(receiver.secret_key, out), phase(secret, in));
        all.insert(all.end(), noise.begin(), noise.end());
    }
    expect_gaussian(all, sigma * std::sqrt(count));
}

}  // namespace
}  // namespace tacit::ckks::threshold
