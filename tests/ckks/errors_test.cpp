// One test for every refusal of encryption, decryption and evaluation: code, wording, and that nothing changed.
#include <gtest/gtest.h>

#include <cmath>

#include "base/seeded.hpp"
#include "base/throws.hpp"
#include "ckks/support.hpp"
#include "ring/automorphism.hpp"

namespace tacit::ckks {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct ErrorsTest : ::testing::Test {
    Seeded random;
    Parameters parameters = insecure_parameters_for_tests({.depth = 2, .log_ring_dimension = 10, .digits = 1});
    Parameters other = insecure_parameters_for_tests({.depth = 3, .log_ring_dimension = 10, .digits = 1});
    Keyring keys{parameters, {.rotations = {1}}, Rng(random.rng.new_seed())};
    Keyring other_keys{other, {.rotations = {1}, .conjugation = true}, Rng(random.rng.new_seed())};
    EvaluationKeys no_keys{parameters};
    Encryptor encryptor{keys.secret};
    Decryptor decryptor{keys.secret};
    Evaluator evaluator{keys.evaluation_keys};

    Ciphertext make(const CiphertextType& type) { return random_ciphertext(parameters, type, random.rng); }
    Ciphertext foreign(const CiphertextType& type = {2, 1, 1}) { return random_ciphertext(other, type, random.rng); }
    Plaintext plain(int level, int scale_power = 1) {
        return encryptor.encoder().encode(std::vector<double>{0.5}, level, scale_power);
    }

    /// The operation on `operand` is refused, and `operand` is as before.
    template <class Operation>
    std::string refused(ErrorCode code, Ciphertext& operand, Operation operation) {
        const Ciphertext before = operand.clone();
        std::string message = message_of(code, [&] { static_cast<void>(operation(operand)); });
        EXPECT_TRUE(identical(operand, before));
        return message;
    }
};

TEST_F(ErrorsTest, SumsOfDifferentLevelsAreRefused) {
    Ciphertext a = make({2, 1, 1});
    const Ciphertext b = make({1, 1, 1});
    const auto wording = AllOf(HasSubstr("levels 2 and 1"), HasSubstr("drop_level"));
    EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.add(x, b); }), wording);
    EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.add(std::move(x), b); }),
                wording);
    EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.sub(x, b); }), wording);
    EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.sub(std::move(x), b); }),
                wording);
    EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.add(x, plain(1)); }),
                wording);
    EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.sub(x, plain(1)); }),
                wording);
    EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.mul(x, plain(1)); }),
                wording);
    EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.mul(x, b); }), wording);
}

TEST_F(ErrorsTest, SumsOfDifferentScalePowersAreRefused) {
    Ciphertext a = make({2, 2, 1});
    const Ciphertext b = make({2, 1, 1});
    const auto wording = AllOf(HasSubstr("scale powers 2 and 1"), HasSubstr("rescale"));
    EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.add(x, b); }), wording);
    EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.sub(std::move(x), b); }),
                wording);
    EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.add(x, plain(2)); }),
                wording);
    EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.mul(x, plain(2)); }),
                wording);
}

TEST_F(ErrorsTest, FactorsMustBeRescaledAndRelinearised) {
    Ciphertext product = make({2, 2, 1});
    Ciphertext quadratic = make({1, 1, 2});
    EXPECT_THAT(refused(ErrorCode::invalid_argument, product, [&](Ciphertext& x) { return evaluator.mul(x, x); }),
                HasSubstr("level 2, scale power 2, degree 1); rescale it first"));
    EXPECT_THAT(refused(ErrorCode::invalid_argument, product, [&](Ciphertext& x) { return evaluator.square(x); }),
                HasSubstr("rescale"));
    EXPECT_THAT(refused(ErrorCode::invalid_argument, product, [&](Ciphertext& x) { return evaluator.mul(x, 2.0); }),
                HasSubstr("rescale"));
    EXPECT_THAT(
        refused(ErrorCode::invalid_argument, product, [&](Ciphertext& x) { return evaluator.mul(x, plain(2, 2)); }),
        HasSubstr("rescale"));
    EXPECT_THAT(
        refused(ErrorCode::invalid_argument, product, [&](Ciphertext& x) { return evaluator.drop_level(x, 1); }),
        HasSubstr("rescale"));
    EXPECT_THAT(refused(ErrorCode::invalid_argument, quadratic, [&](Ciphertext& x) { return evaluator.mul(x, x); }),
                HasSubstr("relinearize it first"));
}

