// Collective keys compute and decrypt as ordinary ones do, for 2, 3 and 5 parties.
#include "tacit/ckks/threshold.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/seeded.hpp"
#include "ckks/threshold_support.hpp"
#include "tacit/ckks/serialization.hpp"

namespace tacit::ckks::threshold {
namespace {

class ThresholdTest : public ::testing::TestWithParam<int> {
protected:
    Seeded seeded;
    Parameters parameters = insecure_parameters_for_tests(
        {.depth = 3, .scale_bits = 45, .integer_bits = 10, .log_ring_dimension = 11, .digits = 2});
    std::size_t count = static_cast<std::size_t>(GetParam());
    Group group{parameters, count, {.rotations = {1, -3}, .conjugation = true}, Rng(seeded.rng.new_seed())};
    Encoder encoder{parameters};
    Encryptor encryptor{group.public_key()};
    Evaluator evaluator{group.keys};
    /// A bound for everything these tests decrypt: noise of 2^14 would be a loss of half the bits that are left.
    Smudging smudging{.error_standard_deviation = 0x1p12, .statistical_bits = 10};

    [[nodiscard]] std::vector<std::vector<double>> inputs() {
        std::vector<std::vector<double>> values;
        for (std::size_t i = 0; i < count; ++i) values.push_back(uniform_values(parameters.slots(), group.rng));
        return values;
    }
    [[nodiscard]] std::vector<Ciphertext> encrypted(const std::vector<std::vector<double>>& values) {
        std::vector<Ciphertext> ciphertexts;
        for (const auto& x : values) ciphertexts.push_back(encryptor.encrypt(x));
        return ciphertexts;
    }
    [[nodiscard]] std::vector<double> decrypted(const Ciphertext& ciphertext) {
        return encoder.decode_real(group.decrypt(ciphertext, smudging));
    }
    /// Six standard deviations of what smudging puts on a slot.
    [[nodiscard]] double tolerance(const Ciphertext& ciphertext) const {
        return 6 * smudging_error(group.session, ciphertext.type(), smudging, Group::publications);
    }
};

INSTANTIATE_TEST_SUITE_P(Parties, ThresholdTest, ::testing::Values(2, 3, 5));

TEST_P(ThresholdTest, TheSumOfAllPartiesCiphertextsDecryptsToTheSum) {
    const auto values = inputs();
    const auto ciphertexts = encrypted(values);
    Ciphertext sum = ciphertexts[0].clone();
    std::vector<double> expected = values[0];
    for (std::size_t i = 1; i < count; ++i) {
        sum = evaluator.add(sum, ciphertexts[i]);
        for (std::size_t k = 0; k < expected.size(); ++k) expected[k] += values[i][k];
    }
    EXPECT_LT(tolerance(sum), 0.01);
    EXPECT_LT(distance(decrypted(sum), expected), tolerance(sum));
}

TEST_P(ThresholdTest, ProductsOfDifferentPartiesCiphertextsDecryptToProducts) {
    const auto values = inputs();
    const auto ciphertexts = encrypted(values);
    const Ciphertext product = evaluator.relinearize_rescale(evaluator.mul(ciphertexts[0], ciphertexts[1]));
    const Ciphertext square = evaluator.rescale(evaluator.relinearize(evaluator.square(ciphertexts[0])));
    std::vector<double> expected = values[0];
    std::vector<double> squares = values[0];
    for (std::size_t k = 0; k < expected.size(); ++k) {
        expected[k] *= values[1][k];
        squares[k] *= values[0][k];
    }
    EXPECT_LT(distance(decrypted(product), expected), tolerance(product));
    EXPECT_LT(distance(decrypted(square), squares), tolerance(square));
}

TEST_P(ThresholdTest, RotationsAndConjugationActOnSlots) {
    const Complexes x = uniform_complexes(parameters.slots(), group.rng);
    const Ciphertext ciphertext = encryptor.encrypt(x, parameters.depth());
    const auto decoded = [&](const Ciphertext& c) { return encoder.decode(group.decrypt(c, smudging)); };
    for (const int steps : {1, -3}) {
        EXPECT_LT(distance(decoded(evaluator.rotate(ciphertext, steps)), rotated(x, steps)), tolerance(ciphertext));
    }
    Complexes conjugates = x;
    for (auto& z : conjugates) z = std::conj(z);
    EXPECT_LT(distance(decoded(evaluator.conjugate(ciphertext)), conjugates), tolerance(ciphertext));
}

TEST_P(ThresholdTest, AWholeCircuitToTheLowestLevel) {
    // ((x y + z) rotated)^2 z, three levels.
    auto values = inputs();
    values.push_back(uniform_values(parameters.slots(), group.rng));
    const auto c = encrypted(values);
    const auto product = [&](const Ciphertext& a, const Ciphertext& b) {
        return evaluator.relinearize_rescale(evaluator.mul(a, b));
    };
    const Ciphertext sum = evaluator.add(product(c[0], c[1]), evaluator.drop_level(c[2], 2));
    const Ciphertext turned = evaluator.rotate(sum, 1);
    const Ciphertext result = product(product(turned, turned), evaluator.drop_level(c[2], 1));
    std::vector<double> expected(values[0].size());
    for (std::size_t k = 0; k < expected.size(); ++k) expected[k] = values[0][k] * values[1][k] + values[2][k];
    expected = rotated(expected, 1);
    for (std::size_t k = 0; k < expected.size(); ++k) expected[k] *= expected[k] * values[2][k];
    EXPECT_EQ(result.level(), 0);
    EXPECT_LT(distance(decrypted(result), expected), tolerance(result));
}

TEST_P(ThresholdTest, AReceiverWhoIsNoPartyDecryptsWhatIsSwitchedToHisKey) {
    const KeySet receiver = generate_keys(parameters, {.relinearization = false});
    const SecretKey sum = group.sum_of_secrets();
    const auto values = inputs();
    for (int level = 0; level <= parameters.depth(); ++level) {
        const Ciphertext ciphertext = encryptor.encrypt(values[0], level);
        const Ciphertext switched = group.switch_key(ciphertext, receiver.public_key, smudging);
        EXPECT_EQ(switched.type(), ciphertext.type());
        EXPECT_LT(distance(Decryptor(receiver.secret_key).decrypt(switched), values[0]), tolerance(ciphertext));
        EXPECT_GT(distance(Decryptor(sum).decrypt(switched), values[0]), 1.0);
    }
}

TEST_P(ThresholdTest, AllPartiesButOneDecryptNothing) {
    // With the share of a stranger in place of the last party's the message stays hidden.
    const auto values = inputs();
    const Ciphertext ciphertext = encryptor.encrypt(values[0]);
    Party stranger = Party::create(group.session, group.session.parties().back(), group.rng);
    auto collector = collect_decryption(group.session, ciphertext);
    for (std::size_t i = 0; i + 1 < count; ++i) {
        collector.add(group.parties[i].decryption_share(ciphertext, smudging, group.ledgers[i], group.rng));
    }
    collector.add(stranger.decryption_share(ciphertext, smudging, group.ledgers.back(), group.rng));
    EXPECT_GT(distance(encoder.decode_real(std::move(collector).finish()), values[0]), 1.0);
}

TEST_P(ThresholdTest, TheOrderOfSharesDoesNotMatter) {
    const Ciphertext ciphertext = encryptor.encrypt(inputs()[0]);
    std::vector<std::vector<std::byte>> messages;
    for (std::size_t i = 0; i < count; ++i) {
        messages.push_back(
            serialize(group.parties[i].decryption_share(ciphertext, smudging, group.ledgers[i], group.rng)));
    }
    auto forward = collect_decryption(group.session, ciphertext);
    auto backward = collect_decryption(group.session, ciphertext);
    for (std::size_t i = 0; i < count; ++i) {
        forward.add(parse_share(messages[i], group.session).value());
        backward.add(parse_share(messages[count - 1 - i], group.session).value());
    }
    EXPECT_TRUE(
        congruent(parameters.context(), std::move(forward).finish().poly(), std::move(backward).finish().poly()));
}

TEST_P(ThresholdTest, ARestoredPartyDecryptsAsBefore) {
    const auto values = inputs();
    const Ciphertext ciphertext = encryptor.encrypt(values[0]);
    const SecretKeyAccess access = insecure_secret_key_access();
    const auto bytes = serialize(group.parties[0].secret(), access);
    group.parties[0] =
        Party::restore(group.session, group.session.parties()[0], parse_secret_key(bytes, parameters, access).value());
    EXPECT_LT(distance(decrypted(ciphertext), values[0]), tolerance(ciphertext));
}

TEST_P(ThresholdTest, CollectiveKeysAreOrdinaryKeysInFiles) {
    const auto bytes = serialize(group.keys);
    const auto parsed = parse_evaluation_keys(bytes, parameters).value();
    EXPECT_EQ(serialize(parsed), bytes);
    const auto public_bytes = serialize(group.public_key());
    EXPECT_EQ(serialize(parse_public_key(public_bytes, parameters).value()), public_bytes);
}

}  // namespace
}  // namespace tacit::ckks::threshold
