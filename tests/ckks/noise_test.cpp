// Measured noise against the model of noise.hpp: every operation, every level, every kind of key.
//
// Key switching, rescaling and level drops are measured on uniformly random ciphertexts and compared with the exact
// phase, so that no message or encryption noise is in the way. Each point has at least 2^16 coefficients and a fixed
// seed. The deviations that remain are those of one key from the average key: a quarter of a bit is asked for, far
// more than they are; the promise of the documentation is one bit.
#include "tacit/ckks/noise.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>

#include "ckks/support.hpp"
#include "math/kernels.hpp"
#include "ring/automorphism.hpp"
#include "ring/samplers.hpp"

namespace tacit::ckks {
namespace {

constexpr double tolerance_bits = 0.25;
constexpr std::size_t samples = std::size_t{1} << 16;

/// One line per operation at the end of the program: its worst deviation over sets and levels.
struct Report {
    struct Worst {
        double bits = 0;
        std::string where;
    };
    std::map<std::string, Worst> worst;
    ~Report() {
        if (worst.empty()) return;
        std::printf("noise, log2(measured / predicted), the worst over parameter sets and levels:\n");
        for (const auto& [operation, deviation] : worst) {
            std::printf("  %-28s %+.3f  %s\n", operation.c_str(), deviation.bits, deviation.where.c_str());
        }
    }
};
Report report;

struct Set {
    const char* name;
    ParameterSpec spec;
    bool secure = false;
};

void PrintTo(const Set& set, std::ostream* out) { *out << set.name; }

class NoiseTest : public ::testing::TestWithParam<Set> {
protected:
    Parameters parameters =
        GetParam().secure ? Parameters::create(GetParam().spec) : insecure_parameters_for_tests(GetParam().spec);
    const Context& context = parameters.context();
    KeyRequest request{.rotations = {1, -3, 100}, .conjugation = true};
    Keyring keys{parameters, request, Rng(fixed_seed(1))};
    Evaluator evaluator{keys.evaluation_keys};
    Rng rng{fixed_seed(2)};
    int top = parameters.depth();