TEST_F(ErrorsTest, ASumOfNoProductsIsRefused) {
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { static_cast<void>(evaluator.sum_of_products({})); }),
                HasSubstr("at least one pair"));
}

TEST_F(ErrorsTest, RescalingNeedsAProductAndALevel) {
    Ciphertext fresh = make({2, 1, 1});
    Ciphertext last = make({0, 2, 1});
    Ciphertext last_quadratic = make({0, 2, 2});
    Ciphertext quadratic = make({1, 1, 2});
    EXPECT_THAT(refused(ErrorCode::invalid_argument, fresh, [&](Ciphertext& x) { return evaluator.rescale(x); }),
                HasSubstr("no product"));
    EXPECT_THAT(
        refused(ErrorCode::invalid_argument, fresh, [&](Ciphertext& x) { return evaluator.rescale(std::move(x)); }),
        HasSubstr("no product"));
    EXPECT_THAT(refused(ErrorCode::out_of_levels, last, [&](Ciphertext& x) { return evaluator.rescale(std::move(x)); }),
                AllOf(HasSubstr("level 0"), HasSubstr("larger depth than 2")));
    EXPECT_THAT(refused(ErrorCode::out_of_levels, last_quadratic,
                        [&](Ciphertext& x) { return evaluator.relinearize_rescale(x); }),
                HasSubstr("larger depth than 2"));
    EXPECT_THAT(refused(ErrorCode::invalid_argument, quadratic,
                        [&](Ciphertext& x) { return evaluator.relinearize_rescale(x); }),
                HasSubstr("needs a product"));
}

TEST_F(ErrorsTest, RelinearisationNeedsDegreeTwoAndRotationDegreeOne) {
    Ciphertext linear = make({2, 2, 1});
    Ciphertext quadratic = make({2, 2, 2});
    const int steps[] = {1};
    const auto wording = AllOf(HasSubstr("needs degree 2"), HasSubstr("only products"));
    EXPECT_THAT(refused(ErrorCode::invalid_argument, linear, [&](Ciphertext& x) { return evaluator.relinearize(x); }),
                wording);
    EXPECT_THAT(
        refused(ErrorCode::invalid_argument, linear, [&](Ciphertext& x) { return evaluator.relinearize_rescale(x); }),
        wording);
    const auto first = AllOf(HasSubstr("needs degree 1"), HasSubstr("relinearize it first"));
    EXPECT_THAT(refused(ErrorCode::invalid_argument, quadratic, [&](Ciphertext& x) { return evaluator.rotate(x, 1); }),
                first);
    EXPECT_THAT(refused(ErrorCode::invalid_argument, quadratic,
                        [&](Ciphertext& x) { return evaluator.rotate_hoisted(x, steps); }),
                first);
    EXPECT_THAT(refused(ErrorCode::invalid_argument, quadratic, [&](Ciphertext& x) { return evaluator.conjugate(x); }),
                first);
}

TEST_F(ErrorsTest, MissingKeysAreNamedAndTheOperandStays) {
    const Evaluator empty(no_keys), keyless(parameters);
    Ciphertext quadratic = make({2, 2, 2});
    Ciphertext linear = make({2, 1, 1});
    for (const Evaluator* e : {&empty, &keyless}) {
        EXPECT_THAT(refused(ErrorCode::missing_key, quadratic, [&](Ciphertext& x) { return e->relinearize(x); }),
                    HasSubstr("KeyRequest::relinearization"));
        EXPECT_THAT(
            refused(ErrorCode::missing_key, quadratic, [&](Ciphertext& x) { return e->relinearize_rescale(x); }),
            HasSubstr("KeyRequest::relinearization"));
        EXPECT_THAT(refused(ErrorCode::missing_key, linear, [&](Ciphertext& x) { return e->rotate(x, 1); }),
                    AllOf(HasSubstr("0 keys are present"), HasSubstr("1 among KeyRequest::rotations")));
    }
    EXPECT_THAT(
        refused(ErrorCode::missing_key, linear, [&](Ciphertext& x) { return evaluator.rotate(x, -3); }),
        AllOf(HasSubstr("rotate:"), HasSubstr("1 keys are present"), HasSubstr("-3 among KeyRequest::rotations")));
    EXPECT_THAT(refused(ErrorCode::missing_key, linear, [&](Ciphertext& x) { return evaluator.conjugate(x); }),
                HasSubstr("KeyRequest::conjugation"));
    const int steps[] = {1, 2};
    EXPECT_THAT(
        refused(ErrorCode::missing_key, linear, [&](Ciphertext& x) { return evaluator.rotate_hoisted(x, steps); }),
        HasSubstr("2 among KeyRequest::rotations"));
}

