// What the rules about shares are for: each attack succeeds where its rule is broken, and fails where it is kept.
#include <gtest/gtest.h>

#include <cmath>

#include "ckks/key_maker.hpp"
#include "ckks/threshold_parts.hpp"
#include "ckks/threshold_support.hpp"
#include "tacit/ckks/noise.hpp"

namespace tacit::ckks::threshold {
namespace {

struct ThresholdAttack : ::testing::Test {
    Parameters parameters = insecure_parameters_for_tests({.depth = 1, .log_ring_dimension = 10});
    const Context& context = parameters.context();
    Group group{parameters, 2, {.relinearization = false}, Rng(fixed_seed(1))};
    Party& victim = group.parties[1];
    Ciphertext ciphertext = Encryptor(group.public_key()).encrypt(std::vector<double>{0.5});

    /// The coefficients of a polynomial over a ring element modulo one prime; `a` must be invertible.
    [[nodiscard]] std::vector<double> quotient(const ring::EvaluationPoly& x, const ring::EvaluationPoly& a) const {
        const math::Modulus& p = context.ring().modulus(0);
        ring::EvaluationPoly out(context.dimension(), 1);
        for (std::size_t i = 0; i < context.dimension(); ++i) {
            const std::uint64_t inverse = math::inverse_mod(p.canonical(a.limb(0)[i]), p.value());
            out.limb(0)[i] = p.balanced(math::mul_mod(p.canonical(x.limb(0)[i]), inverse, p.value()));
        }
        return coefficients(context, out, 1);
    }
    [[nodiscard]] std::vector<double> secret_of(const Party& party) const {
        const SecretKeyRows rows(party.secret());
        ring::EvaluationPoly s(context.dimension(), 1);
        std::copy_n(rows[0], context.dimension(), s.limb(0));
        return coefficients(context, s, 1);
    }
    /// The average of n shares of one ciphertext, rounded, less nothing: c_1 s_i if the noise averaged out.
    [[nodiscard]] ring::EvaluationPoly average(int n, std::uint64_t publications) {
        std::vector<double> sum(context.dimension());
        DecryptionLedger ledger(group.session, "party B", publications);
        for (int i = 0; i < n; ++i) {
            if (publications == 1) ledger = DecryptionLedger(group.session, "party B", 1);  // one that forgets
            const Share share = victim.decryption_share(
                ciphertext, {.error_standard_deviation = 1, .statistical_bits = 1}, ledger, group.rng, Repeat::allow);
            const auto x = coefficients(context, difference(ShareAccess::polys(share).front()), 1);
            for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += x[k] / n;
        }
        ring::EvaluationPoly rounded(context.dimension(), 1);
        for (std::size_t k = 0; k < sum.size(); ++k) rounded.limb(0)[k] = std::nearbyint(sum[k]);
        math::kernels().ntt_forward(rounded.limb(0), context.ring().table(0));
        const math::Modulus& p = context.ring().modulus(0);
        math::kernels().add(rounded.limb(0), rounded.limb(0), origin_.limb(0), context.dimension(), p);
        return rounded;
    }
    /// Shares are averaged around the first one, so that no residue wraps around.
    [[nodiscard]] ring::EvaluationPoly difference(const ring::EvaluationPoly& share) {
        if (origin_.limbs() == 0) {
            origin_ = share.clone();
            origin_.truncate(1);
        }
        return scaled_difference(context, 1, share, origin_);
    }
    ring::EvaluationPoly origin_;
};

TEST_F(ThresholdAttack, APartyThatForgetsItsLedgerGivesItsSecretAway) {
    // Noise of sqrt(24) for one publication, averaged over 3000.
    EXPECT_EQ(quotient(average(3000, 1), ciphertext.poly(1)), secret_of(victim));
}

TEST_F(ThresholdAttack, NoiseSizedForAllPublicationsDoesNotAverageOut) {
    // The same attack against a ledger that was told of 3000: the noise that is left is that of one publication.
    EXPECT_NE(quotient(average(3000, 3000), ciphertext.poly(1)), secret_of(victim));
}

TEST_F(ThresholdAttack, AllOtherPartiesTogetherFindTheSecretFromAShareWithoutSmudging) {
    // [LM21] against the one honest party: c_0 + c_1 (s_1 + s_2) = m + e, with s_1 and the message known. Noise far
    // below one makes the share exact.
    const Smudging nearly_none{.error_standard_deviation = 1e-6, .statistical_bits = 1};
    const Share share = victim.decryption_share(ciphertext, nearly_none, group.ledgers[1], group.rng);
    EXPECT_EQ(quotient(ShareAccess::polys(share).front(), ciphertext.poly(1)), secret_of(victim));
}

TEST_F(ThresholdAttack, ASmudgedShareTellsThemNothing) {
    const Smudging smudging{.error_standard_deviation = noise::fresh_public(parameters, 2), .statistical_bits = 10};
    const Share share = victim.decryption_share(ciphertext, smudging, group.ledgers[1], group.rng);
    const auto found = quotient(ShareAccess::polys(share).front(), ciphertext.poly(1));
    const auto s = secret_of(victim);
    std::size_t right = 0;
    for (std::size_t i = 0; i < s.size(); ++i) right += found[i] == s[i] ? 1 : 0;
    EXPECT_LT(right, s.size() / 64);  // random residues modulo a prime of 49 bits hit nothing
}

TEST_F(ThresholdAttack, TwoKeySharesOverOneCommonPolynomialDifferByTheirErrorsAlone) {
    // Why Party gives each once: with n of them the error averages out and a s_i, so s_i, is left.
    const SecretKeyAccess access = insecure_secret_key_access();
    const auto copy = [&] {
        const auto residues = victim.secret().residues(access);
        SecretBuffer buffer(residues.size());
        std::copy(residues.begin(), residues.end(), buffer.data());
        return SecretKey::from_residues(parameters, std::move(buffer), access);
    };
    const Seed seed = common_seed(group.session.id(), Step::public_key, {});
    const PublicKey once = KeyMaker::public_key(copy(), seed, group.rng);
    const PublicKey twice = KeyMaker::public_key(copy(), seed, group.rng);
    for (const double e : coefficients(context, scaled_difference(context, 1, once.b(), twice.b()))) {
        EXPECT_LE(std::fabs(e), 42);
    }
}

TEST_F(ThresholdAttack, SharesOfDifferentSessionsHaveNothingInCommon) {
    // The same secret in two sessions meets different common polynomials.
    Group other{parameters, 2, {.relinearization = false}, Rng(fixed_seed(2))};
    EXPECT_NE(common_seed(group.session.id(), Step::public_key, {}),
              common_seed(other.session.id(), Step::public_key, {}));
    std::set<Seed> seeds;
    for (const Step step : {Step::public_key, Step::relinearization_one, Step::relinearization_two, Step::galois_key}) {
        for (const std::uint64_t element : {5u, 25u}) {
            EXPECT_TRUE(seeds.insert(common_seed(group.session.id(), step, galois_subject(element))).second);
        }
    }
}

}  // namespace
}  // namespace tacit::ckks::threshold
