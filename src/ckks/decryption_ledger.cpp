#include "tacit/ckks/decryption_ledger.hpp"

#include <algorithm>

#include "base/fail.hpp"
#include "base/short_hex.hpp"
#include "ckks/serialization_format.hpp"
#include "ckks/threshold_parts.hpp"
#include "tacit/base/files.hpp"

namespace tacit::ckks::threshold {

namespace {

/// What a share depends on: c_1 modulo the primes of level 0.
Digest entry(const Ciphertext& ciphertext) {
    Hasher hasher;
    hash_rows(hasher, ciphertext.parameters().context(), ciphertext.poly(1), ciphertext.parameters().limbs(0));
    return hasher.finish();
}

}  // namespace

std::vector<std::byte> LedgerAccess::bytes(const DecryptionLedger& ledger) {
    ByteWriter fields;
    fields.bytes(ledger.session_);
    fields.u32(ledger.party_);
    fields.u64(ledger.publications_);
    fields.u64(ledger.given_);
    fields.u64(ledger.seen_.size());
    for (const Digest& digest : ledger.seen_) fields.bytes(digest);
    return format::to_bytes(ObjectKind::decryption_ledger, &ledger.parameters_, fields.size(),
                            [&](format::ObjectWriter& out) { out.fields(std::move(fields)); });
}

DecryptionLedger LedgerAccess::parse(std::span<const std::byte> bytes, const Session& session, std::string_view party) {
    format::ObjectReader object(bytes, ObjectKind::decryption_ledger, &session.parameters());
    ByteReader& reader = object.fields();
    Digest id;
    reader.bytes(id, "the session");
    const std::uint32_t index = reader.u32("the party");
    const std::uint64_t publications = reader.u64("the publications");
    if (publications == 0)
        fail(ErrorCode::malformed_input, "0 publications before offset {}; is the file damaged?", reader.offset());
    DecryptionLedger ledger(session, party, publications);
    if (id != session.id() || index != ledger.party_) {
        fail(ErrorCode::parameter_mismatch,
             "the ledger of party {} in session {}, but that of party {} in session {} is asked for; open the right "
             "file",
             index, short_hex(id), ledger.party_, short_hex(session.id()));
    }
    ledger.given_ = reader.bounded("the number of shares given", ledger.publications_);
    const std::uint64_t count =
        reader.bounded("the number of ciphertexts", std::min<std::uint64_t>(ledger.given_, reader.remaining()));
    object.expect_payload(count * sizeof(Digest));
    for (std::uint64_t i = 0; i < count; ++i) {
        Digest digest;
        reader.bytes(digest, "a ciphertext's hash");
        if (!ledger.seen_.empty() && digest <= *ledger.seen_.rbegin()) {
            fail(ErrorCode::malformed_input, "hash {} before offset {} does not ascend; is the file damaged?", i,
                 reader.offset());
        }
        ledger.seen_.insert(ledger.seen_.end(), digest);
    }
    return ledger;
}

void LedgerAccess::note(DecryptionLedger& ledger, const char* operation, const Session& session, std::size_t party,
                        const Ciphertext& ciphertext, Repeat repeat) {
    if (ledger.session_ != session.id() || ledger.party_ != party) {
        fail(ErrorCode::invalid_argument,
             "{}: the ledger is that of party {} in session {}, not of {} in {}; every party keeps its own", operation,
             ledger.party_, short_hex(ledger.session_), party, short_hex(session.id()));
    }
    if (ledger.given_ == ledger.publications_) {
        fail(ErrorCode::invalid_argument,
             "{}: all {} publications that the noise was sized for are used up; make keys in a new session", operation,
             ledger.publications_);
    }
    const Digest digest = entry(ciphertext);
    const bool is_new = ledger.seen_.insert(digest).second;
    if (!is_new && repeat == Repeat::refuse) {
        fail(ErrorCode::invalid_argument,
             "{}: a share of ciphertext {} was given before, and fresh noise on the same averages out; send the first "
             "share again, or say Repeat::allow",
             operation, short_hex(digest));
    }
    ++ledger.given_;
    if (!ledger.path_) return;
    try {
        write_file_atomically(*ledger.path_, bytes(ledger), FileMode::owner_only);
    } catch (...) {  // no share leaves without a note
        --ledger.given_;
        if (is_new) ledger.seen_.erase(digest);
        throw;
    }
}

DecryptionLedger::DecryptionLedger(const Session& session, std::string_view party, std::uint64_t publications)
    : parameters_(session.parameters()),
      session_(session.id()),
      party_(static_cast<std::uint32_t>(session.index_of(party))),
      publications_(publications) {
    if (publications == 0) {
        fail(ErrorCode::invalid_argument, "decryption ledger: 0 publications; state how many shares will be given");
    }
}

DecryptionLedger DecryptionLedger::create(const std::filesystem::path& path, const Session& session,
                                          std::string_view party, std::uint64_t publications) {
    DecryptionLedger ledger(session, party, publications);
    if (std::filesystem::exists(path)) {
        fail(ErrorCode::io_failure, "{}: there is a file already; open it, for a ledger that forgets protects nothing",
             path.string());
    }
    write_file_atomically(path, LedgerAccess::bytes(ledger), FileMode::owner_only);
    ledger.path_ = path;
    return ledger;
}

Expected<DecryptionLedger> DecryptionLedger::open(const std::filesystem::path& path, const Session& session,
                                                  std::string_view party) {
    return format::reading(path, ObjectKind::decryption_ledger, [&](std::span<const std::byte> bytes) {
        DecryptionLedger ledger = LedgerAccess::parse(bytes, session, party);
        ledger.path_ = path;
        return ledger;
    });
}

}  // namespace tacit::ckks::threshold