TEST_F(ErrorsTest, LevelsOutsideTheRangeAreRefused) {
    Ciphertext a = make({1, 1, 1});
    for (const int level : {-1, 2, 100}) {
        EXPECT_THAT(refused(ErrorCode::out_of_levels, a, [&](Ciphertext& x) { return evaluator.drop_level(x, level); }),
                    HasSubstr("between 0 and 1"));
    }
    EXPECT_THAT(
        message_of(ErrorCode::out_of_levels, [&] { static_cast<void>(encryptor.encrypt(std::vector<double>{1}, 3)); }),
        HasSubstr("levels 0 to 2"));
    EXPECT_THAT(message_of(ErrorCode::out_of_levels,
                           [&] {
                               static_cast<void>(Ciphertext::zero(parameters, {7, 1, 1}));
                           }),
                HasSubstr("levels 0 to 2"));
}

TEST_F(ErrorsTest, ZeroOfATypeThatDoesNotExistIsRefused) {
    for (const CiphertextType& type :
         {CiphertextType{1, 1, 0}, CiphertextType{1, 1, 3}, CiphertextType{1, 0, 1}, CiphertextType{1, 3, 1}}) {
        EXPECT_THAT(
            message_of(ErrorCode::invalid_argument, [&] { static_cast<void>(Ciphertext::zero(parameters, type)); }),
            HasSubstr("no ciphertext of level 1"));
    }
}

TEST_F(ErrorsTest, ScalarsMustBeFiniteAndFitTheModulus) {
    Ciphertext a = make({0, 1, 1});
    for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
        EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.add(x, bad); }),
                    HasSubstr("not finite"));
        EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.mul(x, bad); }),
                    HasSubstr("not finite"));
    }
    EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.add(x, 1e6); }),
                HasSubstr("smaller number"));
    EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.mul(x, -1e300); }),
                HasSubstr("smaller number"));
}

TEST_F(ErrorsTest, OperandsOfOtherParametersAreRefused) {
    Ciphertext a = make({2, 1, 1});
    const Ciphertext b = foreign();
    const Plaintext p = Encoder(other).encode(std::vector<double>{1}, 2);
    const int steps[] = {1};
    const auto wording = AllOf(HasSubstr("other parameters"), HasSubstr("depth 3"), HasSubstr("depth 2"));
    const auto mismatch = [&](auto operation) {
        EXPECT_THAT(refused(ErrorCode::parameter_mismatch, a, operation), wording);
    };
    mismatch([&](Ciphertext& x) { return evaluator.add(x, b); });
    mismatch([&](Ciphertext& x) { return evaluator.add(std::move(x), b); });
    mismatch([&](Ciphertext& x) { return evaluator.sub(x, b); });
    mismatch([&](Ciphertext& x) { return evaluator.mul(x, b); });
    mismatch([&](Ciphertext& x) { return evaluator.mul(b, x); });
    mismatch([&](Ciphertext& x) { return evaluator.add(x, p); });
    mismatch([&](Ciphertext& x) { return evaluator.sub(x, p); });
    mismatch([&](Ciphertext& x) { return evaluator.mul(x, p); });
    mismatch([&](Ciphertext&) { return evaluator.negate(b); });
    mismatch([&](Ciphertext&) { return evaluator.add(b, 1.0); });
    mismatch([&](Ciphertext&) { return evaluator.mul(b, 1.0); });
    mismatch([&](Ciphertext&) { return evaluator.rescale(b); });
    mismatch([&](Ciphertext&) { return evaluator.relinearize(b); });
    mismatch([&](Ciphertext&) { return evaluator.relinearize_rescale(b); });
    mismatch([&](Ciphertext&) { return evaluator.drop_level(b, 0); });
    mismatch([&](Ciphertext&) { return evaluator.rotate(b, 1); });
    mismatch([&](Ciphertext&) { return evaluator.rotate_hoisted(b, steps); });
    mismatch([&](Ciphertext&) { return evaluator.conjugate(b); });
    EXPECT_THAT(message_of(ErrorCode::parameter_mismatch, [&] { static_cast<void>(encryptor.encrypt(p)); }),
                HasSubstr("encrypt"));
    EXPECT_THAT(
        message_of(ErrorCode::parameter_mismatch, [&] { static_cast<void>(Encryptor(keys.public_key).encrypt(p)); }),
        HasSubstr("encrypt"));
    EXPECT_THAT(message_of(ErrorCode::parameter_mismatch, [&] { static_cast<void>(decryptor.decrypt(b)); }),
                HasSubstr("decrypt"));
}

