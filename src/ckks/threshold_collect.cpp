#include "base/fail.hpp"
#include "base/short_hex.hpp"
#include "ckks/flooding.hpp"
#include "ckks/key_maker.hpp"
#include "ckks/threshold_parts.hpp"
#include "math/kernels.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks::threshold {

namespace {

/// sum += term on all rows of the sum.
void add_rows(const Context& context, ring::EvaluationPoly& sum, const ring::EvaluationPoly& term) {
    parallel_for(0, sum.limbs(), [&](std::size_t i) {
        math::kernels().add(sum.limb(i), sum.limb(i), term.limb(i), context.dimension(), context.ring().modulus(i));
    });
}

bool has_shape(const std::vector<ring::EvaluationPoly>& polys, const ShareShape& shape) {
    return polys.size() == shape.polys && polys.front().limbs() == shape.rows;
}

}  // namespace

Share::Share(const Parameters& parameters, const Digest& session, Step step, std::size_t party, const Digest& subject,
             std::vector<ring::EvaluationPoly> polys)
    : parameters_(parameters),
      session_(session),
      step_(step),
      party_(party),
      subject_(subject),
      polys_(std::move(polys)) {}

Share::~Share() {
    for (ring::EvaluationPoly& poly : polys_) poly.wipe();
}

void ShareAccess::check_unused(const char* operation, const Share& share) {
    if (share.polys_.empty()) {
        fail(ErrorCode::invalid_argument, "{}: this share was used up before, and a share serves once; ask for another",
             operation);
    }
}

RelinearizationRound::RelinearizationRound(const Parameters& parameters, const Digest& session,
                                           std::vector<ring::EvaluationPoly> polys)
    : parameters_(parameters), session_(session), polys_(std::move(polys)) {
    Hasher hasher;
    hasher.update(session_);
    for (const ring::EvaluationPoly& poly : polys_) hash_rows(hasher, parameters_.context(), poly, poly.limbs());
    digest_ = hasher.finish();
}

template <class Result>
Collector<Result>::Collector(const Session& session, Step step, const Digest& subject, std::size_t rows, Finish finish)
    : session_(session),
      step_(step),
      subject_(subject),
      rows_(rows),
      finish_(std::move(finish)),
      present_(session.parties().size()) {}

template <class Result>
void Collector<Result>::check(const Share& share) const {
    const char* const what = to_string(step_);
    if (ShareAccess::session(share) != session_.id()) {
        fail(ErrorCode::parameter_mismatch, "collect {}: a share of session {}, not of {}; ask for one of this session",
             what, short_hex(ShareAccess::session(share)), short_hex(session_.id()));
    }
    const std::string& party = session_.parties()[share.party()];
    if (share.step() != step_) {
        fail(ErrorCode::invalid_argument,
             "collect {}: the share of \"{}\" is for another step ({}); ask for this one's", what, party,
             to_string(share.step()));
    }
    if (share.subject() != subject_) {
        fail(ErrorCode::invalid_argument,
             "collect {}: the share of \"{}\" was made for another subject, {} instead of {}; all parties must work on "
             "the same ciphertext, element or round",
             what, party, short_hex(share.subject()), short_hex(subject_));
    }
    if (present_[share.party()]) {
        fail(ErrorCode::invalid_argument, "collect {}: a second share of \"{}\"; every party gives one", what, party);
    }
    const ShareShape shape = share_shape(session_.parameters(), step_, rows_);
    if (!has_shape(ShareAccess::polys(share), shape)) {
        fail(ErrorCode::invalid_argument,
             "collect {}: the share of \"{}\" has not the {} rows of its subject; ask again", what, party, shape.rows);
    }
}

template <class Result>
void Collector<Result>::add(Share&& share) {
    ShareAccess::check_unused("collect", share);
    check(share);
    std::vector<ring::EvaluationPoly> polys = ShareAccess::take(std::move(share));
    present_[share.party()] = true;
    if (sum_.empty()) {
        sum_ = std::move(polys);
        return;
    }
    for (std::size_t i = 0; i < sum_.size(); ++i) {
        add_rows(session_.parameters().context(), sum_[i], polys[i]);
        polys[i].wipe();
    }
}

