// Sums of rotations with one division by P against rotations, products and sums one by one.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/seeded.hpp"
#include "base/throws.hpp"
#include "ckks/support.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/ckks/evaluator.hpp"

namespace tacit::ckks {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr double tolerance = 1e-7;  // scale 2^40: thousands of times the noise, a millionth of the message

struct RotationSumsTest : ::testing::Test {
    Seeded random;
    Parameters parameters = insecure_parameters_for_tests({.depth = 3, .log_ring_dimension = 11, .digits = 2});
    Keyring keys{parameters, {.rotations = {1, 7, -5, 100}, .conjugation = true}, Rng(random.rng.new_seed())};
    Encryptor encryptor{keys.secret};
    Decryptor decryptor{keys.secret};
    Evaluator evaluator{keys.evaluation_keys};
    Encoder encoder{parameters};
    Complexes x = uniform_complexes(parameters.slots(), random.rng), y = uniform_complexes(16, random.rng);

    Ciphertext encrypt(const Complexes& values, int level) {
        return encryptor.encrypt(encoder.encode(values, level), random.rng);
    }

    /// The term by the ordinary operations.
    Ciphertext term(const RotatedTerm& t, const std::vector<double>& mask) const {
        const Ciphertext turned = t.conjugated ? evaluator.conjugate(*t.value) : evaluator.rotate(*t.value, t.steps);
        Ciphertext product = t.factor.index() == 0   ? turned.clone()
                             : t.factor.index() == 1 ? evaluator.mul(turned, std::get<double>(t.factor))
                                                     : evaluator.mul(turned, encoder.encode(mask, turned.level()));
        if (t.subtracted) return evaluator.negate(product);
        return product;
    }
    Ciphertext one_by_one(const RotatedSum& sum, const std::vector<double>& mask) const {
        Ciphertext total = term(sum.front(), mask);
        for (std::size_t i = 1; i < sum.size(); ++i) total = evaluator.add(std::move(total), term(sum[i], mask));
        return total;
    }
    void expect_near(const Ciphertext& found, const Ciphertext& expected) const {
        EXPECT_EQ(found.type(), expected.type());
        EXPECT_LT(distance(decryptor.decrypt_complex(found), decryptor.decrypt_complex(expected)), tolerance);
    }
};

TEST_F(RotationSumsTest, AreSumsOfTheSingleRotationsAtEveryLevel) {
    const std::vector<double> mask = uniform_values(64, random.rng);
    for (int level = 0; level <= parameters.depth(); ++level) {
        SCOPED_TRACE(level);
        const Ciphertext a = encrypt(x, level), b = encrypt(y, level);
        const IntegerPlaintext factor = encoder.encode_integers(mask, level);
        const std::vector<RotatedSum> products{
            {{&a, 1, false, false, &factor}, {&a, 7, false, true, &factor}, {&a, 0, false, false, &factor}},
            {{&a, 0, true, true, 0.5}, {&b, 1, false, false, &factor}, {&a, 7, false, false, -2.0}},
            {{&b, 0, false, true, &factor}}};
        const auto found = evaluator.sums_of_rotations(products);
        ASSERT_EQ(found.size(), products.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
            SCOPED_TRACE(i);
            if (level == 0) {  // the products' scale leaves nothing of the modulus at level 0: compare types only
                EXPECT_EQ(found[i].type(), (CiphertextType{0, 2, 1}));
                continue;
            }
            const Ciphertext expected = one_by_one(products[i], mask);
            expect_near(evaluator.rescale(found[i]), evaluator.rescale(expected));
            expect_near(evaluator.sums_of_rotations_rescaled(products)[i], evaluator.rescale(expected));
        }
        const std::vector<RotatedSum> sums{{{&a, 1}, {&a, 0}, {&b, -5, false, true}}, {{&a, 0, true}, {&b, 7}}};
        const auto rotated = evaluator.sums_of_rotations(sums);
        for (std::size_t i = 0; i < sums.size(); ++i) expect_near(rotated[i], one_by_one(sums[i], mask));
    }
    EXPECT_TRUE(evaluator.sums_of_rotations({}).empty());
    EXPECT_TRUE(evaluator.sums_of_rotations_rescaled({}).empty());
}

TEST_F(RotationSumsTest, OfOneTermWithoutFactorIsTheRotationToTheLastBit) {
    const Ciphertext a = encrypt(x, 2);
    for (const int steps : {0, 1, -5}) {
        const std::vector<RotatedSum> sum{{{&a, steps}}};
        EXPECT_TRUE(identical(evaluator.sums_of_rotations(sum)[0], evaluator.rotate(a, steps))) << steps;
    }
}

TEST_F(RotationSumsTest, SumsInOneCallAreThoseOfSeparateCalls) {
    const Ciphertext a = encrypt(x, 3), b = encrypt(y, 3);
    const IntegerPlaintext factor = encoder.encode_integers(uniform_values(parameters.slots(), random.rng), 3);
    const std::vector<RotatedSum> sums{{{&a, 1, false, false, &factor}, {&b, 7, false, false, 0.25}},
                                       {{&a, 1, false, true, &factor}, {&a, 7, false, false, &factor}}};
    const auto together = evaluator.sums_of_rotations(sums);
    for (std::size_t i = 0; i < sums.size(); ++i) {
        EXPECT_TRUE(identical(together[i], evaluator.sums_of_rotations({&sums[i], 1})[0])) << i;
    }
}

TEST_F(RotationSumsTest, IntegerPlaintextsStandForTheSamePolynomialAsPlaintexts) {
    const Ciphertext a = encrypt(x, 2);
    for (const std::size_t count : {std::size_t{1}, std::size_t{32}, parameters.slots()}) {
        for (const double size : {1.0, 1e7}) {  // the large ones exceed what the fast reduction takes
            auto mask = uniform_values(count, random.rng, -size, size);
            mask.front() = size;
            const IntegerPlaintext factor = encoder.encode_integers(mask, 2);
            EXPECT_EQ(factor.below_2_51(), size < 2);
            const std::vector<RotatedSum> sum{{{&a, 0, false, false, &factor}}};
            const Ciphertext expected = evaluator.rescale(evaluator.mul(a, encoder.encode(mask, 2)));
            const Ciphertext found = std::move(evaluator.sums_of_rotations_rescaled(sum)[0]);
            // P p c / (P q) and p c / q round the same number, which may lie so near the middle of two integers that
            // residues in doubles do not tell.
            const Ciphertext difference = evaluator.sub(found, expected);
            for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
                const auto errors = coefficients(parameters.context(), difference.poly(i), difference.poly(i).limbs());
                EXPECT_LE(std::ranges::count_if(errors, [](double e) { return e != 0; }), 2) << count;
                EXPECT_LE(std::ranges::max(errors), 1) << count;
                EXPECT_GE(std::ranges::min(errors), -1) << count;
            }
        }
    }
}

