#include <gtest/gtest.h>

#include <array>
#include <climits>
#include <cmath>

#include "base/seeded.hpp"
#include "ckks/support.hpp"
#include "ring/automorphism.hpp"
#include "tacit/ckks/evaluator.hpp"

namespace tacit::ckks {
namespace {

constexpr double tolerance = 1e-7;  // scale 2^40: thousands of times the noise, a millionth of the message

struct RotationTest : ::testing::Test {
    Seeded random;
    Parameters parameters = insecure_parameters_for_tests({.depth = 3, .log_ring_dimension = 11, .digits = 2});
    int slots = static_cast<int>(parameters.slots());
    KeyRequest request{.rotations = {1, -1, 7, 8, slots / 2, slots + 3, -5}, .conjugation = true};
    Keyring keys{parameters, request, Rng(random.rng.new_seed())};
    Encryptor encryptor{keys.secret};
    Decryptor decryptor{keys.secret};
    Evaluator evaluator{keys.evaluation_keys};
    Complexes x = uniform_complexes(parameters.slots(), random.rng);

    Ciphertext encrypt(const Complexes& values, int level) {
        return encryptor.encrypt(encryptor.encoder().encode(values, level), random.rng);
    }
    Complexes decrypt(const Ciphertext& ciphertext) { return decryptor.decrypt_complex(ciphertext); }
    static Complexes conjugates(Complexes values) {
        for (auto& z : values) z = std::conj(z);
        return values;
    }
};

TEST_F(RotationTest, MovesSlotsToTheLeftAtEveryLevel) {
    for (int level = 0; level <= parameters.depth(); ++level) {
        const Ciphertext a = encrypt(x, level);
        for (const int steps : request.rotations) {
            const Ciphertext turned = evaluator.rotate(a, steps);
            EXPECT_EQ(turned.type(), a.type());
            EXPECT_LT(distance(decrypt(turned), rotated(x, steps)), tolerance) << steps << " at level " << level;
        }
        EXPECT_LT(distance(decrypt(evaluator.conjugate(a)), conjugates(x)), tolerance) << level;
    }
}

TEST_F(RotationTest, StepsAreTakenModuloTheNumberOfSlots) {
    const Ciphertext a = encrypt(x, 2);
    const Ciphertext once = evaluator.rotate(a, 1);
    for (const int steps : {1 + slots, 1 - slots, 1 + 1000 * slots})
        EXPECT_TRUE(identical(evaluator.rotate(a, steps), once)) << steps;
    EXPECT_TRUE(identical(evaluator.rotate(a, 3), evaluator.rotate(a, slots + 3)));
    for (const int steps : {0, slots, -slots, INT_MIN}) EXPECT_TRUE(identical(evaluator.rotate(a, steps), a)) << steps;
    // INT_MAX = -1 modulo any power of two.
    EXPECT_TRUE(identical(evaluator.rotate(a, INT_MAX), evaluator.rotate(a, -1)));
}

TEST_F(RotationTest, RotationsCompose) {
    const Ciphertext a = encrypt(x, 3);
    EXPECT_LT(distance(decrypt(evaluator.rotate(evaluator.rotate(a, 7), 1)), decrypt(evaluator.rotate(a, 8))),
              tolerance);
    EXPECT_LT(distance(decrypt(evaluator.rotate(evaluator.rotate(a, 1), -1)), x), tolerance);
    EXPECT_LT(distance(decrypt(evaluator.rotate(evaluator.rotate(a, slots / 2), slots / 2)), x), tolerance);
    EXPECT_LT(distance(decrypt(evaluator.conjugate(evaluator.conjugate(a))), x), tolerance);
    EXPECT_LT(distance(decrypt(evaluator.conjugate(evaluator.rotate(a, 7))),
                       decrypt(evaluator.rotate(evaluator.conjugate(a), 7))),
              tolerance);
}

TEST_F(RotationTest, RotationIsAHomomorphismOfSumsAndProducts) {
    const Complexes y = uniform_complexes(parameters.slots(), random.rng);
    const Ciphertext a = encrypt(x, 3), b = encrypt(y, 3);
    EXPECT_LT(distance(decrypt(evaluator.rotate(evaluator.add(a, b), 7)),
                       decrypt(evaluator.add(evaluator.rotate(a, 7), evaluator.rotate(b, 7)))),
              tolerance);
    EXPECT_LT(
        distance(
            decrypt(evaluator.rotate(evaluator.relinearize_rescale(evaluator.mul(a, b)), -5)),
            decrypt(evaluator.relinearize_rescale(evaluator.mul(evaluator.rotate(a, -5), evaluator.rotate(b, -5))))),
        tolerance);
}

TEST_F(RotationTest, ProductsNotYetRescaledRotateToo) {
    const Ciphertext product = evaluator.relinearize(evaluator.square(encrypt(x, 2)));
    Complexes squares = x;
    for (auto& z : squares) z *= z;
    const Ciphertext turned = evaluator.rotate(product, 7);
    EXPECT_EQ(turned.type(), product.type());
    EXPECT_LT(distance(decrypt(turned), rotated(squares, 7)), tolerance);
}

TEST_F(RotationTest, HoistedRotationsAreThePlainOnesBitForBit) {
    for (int level = 0; level <= parameters.depth(); ++level) {
        const Ciphertext a = encrypt(x, level);
        std::vector<int> steps = request.rotations;
        steps.push_back(0);
        steps.push_back(7);
        const auto hoisted = evaluator.rotate_hoisted(a, steps);
        ASSERT_EQ(hoisted.size(), steps.size());
        for (std::size_t i = 0; i < steps.size(); ++i) {
            EXPECT_TRUE(identical(hoisted[i], evaluator.rotate(a, steps[i]))) << steps[i] << " at level " << level;
        }
    }
    EXPECT_TRUE(evaluator.rotate_hoisted(encrypt(x, 1), {}).empty());
}

TEST_F(RotationTest, ShortVectorsRotateWithinTheirPeriod) {
    for (std::size_t count = 1; count <= parameters.slots(); count *= 4) {
        const Complexes values = uniform_complexes(count, random.rng);
        const Ciphertext turned = evaluator.rotate(encrypt(values, 2), 7);
        EXPECT_LT(distance(decryptor.decrypt_complex(turned, count), rotated(values, 7)), tolerance) << count;
    }
}

TEST_F(RotationTest, RotationsAndSumsAddUpAllSlots) {
    const KeyRequest powers{.relinearization = false, .rotations = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512}};
    const auto folding = EvaluationKeys::generate(keys.secret, powers, random.rng);
    const Evaluator fold(folding);
    Ciphertext a = encrypt(x, 1);
    std::complex<double> total = 0;
    for (const auto& z : x) total += z;
    for (int step = 1; step < slots; step *= 2) a = fold.add(fold.rotate(a, step), a);
    EXPECT_LT(distance(decrypt(a), Complexes(x.size(), total)), 1e-4);
}

TEST_F(RotationTest, ZeroRotatesAndConjugatesToZero) {
    const Ciphertext zero = Ciphertext::zero(parameters, {2, 1, 1});
    const std::array steps{1, 7};
    EXPECT_EQ(distance(decrypt(evaluator.rotate(zero, 7)), Complexes(x.size())), 0);
    EXPECT_EQ(distance(decrypt(evaluator.conjugate(zero)), Complexes(x.size())), 0);
    for (const Ciphertext& turned : evaluator.rotate_hoisted(zero, steps))
        EXPECT_EQ(distance(decrypt(turned), Complexes(x.size())), 0);
}

TEST_F(RotationTest, KeysAreMadeOncePerElementAndNoneForTheIdentity) {
    const auto made = EvaluationKeys::generate(
        keys.secret, {.relinearization = false, .rotations = {0, 5, 5, 5 + slots, -slots}}, random.rng);
    EXPECT_EQ(made.galois_keys().size(), 1u);
    EXPECT_NE(made.galois(ring::galois_element(5, parameters.log_ring_dimension())), nullptr);
    EXPECT_EQ(made.relinearization(), nullptr);
    EXPECT_EQ(made.memory_bytes(), parameters.key_switch_key_bytes());
}

}  // namespace
}  // namespace tacit::ckks