template <class Result>
std::vector<std::string> Collector<Result>::missing() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < present_.size(); ++i) {
        if (!present_[i]) names.push_back(session_.parties()[i]);
    }
    return names;
}

template <class Result>
Result Collector<Result>::finish() && {
    const std::vector<std::string> names = missing();
    if (!names.empty()) {
        fail(ErrorCode::invalid_argument,
             "collect {}: {} of {} shares are missing, \"{}\" first; all parties must give one", to_string(step_),
             names.size(), present_.size(), names.front());
    }
    return finish_(std::move(sum_));
}

template class Collector<PublicKey>;
template class Collector<RelinearizationRound>;
template class Collector<RelinearizationKey>;
template class Collector<GaloisKey>;
template class Collector<Plaintext>;
template class Collector<Ciphertext>;

Collector<PublicKey> collect_public_key(const Session& session) {
    const auto finish = [session](std::vector<ring::EvaluationPoly> sum) {
        return PublicKey(session.parameters(), common_seed(session.id(), Step::public_key, {}), std::move(sum.front()));
    };
    return CollectorAccess::make<PublicKey>(session, Step::public_key, {}, 0, finish);
}

Collector<RelinearizationRound> collect_relinearization_one(const Session& session) {
    const auto finish = [session](std::vector<ring::EvaluationPoly> sum) {
        return RoundAccess::make(session.parameters(), session.id(), std::move(sum));
    };
    return CollectorAccess::make<RelinearizationRound>(session, Step::relinearization_one, {}, 0, finish);
}

Collector<RelinearizationKey> collect_relinearization_key(const Session& session,
                                                          const RelinearizationRound& round_one) {
    if (round_one.session() != session.id()) {
        fail(ErrorCode::parameter_mismatch, "collect {}: round one is of session {}, not of {}; use this session's",
             to_string(Step::relinearization_two), short_hex(round_one.session()), short_hex(session.id()));
    }
    const Digest subject = round_one.digest();
    const auto finish = [session, subject](std::vector<ring::EvaluationPoly> sum) {
        const Seed seed = common_seed(session.id(), Step::relinearization_two, subject);
        return RelinearizationKey(KeySwitchKey(session.parameters(), seed, std::move(sum)));
    };
    return CollectorAccess::make<RelinearizationKey>(session, Step::relinearization_two, subject, 0, finish);
}

Collector<GaloisKey> collect_galois_key(const Session& session, std::uint64_t element) {
    check_galois_element("collect Galois key", session.parameters(), element);
    const auto finish = [session, element](std::vector<ring::EvaluationPoly> sum) {
        const Seed seed = common_seed(session.id(), Step::galois_key, galois_subject(element));
        return GaloisKey(element, KeySwitchKey(session.parameters(), seed, std::move(sum)));
    };
    return CollectorAccess::make<GaloisKey>(session, Step::galois_key, galois_subject(element), 0, finish);
}

Collector<Plaintext> collect_decryption(const Session& session, const Ciphertext& ciphertext) {
    check_ciphertext("collect decryption", session, ciphertext);
    const Context& context = session.parameters().context();
    const auto finish = [session, &ciphertext](std::vector<ring::EvaluationPoly> sum) {
        add_rows(session.parameters().context(), sum.front(), ciphertext.poly(0));
        return Plaintext(session.parameters(), std::move(sum.front()), ciphertext.level(),
                         ciphertext.type().scale_power);
    };
    return CollectorAccess::make<Plaintext>(session, Step::decryption, decryption_subject(ciphertext),
                                            message_limbs(context, ciphertext.type()), finish);
}

Collector<Ciphertext> collect_key_switch(const Session& session, const Ciphertext& ciphertext,
                                         const PublicKey& receiver) {
    check_ciphertext("collect key switch", session, ciphertext);
    check_parameters("collect key switch", session, receiver.parameters());
    const auto finish = [session, &ciphertext](std::vector<ring::EvaluationPoly> sum) {
        add_rows(session.parameters().context(), sum.front(), ciphertext.poly(0));
        return Ciphertext(session.parameters(), std::move(sum), ciphertext.level(), ciphertext.type().scale_power);
    };
    return CollectorAccess::make<Ciphertext>(session, Step::key_switch, key_switch_subject(ciphertext, receiver),
                                             ciphertext.limbs(), finish);
}

}  // namespace tacit::ckks::threshold
