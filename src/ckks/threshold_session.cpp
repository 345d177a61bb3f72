#include <algorithm>
#include <set>

#include "base/fail.hpp"
#include "base/short_hex.hpp"
#include "ckks/serialization_rows.hpp"
#include "ckks/threshold_parts.hpp"

namespace tacit::ckks::threshold {

namespace {

/// A hash for one purpose: the purpose comes first, so that no two purposes hash the same bytes.
Hasher hasher_for(std::string_view purpose) {
    Hasher hasher;
    hasher.update(purpose.size());
    hasher.update(std::as_bytes(std::span(purpose)));
    return hasher;
}

void update_name(Hasher& hasher, std::string_view name) {
    hasher.update(name.size());
    hasher.update(std::as_bytes(std::span(name)));
}

void hash_ciphertext(Hasher& hasher, const Ciphertext& ciphertext) {
    const CiphertextType type = ciphertext.type();
    for (const int value : {type.level, type.scale_power, type.degree}) {
        hasher.update(static_cast<std::uint64_t>(value));
    }
    for (std::size_t i = 0; i <= static_cast<std::size_t>(type.degree); ++i) {
        hash_rows(hasher, ciphertext.parameters().context(), ciphertext.poly(i), ciphertext.limbs());
    }
}

void check_members(const std::vector<Member>& members) {
    if (members.size() < 2 || members.size() > max_parties) {
        fail(ErrorCode::invalid_argument, "session: {} members; a collective key has 2 to {}", members.size(),
             max_parties);
    }
    std::set<std::string_view> names;
    for (const Member& member : members) {
        if (member.name.empty() || member.name.size() > max_name_bytes) {
            fail(ErrorCode::invalid_argument, "session: a name of {} bytes; give every member one of 1 to {}",
                 member.name.size(), max_name_bytes);
        }
        if (!names.insert(member.name).second) {
            fail(ErrorCode::invalid_argument, "session: two members are called \"{}\"; give them different names",
                 member.name);
        }
        if (member.commitment != commitment(member.name, member.contribution)) {
            fail(ErrorCode::invalid_argument,
                 "session: the contribution of \"{}\" does not open its commitment {}; start again with fresh "
                 "contributions of all",
                 member.name, short_hex(member.commitment));
        }
    }
}

}  // namespace

Digest commitment(std::string_view name, const Seed& contribution) {
    Hasher hasher = hasher_for("tacit threshold commitment 1");
    update_name(hasher, name);
    hasher.update(contribution);
    return hasher.finish();
}

Session Session::agree(const Parameters& parameters, const std::vector<Member>& members) {
    check_members(members);
    Hasher hasher = hasher_for("tacit threshold session 1");
    hasher.update(parameters.fingerprint());
    hasher.update(members.size());
    std::vector<std::string> parties;
    for (const Member& member : members) {
        update_name(hasher, member.name);
        hasher.update(member.contribution);
        parties.push_back(member.name);
    }
    return {parameters, std::move(parties), hasher.finish()};
}

std::size_t Session::index_of(std::string_view party) const {
    const auto found = std::ranges::find(parties_, party);
    if (found == parties_.end()) {
        fail(ErrorCode::invalid_argument, "session: no party is called \"{}\"; the {} are \"{}\" to \"{}\"", party,
             parties_.size(), parties_.front(), parties_.back());
    }
    return static_cast<std::size_t>(found - parties_.begin());
}

const char* to_string(Step step) noexcept {
    switch (step) {
        case Step::public_key: return "public key";
        case Step::relinearization_one: return "relinearisation key, round one";
        case Step::relinearization_two: return "relinearisation key, round two";
        case Step::galois_key: return "Galois key";
        case Step::decryption: return "decryption";
        case Step::key_switch: return "key switch";
    }
    return "unknown step";
}

ShareShape share_shape(const Parameters& parameters, Step step, std::size_t rows) {
    const Context& context = parameters.context();
    const std::size_t primes = context.chain().primes.size();
    const std::size_t digits = context.digits(primes);
    switch (step) {
        case Step::public_key: return {1, primes};
        case Step::relinearization_one: return {2 * digits, context.prime_count()};
        case Step::relinearization_two:
        case Step::galois_key: return {digits, context.prime_count()};
        case Step::decryption: return {1, rows};
        case Step::key_switch: return {2, rows};
    }
    return {};
}

void hash_rows(Hasher& hasher, const Context& context, const ring::EvaluationPoly& poly, std::size_t limbs) {
    std::vector<std::byte> row;
    for (std::size_t i = 0; i < limbs; ++i) {
        const math::Modulus& p = context.ring().modulus(i);
        row.resize(format::row_bytes(context.dimension(), p));
        format::pack_row(row, poly.limb(i), context.dimension(), p);
        hasher.update(row);
    }
}

Digest galois_subject(std::uint64_t element) {
    Hasher hasher = hasher_for("tacit threshold Galois element 1");
    hasher.update(element);
    return hasher.finish();
}

Digest decryption_subject(const Ciphertext& ciphertext) {
    Hasher hasher = hasher_for("tacit threshold decryption 1");
    hash_ciphertext(hasher, ciphertext);
    return hasher.finish();
}

Digest key_switch_subject(const Ciphertext& ciphertext, const PublicKey& receiver) {
    Hasher hasher = hasher_for("tacit threshold key switch 1");
    hash_ciphertext(hasher, ciphertext);
    hasher.update(receiver.seed());
    hash_rows(hasher, receiver.parameters().context(), receiver.b(), receiver.b().limbs());
    return hasher.finish();
}

Seed common_seed(const Digest& session, Step step, const Digest& subject) {
    Hasher hasher = hasher_for("tacit threshold common polynomials 1");
    hasher.update(session);
    hasher.update(static_cast<std::uint64_t>(step));
    hasher.update(subject);
    return hasher.finish();
}

void check_parameters(const char* operation, const Session& session, const Parameters& other) {
    if (!(other == session.parameters())) {
        fail(ErrorCode::parameter_mismatch,
             "{}: made under other parameters than those of session {}; use objects of one session", operation,
             short_hex(session.id()));
    }
}

void check_ciphertext(const char* operation, const Session& session, const Ciphertext& ciphertext) {
    check_parameters(operation, session, ciphertext.parameters());
    if (ciphertext.type().degree != 1) {
        fail(ErrorCode::invalid_argument, "{}: a ciphertext of degree {}, but shares are of degree 1; relinearize it",
             operation, ciphertext.type().degree);
    }
}

}  // namespace tacit::ckks::threshold
