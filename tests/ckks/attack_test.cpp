// The key recovery of Li and Micciancio [LM21] against decrypted approximate results, and that publication stops it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "ckks/coefficients.hpp"
#include "ckks/secret_key_rows.hpp"
#include "ckks/support.hpp"
#include "math/kernels.hpp"
#include "tacit/ckks/noise.hpp"

namespace tacit::ckks {
namespace {

/// All slots suffice: their values determine the polynomial, and the error of double is far below its coefficients.
struct AttackTest : ::testing::Test {
    Parameters parameters = insecure_parameters_for_tests({.depth = 1, .scale_bits = 30, .log_ring_dimension = 10});
    Rng rng{fixed_seed(1)};
    SecretKey secret = SecretKey::generate(parameters, rng);
    Encryptor encryptor{secret};
    Decryptor decryptor{secret};
    Encoder encoder{parameters};
    Complexes values = uniform_complexes(parameters.slots(), rng);
    Ciphertext ciphertext = encryptor.encrypt(encoder.encode(values, 1), rng);

    /// The attacker's work, from public things only: solves c_0 + c_1 s = m' for s modulo one prime.
    /// Positions where c_1 vanishes (about N / q of them) stay open; none here.
    [[nodiscard]] std::vector<double> solve(const Complexes& decrypted) const {
        const Context& context = parameters.context();
        const math::Modulus& p = context.ring().modulus(0);
        const std::size_t n = context.dimension();
        const Plaintext m = encoder.encode(decrypted, ciphertext.level());
        AlignedBuffer s(n);
        for (std::size_t i = 0; i < n; ++i) {
            const std::uint64_t difference = p.canonical(m.poly().limb(0)[i] - ciphertext.poly(0).limb(0)[i]);
            const std::uint64_t inverse = math::inverse_mod(p.canonical(ciphertext.poly(1).limb(0)[i]), p.value());
            s.data()[i] = p.balanced(math::mul_mod(difference, inverse, p.value()));
        }
        math::kernels().ntt_inverse(s.data(), s.data(), 1, context.ring().table(0));
        return {s.data(), s.data() + n};
    }
    /// The ciphertext and i times it, an exact product with the monomial X^(N/2): their real parts say everything.
    [[nodiscard]] std::pair<Ciphertext, Ciphertext> real_and_turned() const {
        const Complexes i(16, {0, 1});
        return {ciphertext.clone(), Evaluator(parameters).mul(ciphertext, encoder.encode(i, 1))};
    }
    [[nodiscard]] static Complexes joined(const std::vector<double>& re, const std::vector<double>& i_times) {
        Complexes all(re.size());
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = {re[i], -i_times[i]};
        return all;
    }
    [[nodiscard]] static bool is_ternary(const std::vector<double>& s) {
        return std::ranges::all_of(s, [](double x) { return x == -1 || x == 0 || x == 1; });
    }
    [[nodiscard]] std::vector<double> true_secret() const {
        const SecretKeyRows rows(secret);
        AlignedBuffer s(parameters.ring_dimension());
        std::copy_n(rows[0], s.size(), s.data());
        math::kernels().ntt_inverse(s.data(), s.data(), 1, parameters.context().ring().table(0));
        return {s.data(), s.data() + s.size()};
    }
};

TEST_F(AttackTest, ADecryptedResultGivesTheSecretKeyAway) {
    const std::vector<double> recovered = solve(decryptor.decrypt_complex(ciphertext));
    EXPECT_TRUE(is_ternary(recovered));
    EXPECT_EQ(recovered, true_secret());
}

TEST_F(AttackTest, SoDoesTheResultOfAComputation) {
    const Evaluator evaluator(parameters);
    ciphertext = evaluator.add(evaluator.add(ciphertext, ciphertext), 0.25);
    EXPECT_EQ(solve(decryptor.decrypt_complex(ciphertext)), true_secret());
}

TEST_F(AttackTest, SoDoTwoResultsThatShowRealPartsOnly) {
    const auto [re, i_times] = real_and_turned();
    EXPECT_EQ(solve(joined(decryptor.decrypt(re), decryptor.decrypt(i_times))), true_secret());
}

TEST_F(AttackTest, PublishedResultsDoNot) {
    // The same two results, published: every coefficient of the equations is off by 2^15 times the error or more.
    const auto [re, i_times] = real_and_turned();
    const double sigma = noise::fresh_symmetric(parameters);
    for (int trial = 0; trial < 4; ++trial) {
        const auto published_re = decryptor.publish(re, {.error_standard_deviation = sigma, .publications = 2});
        const auto published_im =
            decryptor.publish(i_times, {.error_standard_deviation = sigma * parameters.scale(1), .publications = 2});
        EXPECT_LT(distance(published_re, decryptor.decrypt(re)), 0.1);  // of use to the receiver
        const std::vector<double> recovered = solve(joined(published_re, published_im));
        EXPECT_FALSE(is_ternary(recovered));
        const std::vector<double> s = true_secret();
        std::size_t right = 0;
        for (std::size_t i = 0; i < s.size(); ++i) right += recovered[i] == s[i] ? 1 : 0;
        EXPECT_LT(right, s.size() / 64);  // random residues modulo a prime of 39 bits hit nothing
    }
}

TEST_F(AttackTest, FloodingHasTheSizeThatThePolicyAsksFor) {
    // sqrt(12 publications) 2^(bits/2) bound on every coefficient: sqrt(N/2) that on the real part of a slot.
    const Complexes real_values = to_complex(uniform_values(parameters.slots(), rng));
    const Ciphertext real = encryptor.encrypt(encoder.encode(real_values, 1), rng);
    const auto exact = decryptor.decrypt(real);
    for (const auto& [publications, bits] : {std::pair{1u, 20}, {100u, 20}, {1u, 10}}) {
        const PublicationPolicy policy{
            .error_standard_deviation = 4, .publications = publications, .statistical_bits = bits};
        double squares = 0;
        std::size_t count = 0;
        while (count < 1 << 14) {
            const auto published = decryptor.publish(real, policy);
            for (std::size_t i = 0; i < exact.size(); ++i) squares += std::pow(published[i] - exact[i], 2);
            count += exact.size();
        }
        const double measured = std::sqrt(squares / static_cast<double>(count)) * parameters.scale(1);
        const double expected = 4 * std::sqrt(12.0 * publications) * std::exp2(bits / 2.0) *
                                std::sqrt(static_cast<double>(parameters.ring_dimension()) / 2);
        EXPECT_NEAR(std::log2(measured / expected), 0, 0.1) << publications << " publications, " << bits << " bits";
    }
}

TEST_F(AttackTest, PublishedNoiseIsFreshEveryTime) {
    const PublicationPolicy policy{.error_standard_deviation = 4};
    EXPECT_NE(decryptor.publish(ciphertext, policy), decryptor.publish(ciphertext, policy));
    EXPECT_EQ(decryptor.decrypt(ciphertext), decryptor.decrypt(ciphertext));
}

}  // namespace
}  // namespace tacit::ckks
