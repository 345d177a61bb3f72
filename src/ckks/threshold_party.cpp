#include <algorithm>
#include <cmath>

#include "base/fail.hpp"
#include "base/short_hex.hpp"
#include "ckks/flooding.hpp"
#include "ckks/key_maker.hpp"
#include "ckks/rows.hpp"
#include "ckks/secret_key_rows.hpp"
#include "ckks/threshold_parts.hpp"
#include "math/kernels.hpp"
#include "ring/samplers.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks::threshold {

namespace {

/// s (h0 - a) - u h1 + e for one digit, over all primes. e is the sum of three errors, for the share is the sum of
/// three samples: the two of [MTBH21], s h0 + e and (s - u) h1 + e', and -s (h1 + a) + e'', which moves the key onto a
/// common a.
ring::EvaluationPoly round_two_digit(const Context& context, const ring::EvaluationPoly& h0,
                                     const ring::EvaluationPoly& h1, const ring::EvaluationPoly& a,
                                     const SecretKeyRows& s, const SecretKeyRows& u, Rng& rng) {
    const std::size_t n = context.dimension();
    const auto& k = math::kernels();
    SecretRow error(n);
    SecretRow more(n);
    ring::sample_error(error.data(), n, rng);
    for (int i = 0; i < 2; ++i) {
        ring::sample_error(more.data(), n, rng);
        for (std::size_t j = 0; j < n; ++j) error.data()[j] += more.data()[j];
    }
    ring::EvaluationPoly share(n, context.prime_count());
    parallel_for(0, context.prime_count(), [&](std::size_t i) {
        const math::Modulus& p = context.ring().modulus(i);
        double* out = share.limb(i);
        SecretRow row(n);
        std::copy_n(error.data(), n, out);
        k.ntt_forward(out, context.ring().table(i));
        k.mul(row.data(), u[i], h1.limb(i), n, p);
        k.sub(out, out, row.data(), n, p);
        k.sub(row.data(), h0.limb(i), a.limb(i), n, p);
        k.mul_add(out, row.data(), s[i], n, p);
    });
    return share;
}

/// The standard deviation of one party's noise, if it fits.
double fitting_deviation(const char* operation, const Session& session, const CiphertextType& type,
                         const Smudging& smudging, std::uint64_t publications) {
    const double sigma =
        flooding_deviation(operation, smudging.error_standard_deviation, publications, smudging.statistical_bits);
    const double slot = sigma * std::sqrt(static_cast<double>(session.parameters().ring_dimension()) *
                                          static_cast<double>(session.parties().size()));
    const double scale = std::pow(session.parameters().scale(type.level), type.scale_power);
    if (slot > scale) {
        fail(ErrorCode::invalid_argument,
             "{}: the noise of {} parties that hides an error of {:.3g} adds {:.3g} to a slot at {}, where values are "
             "below 2^{}; take a larger scale, a circuit with less error, or fewer publications than {}",
             operation, session.parties().size(), smudging.error_standard_deviation, slot / scale, to_string(type),
             session.parameters().integer_bits(), publications);
    }
    return sigma;
}

/// poly = poly + c_1 s on its rows.
void add_product(ring::EvaluationPoly& poly, const ring::EvaluationPoly& c1, const SecretKey& secret) {
    const Context& context = secret.parameters().context();
    const SecretKeyRows s(secret);
    parallel_for(0, poly.limbs(), [&](std::size_t i) {
        math::kernels().mul_add(poly.limb(i), c1.limb(i), s[i], context.dimension(), context.ring().modulus(i));
    });
}

/// h0 += v b and h1 = v a + e, v ternary: an encryption of zero under the receiver's key but for h0's noise.
ring::EvaluationPoly encrypt_zero(ring::EvaluationPoly& h0, const PublicKey& receiver, Rng& rng) {
    const Context& context = receiver.parameters().context();
    const std::size_t n = context.dimension();
    const auto& k = math::kernels();
    SecretRow mask(n);
    SecretRow error(n);
    ring::sample_ternary(mask.data(), n, rng);
    ring::sample_error(error.data(), n, rng);
    ring::EvaluationPoly h1(n, h0.limbs());
    parallel_for(0, h0.limbs(), [&](std::size_t i) {
        const math::Modulus& p = context.ring().modulus(i);
        SecretRow v(n);
        std::copy_n(mask.data(), n, v.data());
        k.ntt_forward(v.data(), context.ring().table(i));
        k.mul_add(h0.limb(i), v.data(), receiver.b().limb(i), n, p);
        std::copy_n(error.data(), n, h1.limb(i));
        k.ntt_forward(h1.limb(i), context.ring().table(i));
        k.mul_add(h1.limb(i), v.data(), receiver.a().limb(i), n, p);
    });
    return h1;
}

std::vector<ring::EvaluationPoly> list(ring::EvaluationPoly&& poly) {
    std::vector<ring::EvaluationPoly> polys;
    polys.push_back(std::move(poly));
    return polys;
}

}  // namespace

double smudging_error(const Session& session, const CiphertextType& type, const Smudging& smudging,
                      std::uint64_t publications) {
    const double sigma = fitting_deviation("smudging error", session, type, smudging, publications);
    return sigma * std::sqrt(static_cast<double>(session.parameters().ring_dimension() * session.parties().size())) /
           std::pow(session.parameters().scale(type.level), type.scale_power);
}

Party Party::create(const Session& session, std::string_view name, Rng& rng) {
    return {session, session.index_of(name), SecretKey::generate(session.parameters(), rng)};
}

Party Party::restore(const Session& session, std::string_view name, SecretKey secret) {
    check_parameters("restore a party", session, secret.parameters());
    Party party(session, session.index_of(name), std::move(secret));
    party.restored_ = true;
    return party;
}

