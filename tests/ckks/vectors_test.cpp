// Known answers from tools/ckks_model.py, an independent model in big integers: residue for residue.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "ckks/secret_key_rows.hpp"
#include "ckks/support.hpp"
#include "math/ntt_table.hpp"
#include "ring/automorphism.hpp"
#include "tacit/base/hash.hpp"

namespace tacit::ckks {
namespace {

using nlohmann::json;

json vectors() {
    std::ifstream file(std::string(TACIT_SOURCE_DIR) + "/tests/vectors/ckks.json");
    return json::parse(file);
}

/// What the model draws in this order from the seed 00 01 .. 1f: keys, then encryptions.
struct VectorsTest : ::testing::Test {
    json expected = vectors();
    Parameters parameters = insecure_parameters_for_tests(spec());
    Rng rng{counting_seed()};
    SecretKey secret = SecretKey::generate(parameters, rng);
    PublicKey public_key = PublicKey::generate(secret, rng);
    EvaluationKeys keys = EvaluationKeys::generate(secret, {.rotations = {1}}, rng);
    Encoder encoder{parameters};
    Plaintext x = encoder.encode(values(37, 53), 3);
    Plaintext y = encoder.encode(values(41, 29), 3);
    Ciphertext a = Encryptor(secret).encrypt(x, rng);
    Ciphertext b = Encryptor(public_key).encrypt(y, rng);
    Evaluator evaluator{keys};

    ParameterSpec spec() const {
        ParameterSpec s{.depth = expected["depth"],
                        .scale_bits = expected["scale_bits"],
                        .integer_bits = expected["integer_bits"],
                        .log_ring_dimension = expected["log_ring_dimension"].get<int>(),
                        .digits = expected["digits"].get<int>()};
        s.primes = expected["primes"].get<std::vector<std::uint64_t>>();
        s.special_primes = expected["special_primes"].get<std::vector<std::uint64_t>>();
        return s;
    }
    static Seed counting_seed() {
        Seed seed;
        for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::byte>(i);
        return seed;
    }
    /// 512 complex numbers with parts k/64, |k| <= 50.
    static Complexes values(int f, int g) {
        Complexes z;
        for (int j = 0; j < 512; ++j) z.emplace_back((f * j % 101 - 50) / 64.0, (g * j % 97 - 48) / 64.0);
        return z;
    }
    template <class Row>
    void expect_rows(const json& summary, std::size_t rows, const Row& row, const char* what) const {
        ASSERT_EQ(summary["first"].size(), rows) << what;
        Hasher hasher;
        for (std::size_t i = 0; i < rows; ++i) {
            const math::Modulus& p = parameters.context().ring().modulus(i);
            EXPECT_EQ(p.canonical(row(i)[0]), summary["first"][i].get<std::uint64_t>()) << what << ", row " << i;
            for (std::size_t k = 0; k < parameters.ring_dimension(); ++k) hasher.update(p.canonical(row(i)[k]));
        }
        EXPECT_EQ(to_hex(hasher.finish()), summary["blake2b"].get<std::string>()) << what;
    }
    void expect_poly(const json& summary, const ring::EvaluationPoly& poly, const char* what) const {
        expect_rows(
            summary, poly.limbs(), [&](std::size_t i) { return poly.limb(i); }, what);
    }
    void expect_ciphertext(const char* name, const Ciphertext& ciphertext) const {
        ASSERT_EQ(expected[name].size(), static_cast<std::size_t>(ciphertext.type().degree) + 1) << name;
        for (std::size_t i = 0; i < expected[name].size(); ++i)
            expect_poly(expected[name][i], ciphertext.poly(i), name);
    }
    void expect_key(const char* name, const KeySwitchKey& key) const {
        ASSERT_EQ(expected[name].size(), key.digits());
        for (std::size_t j = 0; j < key.digits(); ++j) {
            expect_poly(expected[name][j][0], key.b(j), name);
            expect_poly(expected[name][j][1], key.a(j), name);
        }
    }
};

TEST_F(VectorsTest, RootsAreTheMinimalOnes) {
    for (std::size_t i = 0; i < expected["roots"].size(); ++i) {
        EXPECT_EQ(parameters.context().ring().table(i).root(), expected["roots"][i].get<std::uint64_t>());
    }
}

TEST_F(VectorsTest, KeysAgree) {
    const SecretKeyRows s(secret);
    expect_rows(
        expected["secret"]["rows"], parameters.context().prime_count(), [&](std::size_t i) { return s[i]; }, "secret");
    expect_poly(expected["public_key"][0], public_key.b(), "b of the public key");
    expect_poly(expected["public_key"][1], public_key.a(), "a of the public key");
    expect_key("relinearization_key", keys.relinearization()->key());
    expect_key("rotation_key", keys.galois(5)->key());
}

TEST_F(VectorsTest, EncodingsAgree) {
    const auto first = [&](std::size_t i) { return expected["encoded"][i]["first"].get<std::vector<double>>(); };
    const auto m = coefficients(parameters.context(), x.poly());
    EXPECT_EQ(std::vector(m.begin(), m.begin() + 16), first(0));
    expect_poly(expected["encoded"][0]["rows"], x.poly(), "x");
    expect_poly(expected["encoded"][1]["rows"], y.poly(), "y");
}

TEST_F(VectorsTest, EncryptionsAgree) {
    expect_ciphertext("symmetric", a);
    expect_ciphertext("asymmetric", b);
}

TEST_F(VectorsTest, ProductsAgree) {
    const Ciphertext product = evaluator.mul(a, b);
    expect_ciphertext("product", product);
    expect_ciphertext("relinearized", evaluator.relinearize(product));
    expect_ciphertext("rescaled", evaluator.rescale(evaluator.relinearize(product)));
    expect_ciphertext("relinearized_rescaled", evaluator.relinearize_rescale(product));
}

TEST_F(VectorsTest, RotationsAgree) {
    const int steps[] = {1};
    expect_ciphertext("rotated", evaluator.rotate(a, 1));
    expect_ciphertext("rotated", evaluator.rotate_hoisted(a, steps)[0]);
    expect_ciphertext("rotated_low", evaluator.rotate(evaluator.relinearize_rescale(evaluator.mul(a, b)), 1));
}

TEST_F(VectorsTest, LevelDropsAgree) { expect_ciphertext("dropped", evaluator.drop_level(a, 1)); }

TEST_F(VectorsTest, DecryptionsAgree) {
    const Ciphertext result = evaluator.rotate(evaluator.relinearize_rescale(evaluator.mul(a, b)), 1);
    const Complexes slots = Decryptor(secret).decrypt_complex(result);
    const Complexes vx = values(37, 53), vy = values(41, 29);
    for (std::size_t i = 0; i < expected["slots"].size(); ++i) {
        const auto j = expected["slots"][i].get<std::size_t>();
        const std::complex<double> modelled(expected["decrypted"][i][0], expected["decrypted"][i][1]);
        EXPECT_LT(std::abs(slots[j] - modelled), 1e-12) << j;
        EXPECT_LT(std::abs(slots[j] - vx[(j + 1) % 512] * vy[(j + 1) % 512]), 1e-3) << j;
    }
}

}  // namespace
}  // namespace tacit::ckks
