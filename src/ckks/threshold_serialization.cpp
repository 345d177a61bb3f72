// Shares, rounds and ledgers in bytes.

#include <algorithm>

#include "base/fail.hpp"
#include "base/short_hex.hpp"
#include "ckks/serialization_format.hpp"
#include "ckks/serialization_rows.hpp"
#include "ckks/threshold_parts.hpp"

namespace tacit::ckks::threshold {

namespace {

using format::ObjectReader;
using format::ObjectWriter;

constexpr std::uint64_t share_fields_bytes = 2 * sizeof(Digest) + 6;  // session, subject; step, 0, party, rows

std::uint64_t polys_bytes(const Context& context, const ShareShape& shape) {
    return shape.polys * format::rows_bytes(context, shape.rows);
}

Digest read_digest(ByteReader& reader, const char* what) {
    Digest digest;
    reader.bytes(digest, what);
    return digest;
}

void check_session(const Digest& found, const Session& session) {
    if (found == session.id()) return;
    fail(ErrorCode::parameter_mismatch, "made in session {} but read in session {}; give an object of this session",
         short_hex(found), short_hex(session.id()));
}

/// What the fields of a share say, each checked.
struct ShareFields {
    Step step{};
    std::size_t party = 0;
    std::size_t rows = 0;
    Digest subject{};
};

/// The rows that a step may have: one number for keys, any of a ciphertext for the others.
std::pair<std::size_t, std::size_t> row_limits(const Parameters& parameters, Step step) {
    const std::size_t fixed = share_shape(parameters, step, 0).rows;
    if (fixed > 0) return {fixed, fixed};
    return {parameters.limbs(0), parameters.primes().size()};
}

ShareFields read_fields(ByteReader& reader, const Session& session) {
    check_session(read_digest(reader, "the session"), session);
    ShareFields fields;
    fields.subject = read_digest(reader, "the subject");
    const std::size_t at = reader.offset();
    const std::uint8_t step = reader.u8("the step");
    const std::uint8_t zero = reader.u8("the reserved byte");
    fields.step = static_cast<Step>(step);
    fields.party = reader.u16("the party");
    fields.rows = reader.u16("the number of rows");
    constexpr auto last = static_cast<std::uint8_t>(Step::key_switch);
    if (step < 1 || step > last || zero != 0 || fields.party >= session.parties().size()) {
        fail(ErrorCode::malformed_input,
             "step {}, zero byte {} and party {} at offset {}, outside 1 to {}, 0 and 0 to {}; is the file damaged?",
             step, zero, fields.party, at, last, session.parties().size() - 1);
    }
    const auto [low, high] = row_limits(session.parameters(), fields.step);
    if (fields.rows < low || fields.rows > high) {
        fail(ErrorCode::malformed_input,
             "{} rows before offset {}, outside {} to {} for a share of the {}; is the file "
             "damaged?",
             fields.rows, reader.offset(), low, high, to_string(fields.step));
    }
    return fields;
}

}  // namespace

std::vector<std::byte> serialize(Share&& share) {
    ShareAccess::check_unused("serialize", share);
    const Parameters parameters = ShareAccess::parameters(share);
    const Context& context = parameters.context();
    std::vector<ring::EvaluationPoly> polys = ShareAccess::take(std::move(share));
    const ShareShape shape{polys.size(), polys.front().limbs()};
    ByteWriter fields;
    fields.bytes(ShareAccess::session(share));
    fields.bytes(share.subject());
    fields.u8(static_cast<std::uint8_t>(share.step()));
    fields.u8(0);
    fields.u16(static_cast<std::uint16_t>(share.party()));
    fields.u16(static_cast<std::uint16_t>(shape.rows));
    return format::to_bytes(ObjectKind::threshold_share, &parameters, share_fields_bytes + polys_bytes(context, shape),
                            [&](ObjectWriter& out) {
                                out.fields(std::move(fields));
                                for (ring::EvaluationPoly& poly : polys) {
                                    out.poly(context, poly);
                                    poly.wipe();
                                }
                            });
}

Expected<Share> parse_share(std::span<const std::byte> bytes, const Session& session) {
    return format::parsing(ObjectKind::threshold_share, [&] {
        const Context& context = session.parameters().context();
        ObjectReader object(bytes, ObjectKind::threshold_share, &session.parameters());
        const ShareFields fields = read_fields(object.fields(), session);
        const ShareShape shape = share_shape(session.parameters(), fields.step, fields.rows);
        object.expect_payload(polys_bytes(context, shape));
        return ShareAccess::make(session, fields.step, fields.party, fields.subject,
                                 object.polys(context, shape.polys, shape.rows));
    });
}

std::vector<std::byte> serialize(const RelinearizationRound& round) {
    const Parameters& parameters = RoundAccess::parameters(round);
    const Context& context = parameters.context();
    const ShareShape shape = share_shape(parameters, Step::relinearization_one, 0);
    return format::to_bytes(ObjectKind::relinearization_round, &parameters,
                            sizeof(Digest) + polys_bytes(context, shape), [&](ObjectWriter& out) {
                                out.bytes(round.session());
                                for (const auto& poly : RoundAccess::polys(round)) out.poly(context, poly);
                            });
}

Expected<RelinearizationRound> parse_relinearization_round(std::span<const std::byte> bytes, const Session& session) {
    return format::parsing(ObjectKind::relinearization_round, [&] {
        const Context& context = session.parameters().context();
        const ShareShape shape = share_shape(session.parameters(), Step::relinearization_one, 0);
        ObjectReader object(bytes, ObjectKind::relinearization_round, &session.parameters());
        check_session(read_digest(object.fields(), "the session"), session);
        object.expect_payload(polys_bytes(context, shape));
        return RoundAccess::make(session.parameters(), session.id(), object.polys(context, shape.polys, shape.rows));
    });
}

}  // namespace tacit::ckks::threshold