    /// Draws error polynomials until there are enough coefficients; mean about 0, standard deviation as predicted.
    void expect_noise(const std::string& operation, int level, double predicted,
                      const std::function<std::vector<double>()>& draw) const {
        double sum = 0, squares = 0;
        std::size_t count = 0;
        while (count < samples) {
            for (const double e : draw()) {
                sum += e;
                squares += e * e;
                ++count;
            }
        }
        const auto n = static_cast<double>(count);
        const double mean = sum / n;
        const double deviation = std::sqrt(squares / n - mean * mean);
        const double bits = std::log2(deviation / predicted);
        const std::string where = std::string(GetParam().name) + " level " + std::to_string(level);
        EXPECT_LT(std::fabs(bits), tolerance_bits)
            << operation << ", " << where << ": " << deviation << " measured, " << predicted;
        EXPECT_LT(std::fabs(mean), 8 * deviation / std::sqrt(n)) << operation << ", " << where << ": the mean is not 0";
        auto& worst = report.worst[operation];
        if (std::fabs(bits) >= std::fabs(worst.bits)) worst = {bits, where};
    }
    [[nodiscard]] std::vector<double> difference(const ring::EvaluationPoly& a, const ring::EvaluationPoly& b) const {
        return coefficients(context, scaled_difference(context, 1, a, b));
    }
    [[nodiscard]] ring::EvaluationPoly phase_of(const Ciphertext& ciphertext) const {
        return phase(keys.secret, ciphertext);
    }
    [[nodiscard]] Plaintext message(int level) {
        return Encoder(parameters).encode(uniform_complexes(parameters.slots(), rng), level);
    }
    /// q phase(out) - c phase(in) modulo what is left, over q: the error of a division by the primes q of `level`.
    [[nodiscard]] std::vector<double> division_error(const Ciphertext& in, const Ciphertext& out, int level,
                                                     long double c = 1) const {
        long double q = 1;
        for (std::size_t i = parameters.limbs(level - 1); i < parameters.limbs(level); ++i)
            q *= static_cast<long double>(parameters.primes()[i]);
        const auto scaled =
            scaled_difference(context, q, phase_of(out), ring::EvaluationPoly::zero(context.dimension(), out.limbs()));
        const auto target =
            scaled_difference(context, c, phase_of(in), ring::EvaluationPoly::zero(context.dimension(), out.limbs()));
        auto error = coefficients(context, scaled_difference(context, 1, scaled, target));
        for (double& e : error) e /= static_cast<double>(q);
        return error;
    }
};

INSTANTIATE_TEST_SUITE_P(
    Parameters, NoiseTest,
    ::testing::Values(
        Set{"OneDigit", {.depth = 4, .integer_bits = 20, .log_ring_dimension = 11, .digits = 1}},
        Set{"TwoDigits", {.depth = 5, .integer_bits = 20, .log_ring_dimension = 11, .digits = 2}},
        Set{"ThreeDigits", {.depth = 6, .scale_bits = 45, .integer_bits = 20, .log_ring_dimension = 12, .digits = 3}},
        Set{"DigitsOfOnePrime", {.depth = 3, .integer_bits = 20, .log_ring_dimension = 11, .digits = 5}},
        Set{"Scale30", {.depth = 4, .scale_bits = 30, .integer_bits = 18, .log_ring_dimension = 11, .digits = 5}},
        Set{"TwoPrimesPerLevel",
            {.depth = 3, .scale_bits = 60, .integer_bits = 20, .log_ring_dimension = 11, .digits = 4}},
        Set{"BaseOfTwoPrimes", {.depth = 3, .integer_bits = 50, .log_ring_dimension = 13, .digits = 3}},
        Set{"Secure", {.depth = 5, .integer_bits = 16, .log_ring_dimension = 14}, true}),
    [](const auto& set) { return set.param.name; });

TEST_P(NoiseTest, FreshEncryption) {
    const Encryptor symmetric(keys.secret), asymmetric(keys.public_key);
    for (int level = 0; level <= top; ++level) {
        const Plaintext plain = message(level);
        expect_noise("fresh, secret key", level, noise::fresh_symmetric(parameters),
                     [&] { return difference(phase_of(symmetric.encrypt(plain, rng)), plain.poly()); });
        expect_noise("fresh, public key", level, noise::fresh_public(parameters),
                     [&] { return difference(phase_of(asymmetric.encrypt(plain, rng)), plain.poly()); });
    }
}

TEST_P(NoiseTest, Relinearization) {
    for (int level = 0; level <= top; ++level) {
        expect_noise("relinearize", level, noise::key_switching(parameters, level), [&] {
            const Ciphertext in = random_ciphertext(parameters, {level, 2, 2}, rng);
            return difference(phase_of(evaluator.relinearize(in)), phase_of(in));
        });
    }
}

TEST_P(NoiseTest, RotationsAndConjugationWithEveryKey) {
    std::vector<std::uint64_t> elements;
    for (const int steps : request.rotations)
        elements.push_back(ring::galois_element(steps, parameters.log_ring_dimension()));
    for (int level = 0; level <= top; ++level) {
        std::vector<std::vector<double>> hoisted(elements.size());
        while (hoisted[0].size() < samples) {
            const Ciphertext in = random_ciphertext(parameters, {level, 1, 1}, rng);
            const auto out = evaluator.rotate_hoisted(in, request.rotations);
            for (std::size_t i = 0; i < elements.size(); ++i) {
                const auto error = difference(phase_of(out[i]), permuted(context, phase_of(in), elements[i]));
                hoisted[i].insert(hoisted[i].end(), error.begin(), error.end());
            }
        }
        for (std::size_t i = 0; i < elements.size(); ++i) {
            expect_noise("rotate, hoisted", level, noise::key_switching(parameters, level), [&] { return hoisted[i]; });
        }
        const int steps = request.rotations[static_cast<std::size_t>(level) % elements.size()];
        const std::uint64_t element = elements[static_cast<std::size_t>(level) % elements.size()];
        expect_noise("rotate", level, noise::key_switching(parameters, level), [&] {
            const Ciphertext in = random_ciphertext(parameters, {level, 1, 1}, rng);
            return difference(phase_of(evaluator.rotate(in, steps)), permuted(context, phase_of(in), element));
        });
        const std::uint64_t conjugation = ring::conjugation_element(parameters.log_ring_dimension());
        expect_noise("conjugate", level, noise::key_switching(parameters, level), [&] {
            const Ciphertext in = random_ciphertext(parameters, {level, 1, 1}, rng);
            return difference(phase_of(evaluator.conjugate(in)), permuted(context, phase_of(in), conjugation));
        });
    }
}

/// The digits' errors of every rotation and one rounding, where single rotations would each have their own.
TEST_P(NoiseTest, SumsOfRotationsRoundOnce) {
    for (int level = 0; level <= top; ++level) {
        const double rounding = noise::rescaling(parameters), one = noise::key_switching(parameters, level);
        const double predicted = std::sqrt(3 * (one * one - rounding * rounding) + rounding * rounding);
        EXPECT_LT(predicted, std::sqrt(3) * one);
        expect_noise("sum of rotations", level, predicted, [&] {
            const Ciphertext in = random_ciphertext(parameters, {level, 1, 1}, rng);
            const std::vector<RotatedSum> sums{
                {{&in, 1}, {&in, -3}, {&in, 100}}, {{&in, 1}}, {{&in, -3}}, {{&in, 100}}};
            const auto out = evaluator.sums_of_rotations(sums);
            auto expected = ring::EvaluationPoly::zero(context.dimension(), in.limbs());
            for (const int steps : request.rotations) {
                const auto turned =
                    permuted(context, phase_of(in), ring::galois_element(steps, parameters.log_ring_dimension()));
                for (std::size_t i = 0; i < in.limbs(); ++i) {
                    math::kernels().add(expected.limb(i), expected.limb(i), turned.limb(i), context.dimension(),
                                        context.ring().modulus(i));
                }
            }
            return difference(phase_of(out[0]), expected);
        });
    }
}

TEST_P(NoiseTest, RescalingAndTheFusedRelinearization) {
    for (int level = 1; level <= top; ++level) {
        for (const int degree : {1, 2}) {
            expect_noise(degree == 1 ? "rescale" : "rescale, degree 2", level, noise::rescaling(parameters, degree),
                         [&] {
                             const Ciphertext in = random_ciphertext(parameters, {level, 2, degree}, rng);
                             return division_error(in, evaluator.rescale(in), level);
                         });
        }
        expect_noise("relinearize_rescale", level, noise::fused_relinearization(parameters, level), [&] {
            const Ciphertext in = random_ciphertext(parameters, {level, 2, 2}, rng);
            return division_error(in, evaluator.relinearize_rescale(in), level);
        });
    }
}

TEST_P(NoiseTest, LevelDrops) {
    const Encryptor asymmetric(keys.public_key);
    const Encoder encoder(parameters);
    const Complexes values = uniform_complexes(parameters.slots(), rng);
    for (int to = 0; to <= top; ++to) {
        const Plaintext from = encoder.encode(values, top);
        const Plaintext target = encoder.encode(values, to);
        double predicted = noise::dropped(parameters, top, to, noise::fresh_public(parameters));
        if (to < top) predicted = noise::together(predicted, noise::encoding() * std::sqrt(2));
        expect_noise("drop_level", to, predicted, [&] {
            return difference(phase_of(evaluator.drop_level(asymmetric.encrypt(from, rng), to)), target.poly());
        });
    }
}

TEST_P(NoiseTest, Products) {
    // Random small polynomials instead of messages: their product is known exactly.
    const Encryptor asymmetric(keys.public_key);
    const double scale = 1024;
    const auto random_message = [&](int level) {
        std::vector<double> error(context.dimension());
        ring::sample_error(error.data(), error.size(), rng);
        ring::EvaluationPoly poly(context.dimension(), parameters.limbs(level));
        for (std::size_t i = 0; i < poly.limbs(); ++i) {
            for (std::size_t k = 0; k < error.size(); ++k) poly.limb(i)[k] = scale * error[k];
            math::kernels().ntt_forward(poly.limb(i), context.ring().table(i));
        }
        return Plaintext(parameters, std::move(poly), level, 1);
    };
    const noise::Coefficients fresh{scale * ring::error_standard_deviation, noise::fresh_public(parameters)};
    const noise::Coefficients exact{scale * ring::error_standard_deviation, 0};
    for (int level = 0; level <= top; ++level) {
        expect_noise("mul", level, noise::product(parameters, fresh, fresh), [&] {
            const Plaintext x = random_message(level), y = random_message(level);
            const auto product = evaluator.mul(asymmetric.encrypt(x, rng), asymmetric.encrypt(y, rng));
            return difference(phase_of(product), ring_product(context, x.poly(), y.poly()));
        });
        expect_noise("mul (plain)", level, noise::product(parameters, fresh, exact), [&] {
            const Plaintext x = random_message(level), y = random_message(level);
            return difference(phase_of(evaluator.mul(asymmetric.encrypt(x, rng), y)),
                              ring_product(context, x.poly(), y.poly()));
        });
        expect_noise("add", level, noise::fresh_public(parameters) * std::sqrt(2), [&] {
            const Plaintext x = random_message(level), y = random_message(level);
            const auto sum = evaluator.add(asymmetric.encrypt(x, rng), asymmetric.encrypt(y, rng));
            return difference(phase_of(evaluator.sub(sum, y)), x.poly());
        });
    }
}

TEST_P(NoiseTest, EncodingRounds) {
    // The same values at a scale 2^scale_bits larger show what the rounding took away.
    const Encoder encoder(parameters);
    if (parameters.scale_bits() > 45) return;  // beyond the accuracy of doubles
    expect_noise("encode", top, noise::encoding(), [&] {
        const Complexes values = uniform_complexes(parameters.slots(), rng);
        auto coarse = coefficients(context, encoder.encode(values, top).poly());
        const auto fine = coefficients(context, encoder.encode(values, top, 2).poly());
        for (std::size_t k = 0; k < coarse.size(); ++k) coarse[k] -= fine[k] / parameters.scale(top);
        return coarse;
    });
}

TEST_P(NoiseTest, AWholeProductEndsWithThePredictedError) {
    // encode, encrypt, multiply, relinearise and rescale, all predicted from the parts, at every level.
    if (parameters.scale_bits() > 45) return;  // the expected product is beyond the accuracy of doubles
    const Encryptor symmetric(keys.secret);
    const Encoder encoder(parameters);
    const double spread =
        std::sqrt(1.0 / 3) / std::sqrt(static_cast<double>(parameters.slots()));  // of coefficients, per unit of scale
    for (int level = 1; level <= top; ++level) {
        const double scale = parameters.scale(level);
        const noise::Coefficients fresh{spread * scale,
                                        noise::together(noise::fresh_symmetric(parameters), noise::encoding())};
        const double predicted =
            noise::together(noise::divided(parameters, level, noise::product(parameters, fresh, fresh)),
                            noise::together(noise::fused_relinearization(parameters, level), noise::encoding()));
        expect_noise("whole product", level, predicted, [&] {
            const Complexes x = uniform_complexes(parameters.slots(), rng),
                            y = uniform_complexes(parameters.slots(), rng);
            Complexes xy = x;
            for (std::size_t i = 0; i < xy.size(); ++i) xy[i] *= y[i];
            const Ciphertext a = symmetric.encrypt(encoder.encode(x, level), rng);
            const Ciphertext b = symmetric.encrypt(encoder.encode(y, level), rng);
            return difference(phase_of(evaluator.relinearize_rescale(evaluator.mul(a, b))),
                              encoder.encode(xy, level - 1).poly());
        });
    }
}

TEST(NoiseBudget, IsWhatTheModulusHasAboveTheScale) {
    const Parameters parameters = Parameters::create({.depth = 5, .scale_bits = 40});
    const double at_the_end = noise::budget_bits(parameters, 0);
    EXPECT_GE(at_the_end, parameters.integer_bits());
    EXPECT_LT(at_the_end, parameters.integer_bits() + 3);
    for (int level = 1; level <= 5; ++level) {
        const double here = noise::budget_bits(parameters, level);
        EXPECT_NEAR(here - noise::budget_bits(parameters, level - 1), 40, 0.01) << level;
        // A product takes the bits, its rescaling none.
        EXPECT_NEAR(noise::budget_bits(parameters, level, 2), noise::budget_bits(parameters, level - 1), 1e-6) << level;
    }
}

}  // namespace
}  // namespace tacit::ckks