TEST_F(ErrorsTest, KeysOfOtherParametersAreRefused) {
    EvaluationKeys mine(parameters);
    EXPECT_THAT(message_of(ErrorCode::parameter_mismatch,
                           [&] { mine.set(RelinearizationKey::generate(other_keys.secret, random.rng)); }),
                HasSubstr("relinearisation key"));
    EXPECT_THAT(message_of(ErrorCode::parameter_mismatch,
                           [&] { mine.add(GaloisKey::generate(other_keys.secret, 5, random.rng)); }),
                HasSubstr("Galois key"));
}

TEST_F(ErrorsTest, GaloisElementsAreOddAndBelowTwiceTheDimension) {
    for (const std::uint64_t element :
         {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{2049}, std::uint64_t{1} << 63}) {
        EXPECT_THAT(message_of(ErrorCode::invalid_argument,
                               [&] { static_cast<void>(GaloisKey::generate(keys.secret, element, random.rng)); }),
                    HasSubstr("odd number below 2N = 2048"));
    }
}

TEST_F(ErrorsTest, DecryptedPlaintextsAreNoOperands) {
    // They keep the primes that hold the message only.
    Ciphertext a = encryptor.encrypt(plain(2));
    const Plaintext decrypted = decryptor.decrypt_to_plaintext(a);
    const auto wording = HasSubstr("encode it again");
    EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.add(x, decrypted); }),
                wording);
    EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.sub(x, decrypted); }),
                wording);
    EXPECT_THAT(refused(ErrorCode::invalid_argument, a, [&](Ciphertext& x) { return evaluator.mul(x, decrypted); }),
                wording);
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { static_cast<void>(encryptor.encrypt(decrypted)); }),
                wording);
}

TEST_F(ErrorsTest, PublicationNeedsABoundACountAndASecurity) {
    const Ciphertext a = encryptor.encrypt(plain(2));
    const auto refused_policy = [&](const PublicationPolicy& policy) {
        return message_of(ErrorCode::invalid_argument, [&] { static_cast<void>(decryptor.publish(a, policy)); });
    };
    for (const double bound : {0.0, -1.0, std::nan(""), HUGE_VAL})
        EXPECT_THAT(refused_policy({.error_standard_deviation = bound}), HasSubstr("bound"));
    EXPECT_THAT(refused_policy({.error_standard_deviation = 1, .publications = 0}), HasSubstr("at least 1"));
    EXPECT_THAT(refused_policy({.error_standard_deviation = 1, .statistical_bits = 0}), HasSubstr("1 to 128"));
    EXPECT_THAT(refused_policy({.error_standard_deviation = 1, .statistical_bits = 129}), HasSubstr("1 to 128"));
    EXPECT_THAT(refused_policy({.error_standard_deviation = 1e12}), HasSubstr("above 2^50"));
}

}  // namespace
}  // namespace tacit::ckks