TEST_F(RotationSumsTest, RefuseWhatDoesNotFit) {
    const Ciphertext a = encrypt(x, 2), low = encrypt(x, 1), zero = encrypt(x, 0), square = evaluator.square(a);
    const Ciphertext product = evaluator.mul(a, 0.5);
    const IntegerPlaintext factor = encoder.encode_integers(std::vector{0.5, 0.25}, 1);
    const auto refusal = [&](ErrorCode code, const RotatedSum& sum, bool rescaled = false) {
        const std::vector<RotatedSum> sums{sum};
        return message_of(code, [&] {
            static_cast<void>(rescaled ? evaluator.sums_of_rotations_rescaled(sums)
                                       : evaluator.sums_of_rotations(sums));
        });
    };
    constexpr auto invalid = ErrorCode::invalid_argument;
    EXPECT_THAT(refusal(invalid, {}), HasSubstr("a sum has no terms"));
    EXPECT_THAT(refusal(invalid, {{&a, 1}, {&low, 1}}), AllOf(HasSubstr("levels 2 and 1"), HasSubstr("drop_level")));
    EXPECT_THAT(refusal(invalid, {{&a, 1}, {&a, 1, false, false, 2.0}}), HasSubstr("scale powers 1 and 2"));
    EXPECT_THAT(refusal(invalid, {{&square, 1}}), HasSubstr("relinearize it first"));
    EXPECT_THAT(refusal(invalid, {{&product, 1, false, false, 2.0}}), HasSubstr("rescale it first"));
    EXPECT_THAT(refusal(invalid, {{&a, 1, false, false, &factor}}), HasSubstr("levels 2 and 1"));
    EXPECT_THAT(refusal(invalid, {{&a, 1, true}}), HasSubstr("rotated by 1 and conjugated"));
    EXPECT_THAT(refusal(invalid, {{&a, 1, false, false, NAN}}), HasSubstr("not finite"));
    EXPECT_THAT(refusal(ErrorCode::missing_key, {{&a, 3}}), HasSubstr("3 among KeyRequest::rotations"));
    EXPECT_THAT(refusal(invalid, {{&a, 1}}, true), HasSubstr("give the terms factors"));
    EXPECT_THAT(refusal(ErrorCode::out_of_levels, {{&zero, 1, false, false, 2.0}}, true), HasSubstr("larger depth"));
    const Parameters other = insecure_parameters_for_tests({.depth = 1, .log_ring_dimension = 11});
    const Ciphertext foreign = random_ciphertext(other, {1, 1, 1}, random.rng);
    EXPECT_THAT(refusal(ErrorCode::parameter_mismatch, {{&foreign, 1}}), HasSubstr("other parameters"));
    const IntegerPlaintext strange = Encoder(other).encode_integers(std::vector{0.5, 0.25}, 1);
    EXPECT_THAT(refusal(ErrorCode::parameter_mismatch, {{&low, 1, false, false, &strange}}),
                HasSubstr("other parameters"));
}

}  // namespace
}  // namespace tacit::ckks
