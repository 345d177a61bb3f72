#include "tacit/ckks/evaluator.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/seeded.hpp"
#include "ckks/support.hpp"

namespace tacit::ckks {
namespace {

struct Shape {
    const char* name;
    ParameterSpec spec;
};

void PrintTo(const Shape& shape, std::ostream* out) { *out << shape.name; }

/// Every operation at every level, on random values, against the same operation on the values.
class EvaluatorTest : public ::testing::TestWithParam<Shape> {
protected:
    Seeded random;
    Parameters parameters = insecure_parameters_for_tests(GetParam().spec);
    std::size_t slots = parameters.slots();
    Keyring keys{parameters, {}, Rng(random.rng.new_seed())};
    Encryptor encryptor{keys.secret};
    Decryptor decryptor{keys.secret};
    Evaluator evaluator{keys.evaluation_keys};
    const Encoder& encoder = encryptor.encoder();

    Ciphertext encrypt(const Complexes& values, int level) {
        return encryptor.encrypt(encoder.encode(values, level), random.rng);
    }
    Complexes decrypt(const Ciphertext& ciphertext) { return decryptor.decrypt_complex(ciphertext); }
    Complexes complexes() { return uniform_complexes(slots, random.rng); }
    /// In units of the scale: far above the noise of one operation, far below any message.
    double tolerance() const {
        return 2000 * std::sqrt(static_cast<double>(parameters.ring_dimension())) *
                   std::exp2(-parameters.scale_bits()) +
               1e-12;
    }
    template <class Operation>
    static Complexes slotwise(const Complexes& x, const Complexes& y, Operation operation) {
        Complexes out;
        for (std::size_t i = 0; i < x.size(); ++i) out.push_back(operation(x[i], y[i]));
        return out;
    }
    static Complexes sum(const Complexes& x, const Complexes& y) { return slotwise(x, y, std::plus()); }
    static Complexes difference(const Complexes& x, const Complexes& y) { return slotwise(x, y, std::minus()); }
    static Complexes product(const Complexes& x, const Complexes& y) { return slotwise(x, y, std::multiplies()); }
};

INSTANTIATE_TEST_SUITE_P(
    Parameters, EvaluatorTest,
    ::testing::Values(Shape{"OneDigit", {.depth = 3, .log_ring_dimension = 10, .digits = 1}},
                      Shape{"TwoDigits", {.depth = 4, .log_ring_dimension = 11, .digits = 2}},
                      Shape{"DigitsOfOnePrime", {.depth = 3, .scale_bits = 45, .log_ring_dimension = 10, .digits = 5}},
                      Shape{"TwoPrimesPerLevel", {.depth = 2, .scale_bits = 60, .log_ring_dimension = 10, .digits = 2}},
                      Shape{"BaseOfTwoPrimes",
                            {.depth = 2, .scale_bits = 35, .integer_bits = 40, .log_ring_dimension = 10, .digits = 2}}),
    [](const auto& shape) { return shape.param.name; });

TEST_P(EvaluatorTest, AddsSubtractsAndNegatesAtEveryLevel) {
    const Complexes x = complexes(), y = complexes();
    for (int level = 0; level <= parameters.depth(); ++level) {
        const Ciphertext a = encrypt(x, level), b = encrypt(y, level);
        EXPECT_LT(distance(decrypt(evaluator.add(a, b)), sum(x, y)), tolerance()) << level;
        EXPECT_LT(distance(decrypt(evaluator.sub(a, b)), difference(x, y)), tolerance()) << level;
        EXPECT_LT(distance(decrypt(evaluator.negate(a)), difference(Complexes(slots), x)), tolerance()) << level;
        EXPECT_TRUE(identical(evaluator.add(a.clone(), b), evaluator.add(a, b)));
        EXPECT_TRUE(identical(evaluator.sub(a.clone(), b), evaluator.sub(a, b)));
        const Plaintext plain = encoder.encode(y, level);
        EXPECT_LT(distance(decrypt(evaluator.add(a, plain)), sum(x, y)), tolerance()) << level;
        EXPECT_LT(distance(decrypt(evaluator.sub(a, plain)), difference(x, y)), tolerance()) << level;
    }
}

TEST_P(EvaluatorTest, AddsACiphertextToItself) {
    const Complexes x = complexes();
    Ciphertext a = encrypt(x, 1);
    EXPECT_LT(distance(decrypt(evaluator.add(a, a)), sum(x, x)), tolerance());
    EXPECT_LT(distance(decrypt(evaluator.add(std::move(a), a)), sum(x, x)),
              tolerance());  // NOLINT(bugprone-use-after-move)
    Ciphertext b = encrypt(x, 1);
    EXPECT_LT(distance(decrypt(evaluator.sub(std::move(b), b)), Complexes(slots)),
              tolerance());  // NOLINT(bugprone-use-after-move)
}

TEST_P(EvaluatorTest, MultipliesAtEveryLevel) {
    const Complexes x = complexes(), y = complexes();
    for (int level = 1; level <= parameters.depth(); ++level) {
        const Ciphertext a = encrypt(x, level), b = encrypt(y, level);
        const Ciphertext ab = evaluator.mul(a, b);
        EXPECT_EQ(ab.type(), (CiphertextType{level, 2, 2}));
        EXPECT_LT(distance(decrypt(ab), product(x, y)), tolerance()) << level;
        const Ciphertext rescaled = evaluator.rescale(ab);
        EXPECT_EQ(rescaled.type(), (CiphertextType{level - 1, 1, 2}));
        EXPECT_LT(distance(decrypt(rescaled), product(x, y)), 30 * tolerance()) << level;  // degree 2: s^2 is large
        const Ciphertext relinearized = evaluator.relinearize(ab);
        EXPECT_EQ(relinearized.type(), (CiphertextType{level, 2, 1}));
        EXPECT_LT(distance(decrypt(relinearized), product(x, y)), tolerance()) << level;
        EXPECT_LT(distance(decrypt(evaluator.rescale(relinearized)), product(x, y)), tolerance()) << level;
        EXPECT_LT(distance(decrypt(evaluator.relinearize(rescaled)), product(x, y)), 30 * tolerance()) << level;
        const Ciphertext fused = evaluator.relinearize_rescale(ab);
        EXPECT_EQ(fused.type(), (CiphertextType{level - 1, 1, 1}));
        EXPECT_LT(distance(decrypt(fused), product(x, y)), tolerance()) << level;
        EXPECT_LT(distance(decrypt(evaluator.relinearize_rescale(evaluator.square(a))), product(x, x)), tolerance())
            << level;
    }
}

TEST_P(EvaluatorTest, TensorProductsAreExactOverTheRing) {
    const Context& context = parameters.context();
    for (int level = 0; level <= parameters.depth(); ++level) {
        const Ciphertext a = random_ciphertext(parameters, {level, 1, 1}, random.rng);
        const Ciphertext b = random_ciphertext(parameters, {level, 1, 1}, random.rng);
        const auto expected = ring_product(context, phase(keys.secret, a), phase(keys.secret, b));
        EXPECT_TRUE(congruent(context, phase(keys.secret, evaluator.mul(a, b)), expected)) << level;
        const Plaintext plain = encoder.encode(complexes(), level);
        for (const int degree : {1, 2}) {
            const Ciphertext c = random_ciphertext(parameters, {level, 1, degree}, random.rng);
            EXPECT_TRUE(congruent(context, phase(keys.secret, evaluator.mul(c, plain)),
                                  ring_product(context, phase(keys.secret, c), plain.poly())))
                << level;
        }
    }
}

TEST_P(EvaluatorTest, ASumOfProductsIsTheSumOfTheProducts) {
    const int level = parameters.depth();
    std::vector<Ciphertext> a, b;
    std::vector<std::pair<const Ciphertext*, const Ciphertext*>> pairs;
    for (int i = 0; i < 5; ++i) {
        a.push_back(random_ciphertext(parameters, {level, 1, 1}, random.rng));
        b.push_back(random_ciphertext(parameters, {level, 1, 1}, random.rng));
    }
    for (std::size_t i = 0; i < a.size(); ++i) pairs.emplace_back(&a[i], &b[i]);
    for (std::size_t count = 1; count <= pairs.size(); ++count) {
        Ciphertext expected = evaluator.mul(a[0], b[0]);
        for (std::size_t i = 1; i < count; ++i)
            expected = evaluator.add(std::move(expected), evaluator.mul(a[i], b[i]));
        const Ciphertext got = evaluator.sum_of_products(std::span(pairs).first(count));
        for (std::size_t i = 0; i < 3; ++i)
            EXPECT_TRUE(congruent(parameters.context(), got.poly(i), expected.poly(i))) << count;
    }
}

TEST_P(EvaluatorTest, MultipliesByPlaintextsAtEveryLevel) {
    const Complexes x = complexes(), y = complexes();
    for (int level = 1; level <= parameters.depth(); ++level) {
        const Ciphertext product_ = evaluator.mul(encrypt(x, level), encoder.encode(y, level));
        EXPECT_EQ(product_.type(), (CiphertextType{level, 2, 1}));
        EXPECT_LT(distance(decrypt(evaluator.rescale(product_)), product(x, y)), tolerance()) << level;
        const Plaintext plain_square = encoder.encode(y, level, 2);
        EXPECT_LT(distance(decrypt(evaluator.add(product_, plain_square)), sum(product(x, y), y)), tolerance())
            << level;
    }
}

TEST_P(EvaluatorTest, ScalarsActAsEncodedConstants) {
    const Complexes x = complexes();
    for (int level = 0; level <= parameters.depth(); ++level) {
        const Ciphertext a = encrypt(x, level);
        for (const double c : {0.0, 1.0, -1.0, 0.3, -2.75, 1e-3}) {
            const Plaintext plain = encoder.encode(std::vector<double>{c}, level);
            // Scalars are scaled in long double, vectors in double: the last bit of large scales may differ.
            EXPECT_LT(distance(decrypt(evaluator.add(a, c)), decrypt(evaluator.add(a, plain))),
                      1e-14 + 1.5 / parameters.scale(level));
            if (level == 0) continue;
            const Ciphertext by_scalar = evaluator.mul(a, c), by_plain = evaluator.mul(a, plain);
            EXPECT_EQ(by_scalar.type(), (CiphertextType{level, 2, 1}));
            EXPECT_LT(distance(decrypt(by_scalar), decrypt(by_plain)), 1e-14 + 4 / parameters.scale(level)) << c;
            EXPECT_LT(distance(decrypt(evaluator.add(by_scalar, c)), sum(decrypt(by_scalar), Complexes(slots, c))),
                      1e-14)
                << c;
        }
    }
}

TEST_P(EvaluatorTest, IntegerScalarsAreExact) {
    const Context& context = parameters.context();
    const Ciphertext a = random_ciphertext(parameters, {1, 1, 2}, random.rng);
    const Ciphertext twice = evaluator.add(a, a);
    for (std::size_t i = 0; i < 3; ++i) {
        // (2 * scale) a = scale (a + a)
        EXPECT_TRUE(congruent(context, evaluator.mul(a, 2.0).poly(i), evaluator.mul(twice, 1.0).poly(i)));
    }
}

TEST_P(EvaluatorTest, ProductsWithIntegersAreExactAndKeepTheType) {
    const Context& context = parameters.context();
    for (const CiphertextType type : {CiphertextType{0, 1, 1}, {1, 1, 2}, {2, 2, 2}}) {
        const Ciphertext a = random_ciphertext(parameters, type, random.rng);
        const Ciphertext four = evaluator.add(evaluator.add(a, a), evaluator.add(a, a));
        const Ciphertext five = evaluator.add(four, a), found = evaluator.mul_integer(a, 5);
        const Ciphertext large = evaluator.mul_integer(evaluator.mul_integer(a, 1 << 26), 1 << 27);
        EXPECT_EQ(found.type(), type);
        for (std::size_t i = 0; i <= static_cast<std::size_t>(type.degree); ++i) {
            EXPECT_TRUE(congruent(context, found.poly(i), five.poly(i)));
            EXPECT_TRUE(congruent(context, evaluator.mul_integer(five, -1).poly(i), evaluator.negate(five).poly(i)));
            EXPECT_TRUE(congruent(context, evaluator.mul_integer(a, std::int64_t{1} << 53).poly(i), large.poly(i)));
        }
    }
}

TEST_P(EvaluatorTest, DropsToEveryLevelWithTheScaleOfThatLevel) {
    const Complexes x = complexes();
    for (int from = 0; from <= parameters.depth(); ++from) {
        const Ciphertext a = encrypt(x, from);
        for (int to = 0; to <= from; ++to) {
            const Ciphertext dropped = evaluator.drop_level(a, to);
            EXPECT_EQ(dropped.type(), (CiphertextType{to, 1, 1}));
            EXPECT_LT(distance(decrypt(dropped), x), tolerance()) << from << " to " << to;
        }
    }
    const Ciphertext quadratic = evaluator.rescale(evaluator.mul(encrypt(x, 2), encrypt(x, 2)));
    EXPECT_LT(distance(decrypt(evaluator.drop_level(quadratic, 0)), product(x, x)), 60 * tolerance());
}

TEST_P(EvaluatorTest, DifferentPathsToALevelMeetAtTheSameScale) {
    // x dropped directly, x dropped stepwise, and x times one: their differences are noise alone.
    const Complexes x = complexes();
    const int top = parameters.depth();
    const Ciphertext a = encrypt(x, top);
    for (int level = 0; level < top; ++level) {
        const Ciphertext direct = evaluator.drop_level(a, level);
        Ciphertext stepwise = a.clone(), multiplied = a.clone();
        for (int l = top; l > level; --l) {
            stepwise = evaluator.drop_level(stepwise, l - 1);
            multiplied = evaluator.rescale(evaluator.mul(multiplied, 1.0));
        }
        EXPECT_LT(distance(decrypt(evaluator.sub(direct, stepwise)), Complexes(slots)), tolerance()) << level;
        EXPECT_LT(distance(decrypt(evaluator.sub(direct, multiplied)), Complexes(slots)), tolerance()) << level;
    }
}

TEST_P(EvaluatorTest, DeepPowersReachLevelZero) {
    const Complexes x = complexes();
    Complexes expected = x;
    Ciphertext a = encrypt(x, parameters.depth());
    while (a.level() > 0) {
        a = evaluator.relinearize_rescale(evaluator.square(a));
        expected = product(expected, expected);
        EXPECT_LT(distance(decrypt(a), expected), 16 * tolerance()) << a.level();
    }
}

TEST_P(EvaluatorTest, ZeroCiphertextsAreOperandsEverywhere) {
    const Complexes x = complexes(), none(slots);
    for (int level = 0; level <= parameters.depth(); ++level) {
        const Ciphertext zero = Ciphertext::zero(parameters, {level, 1, 1});
        const Ciphertext a = encrypt(x, level);
        EXPECT_EQ(distance(decrypt(zero), none), 0);
        EXPECT_TRUE(identical(evaluator.add(zero, a), a));
        EXPECT_TRUE(identical(evaluator.add(a, zero), a));
        EXPECT_TRUE(identical(evaluator.sub(a, zero), a));
        EXPECT_LT(distance(decrypt(evaluator.sub(zero, a)), difference(none, x)), tolerance());
        EXPECT_TRUE(identical(evaluator.negate(zero), zero));
        EXPECT_LT(distance(decrypt(evaluator.add(zero, encoder.encode(x, level))), x), tolerance());
        EXPECT_LT(distance(decrypt(evaluator.add(zero, 0.5)), Complexes(slots, 0.5)), tolerance());
        const Ciphertext product_ = evaluator.mul(zero, a);
        EXPECT_EQ(distance(decrypt(product_), none), 0);
        EXPECT_EQ(distance(decrypt(evaluator.mul(zero, encoder.encode(x, level))), none), 0);
        EXPECT_EQ(distance(decrypt(evaluator.mul(zero, 3.5)), none), 0);
        EXPECT_EQ(distance(decrypt(evaluator.relinearize(product_)), none), 0);
        if (level == 0) continue;
        EXPECT_EQ(distance(decrypt(evaluator.rescale(product_)), none), 0);
        EXPECT_EQ(distance(decrypt(evaluator.relinearize_rescale(product_)), none), 0);
        EXPECT_EQ(distance(decrypt(evaluator.drop_level(zero, 0)), none), 0);
    }
}

TEST_P(EvaluatorTest, MixedDegreesAddInEitherOrder) {
    const Complexes x = complexes(), y = complexes(), z = complexes();
    const int level = parameters.depth();
    const Ciphertext quadratic = evaluator.mul(encrypt(x, level), encrypt(y, level));
    const Ciphertext linear = evaluator.mul(encrypt(z, level), 1.0);
    const Complexes xy = product(x, y);
    EXPECT_LT(distance(decrypt(evaluator.add(quadratic, linear)), sum(xy, z)), tolerance());
    EXPECT_LT(distance(decrypt(evaluator.add(linear, quadratic)), sum(z, xy)), tolerance());
    EXPECT_LT(distance(decrypt(evaluator.sub(quadratic, linear)), difference(xy, z)), tolerance());
    EXPECT_LT(distance(decrypt(evaluator.sub(linear, quadratic)), difference(z, xy)), tolerance());
}

TEST_P(EvaluatorTest, OperandsAreNeverChanged) {
    const int level = parameters.depth();
    const Ciphertext a = random_ciphertext(parameters, {level, 1, 1}, random.rng);
    const Ciphertext q = random_ciphertext(parameters, {level, 2, 2}, random.rng);
    const Ciphertext a_before = a.clone(), q_before = q.clone();
    static_cast<void>(evaluator.add(a, a));
    static_cast<void>(evaluator.mul(a, 2.0));
    static_cast<void>(evaluator.mul(a, a));
    static_cast<void>(evaluator.drop_level(a, 0));
    static_cast<void>(evaluator.relinearize(q));
    static_cast<void>(evaluator.rescale(q));
    static_cast<void>(evaluator.relinearize_rescale(q));
    EXPECT_TRUE(identical(a, a_before));
    EXPECT_TRUE(identical(q, q_before));
}

}  // namespace
}  // namespace tacit::ckks