void Party::once(Step step, std::uint64_t element) {
    if (restored_) {
        fail(ErrorCode::invalid_argument,
             "{}: \"{}\" was restored, and whether it gave this share before is not known; a second one would give its "
             "secret away; make keys in a new session",
             to_string(step), session_.parties()[index_]);
    }
    if (!given_.insert({step, element}).second) {
        fail(ErrorCode::invalid_argument,
             "{}: \"{}\" gave its share already, and a second one would give its secret away; make keys in a new "
             "session",
             to_string(step), session_.parties()[index_]);
    }
}

Share Party::public_key_share(Rng& rng) {
    once(Step::public_key, 0);
    const Seed seed = common_seed(session_.id(), Step::public_key, {});
    return ShareAccess::make(session_, Step::public_key, index_, {},
                             KeyMaker::take_b(KeyMaker::public_key(secret_, seed, rng)));
}

Share Party::relinearization_share_one(Rng& rng) {
    once(Step::relinearization_one, 0);
    const Context& context = session_.parameters().context();
    const Seed seed = common_seed(session_.id(), Step::relinearization_one, {});
    ephemeral_.emplace(SecretKey::generate(session_.parameters(), rng));
    const RowWriter s = copy_rows(secret_);
    const RowWriter u = copy_rows(*ephemeral_);
    std::vector<ring::EvaluationPoly> polys;
    std::vector<ring::EvaluationPoly> second;
    for (std::size_t digit = 0; digit < context.digits(context.chain().primes.size()); ++digit) {
        const ring::EvaluationPoly a = expand_digit(context, seed, digit);
        polys.push_back(masked_digit(context, a, &s, u, digit, rng));
        second.push_back(masked_digit(context, a, nullptr, s, digit, rng));
    }
    std::ranges::move(second, std::back_inserter(polys));
    return ShareAccess::make(session_, Step::relinearization_one, index_, {}, std::move(polys));
}

Share Party::relinearization_share_two(const RelinearizationRound& round_one, Rng& rng) {
    if (round_one.session() != session_.id()) {
        fail(ErrorCode::parameter_mismatch,
             "{}: round one is of session {}, not of {}; collect round one of this session",
             to_string(Step::relinearization_two), short_hex(round_one.session()), short_hex(session_.id()));
    }
    if (!ephemeral_ && !restored_ && !given_.contains({Step::relinearization_two, 0})) {
        fail(ErrorCode::invalid_argument, "{}: \"{}\" gave no share of round one; give that first",
             to_string(Step::relinearization_two), session_.parties()[index_]);
    }
    once(Step::relinearization_two, 0);
    const Context& context = session_.parameters().context();
    const Seed seed = common_seed(session_.id(), Step::relinearization_two, round_one.digest());
    const auto& h = RoundAccess::polys(round_one);
    std::vector<ring::EvaluationPoly> polys;
    for (std::size_t digit = 0; digit < h.size() / 2; ++digit) {
        polys.push_back(round_two_digit(context, h[digit], h[h.size() / 2 + digit], expand_digit(context, seed, digit),
                                        SecretKeyRows(secret_), SecretKeyRows(*ephemeral_), rng));
    }
    ephemeral_.reset();
    return ShareAccess::make(session_, Step::relinearization_two, index_, round_one.digest(), std::move(polys));
}

Share Party::galois_share(std::uint64_t element, Rng& rng) {
    check_galois_element("Galois key share", session_.parameters(), element);
    once(Step::galois_key, element);
    const Digest subject = galois_subject(element);
    const Seed seed = common_seed(session_.id(), Step::galois_key, subject);
    return ShareAccess::make(session_, Step::galois_key, index_, subject,
                             KeyMaker::take_b(KeyMaker::galois(secret_, element, seed, rng)));
}

Share Party::decryption_share(const Ciphertext& ciphertext, const Smudging& smudging, DecryptionLedger& ledger,
                              Rng& rng, Repeat repeat) const {
    constexpr const char* operation = "decryption share";
    check_ciphertext(operation, session_, ciphertext);
    const Context& context = session_.parameters().context();
    const double sigma = fitting_deviation(operation, session_, ciphertext.type(), smudging, ledger.publications());
    LedgerAccess::note(ledger, operation, session_, index_, ciphertext, repeat);
    ring::EvaluationPoly share = flooding_noise(context, sigma, message_limbs(context, ciphertext.type()), rng);
    add_product(share, ciphertext.poly(1), secret_);
    return ShareAccess::make(session_, Step::decryption, index_, decryption_subject(ciphertext),
                             list(std::move(share)));
}

Share Party::key_switch_share(const Ciphertext& ciphertext, const PublicKey& receiver, const Smudging& smudging,
                              DecryptionLedger& ledger, Rng& rng, Repeat repeat) const {
    constexpr const char* operation = "key switch share";
    check_ciphertext(operation, session_, ciphertext);
    check_parameters(operation, session_, receiver.parameters());
    const Context& context = session_.parameters().context();
    const double sigma = fitting_deviation(operation, session_, ciphertext.type(), smudging, ledger.publications());
    LedgerAccess::note(ledger, operation, session_, index_, ciphertext, repeat);
    ring::EvaluationPoly h0 = flooding_noise(context, sigma, ciphertext.limbs(), rng);
    add_product(h0, ciphertext.poly(1), secret_);
    ring::EvaluationPoly h1 = encrypt_zero(h0, receiver, rng);
    auto polys = list(std::move(h0));
    polys.push_back(std::move(h1));
    return ShareAccess::make(session_, Step::key_switch, index_, key_switch_subject(ciphertext, receiver),
                             std::move(polys));
}

}  // namespace tacit::ckks::threshold
