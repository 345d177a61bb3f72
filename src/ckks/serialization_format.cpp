#include "ckks/serialization_format.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/short_hex.hpp"
#include "ckks/serialization_rows.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks {

const char* to_string(ObjectKind kind) noexcept {
    switch (kind) {
        case ObjectKind::parameters: return "parameters";
        case ObjectKind::secret_key: return "secret key";
        case ObjectKind::public_key: return "public key";
        case ObjectKind::relinearization_key: return "relinearisation key";
        case ObjectKind::galois_key: return "Galois key";
        case ObjectKind::evaluation_keys: return "evaluation keys";
        case ObjectKind::plaintext: return "plaintext";
        case ObjectKind::ciphertext: return "ciphertext";
        case ObjectKind::threshold_share: return "share of a collective key";
        case ObjectKind::relinearization_round: return "first round of a relinearisation key";
        case ObjectKind::decryption_ledger: return "decryption ledger";
        case ObjectKind::encrypted_value: return "encrypted value";
        case ObjectKind::checkpoint: return "checkpoint";
    }
    return "unknown object";
}

namespace {

ObjectHeader read_header(ByteReader& reader) {
    if (!std::ranges::equal(reader.bytes(format::magic.size(), "the magic bytes"), format::magic)) {
        fail(ErrorCode::malformed_input, "the first four bytes are not \"TACT\"; this is not a file of Tacit");
    }
    const std::uint16_t version = reader.u16("the format version");
    if (version != format::version) {
        fail(ErrorCode::malformed_input,
             "format version {} at offset 4, but this program reads {}; use the Tacit that wrote it", version,
             format::version);
    }
    const std::uint8_t number = reader.u8("the object kind");
    constexpr auto last = static_cast<std::uint8_t>(ObjectKind::checkpoint);
    if (number < 1 || number > last) {
        fail(ErrorCode::malformed_input,
             "object kind {} at offset 6 is not known, the limit is {}; is the file damaged?", number, last);
    }
    const std::uint8_t zero = reader.u8("the reserved byte");
    if (zero != 0)
        fail(ErrorCode::malformed_input, "the reserved byte at offset 7 is {}, it must be 0; is the file damaged?",
             zero);
    ObjectHeader header{static_cast<ObjectKind>(number), reader.u64("the object's size"), {}};
    if (header.size < format::framed_size(header.kind, 0)) {
        fail(ErrorCode::malformed_input,
             "size {} at offset 8 is below the {} bytes of an empty object; is the file damaged?", header.size,
             format::framed_size(header.kind, 0));
    }
    if (header.kind != ObjectKind::parameters)
        reader.bytes(header.fingerprint.emplace(), "the parameters' fingerprint");
    return header;
}

}  // namespace

Expected<ObjectHeader> parse_header(std::span<const std::byte> bytes) {
    return catching([&] {
        ByteReader reader(bytes.first(std::min(bytes.size(), max_header_bytes)));
        return read_header(reader);
    });
}

namespace format {

void Checksum::end_chunk() {
    root_.update(chunk_.finish());
    chunk_ = Hasher();
    in_chunk_ = 0;
}

void Checksum::update(std::span<const std::byte> bytes) {
    if (in_chunk_ > 0) {
        const auto head = bytes.first(std::min(bytes.size(), chunk_bytes - in_chunk_));
        chunk_.update(head);
        in_chunk_ += head.size();
        bytes = bytes.subspan(head.size());
        if (in_chunk_ < chunk_bytes) return;
        end_chunk();
    }
    std::vector<Digest> whole(bytes.size() / chunk_bytes);
    parallel_for(0, whole.size(), [&](std::size_t i) {
        Hasher hasher;
        hasher.update(bytes.subspan(i * chunk_bytes, chunk_bytes));
        whole[i] = hasher.finish();
    });
    for (const Digest& digest : whole) root_.update(digest);
    const auto tail = bytes.subspan(whole.size() * chunk_bytes);
    chunk_.update(tail);
    in_chunk_ = tail.size();
}

Digest Checksum::finish() {
    if (in_chunk_ > 0) end_chunk();
    return root_.finish();
}

void reseal(std::vector<std::byte>& object) {
    if (object.size() < short_header_bytes + checksum_bytes) return;
    const std::uint64_t size = object.size();
    std::memcpy(object.data() + 8, &size, sizeof size);
    Checksum checksum;
    checksum.update(std::span(object).first(object.size() - checksum_bytes));
    std::ranges::copy(checksum.finish(), object.end() - checksum_bytes);
}

ObjectWriter::ObjectWriter(ObjectKind kind, const Parameters* parameters, std::uint64_t payload_bytes, Sink sink)
    : sink_(std::move(sink)), missing_(framed_size(kind, payload_bytes)) {
    ByteWriter header;
    header.bytes(magic);
    header.u16(version);
    header.u8(static_cast<std::uint8_t>(kind));
    header.u8(0);
    header.u64(missing_);
    if (kind != ObjectKind::parameters) header.bytes(parameters->fingerprint());
    fields(std::move(header));
}

void ObjectWriter::bytes(std::span<const std::byte> piece) {
    TACIT_ASSERT(piece.size() + checksum_bytes <= missing_);
    missing_ -= piece.size();
    checksum_.update(piece);
    sink_(piece);
}

void ObjectWriter::fields(ByteWriter&& fields) { bytes(std::move(fields).take()); }

void ObjectWriter::poly(const Context& context, const ring::EvaluationPoly& poly) {
    std::vector<std::size_t> offsets{0};
    for (std::size_t i = 0; i < poly.limbs(); ++i) {
        offsets.push_back(offsets.back() + row_bytes(context.dimension(), context.ring().modulus(i)));
    }
    rows_.resize(offsets.back());
    parallel_for(0, poly.limbs(), [&](std::size_t i) {
        pack_row(std::span(rows_).subspan(offsets[i], offsets[i + 1] - offsets[i]), poly.limb(i), context.dimension(),
                 context.ring().modulus(i));
    });
    bytes(rows_);
}

void ObjectWriter::finish() {
    TACIT_ASSERT(missing_ == checksum_bytes);
    sink_(checksum_.finish());
    missing_ = 0;
}

std::vector<std::byte> to_bytes(ObjectKind kind, const Parameters* parameters, std::uint64_t payload_bytes,
                                const std::function<void(ObjectWriter&)>& write) {
    std::vector<std::byte> out;
    out.reserve(static_cast<std::size_t>(framed_size(kind, payload_bytes)));
    ObjectWriter writer(kind, parameters, payload_bytes,
                        [&](std::span<const std::byte> piece) { out.insert(out.end(), piece.begin(), piece.end()); });
    write(writer);
    writer.finish();
    return out;
}

namespace {

void check_kind(ObjectKind found, ObjectKind wanted) {
    if (found != wanted) {
        fail(ErrorCode::malformed_input,
             "the bytes hold something else, kind {} at offset 6 ({}) instead of {} ({}); give the right file",
             static_cast<int>(found), to_string(found), static_cast<int>(wanted), to_string(wanted));
    }
}

void check_size(std::uint64_t stated, std::size_t present) {
    if (stated > present) {
        fail(ErrorCode::malformed_input,
             "{} bytes stated at offset 8 but {} there; the data are cut short, fetch them again", stated, present);
    }
    if (stated < present) {
        fail(ErrorCode::malformed_input, "{} bytes follow the end of the object at offset {}; give one object alone",
             present - stated, stated);
    }
}

void check_sum(std::span<const std::byte> bytes, const Forget& forget) {
    constexpr std::size_t window = std::size_t{256} * chunk_bytes;
    const std::size_t end = bytes.size() - checksum_bytes;
    Checksum checksum;
    for (std::size_t at = 0; at < end; at += window) {
        const auto part = bytes.subspan(at, std::min(window, end - at));
        checksum.update(part);
        if (forget) forget(part);
    }
    if (!std::ranges::equal(checksum.finish(), bytes.last(checksum_bytes))) {
        fail(ErrorCode::malformed_input,
             "the checksum at offset {} does not fit the bytes before it; they are damaged, fetch them again", end);
    }
}

void check_fingerprint(const Digest& found, const Parameters& parameters) {
    if (found == parameters.fingerprint()) return;
    fail(ErrorCode::parameter_mismatch,
         "made under parameters {} (offset {}) but used with parameters {} ({}); use the parameters it was made with, "
         "or make it again",
         short_hex(found), short_header_bytes, short_hex(parameters.fingerprint()), parameters.summary());
}

}  // namespace

ObjectReader::ObjectReader(std::span<const std::byte> bytes, ObjectKind kind, const Parameters* parameters,
                           Forget forget)
    : forget_(std::move(forget)), reader_(bytes) {
    const ObjectHeader header = read_header(reader_);
    check_kind(header.kind, kind);
    check_size(header.size, bytes.size());
    check_sum(bytes, forget_);
    if (header.fingerprint) check_fingerprint(*header.fingerprint, *parameters);
    reader_ = ByteReader(bytes.first(bytes.size() - checksum_bytes));
    static_cast<void>(reader_.bytes(header_size(kind), "the header"));
}

Seed ObjectReader::seed() {
    Seed seed;
    reader_.bytes(seed, "a seed");
    return seed;
}

void ObjectReader::expect_payload(std::uint64_t bytes) const {
    const std::uint64_t left = reader_.remaining();
    if (left != bytes) {
        fail(ErrorCode::malformed_input,
             "{} bytes of payload from offset {} on, but these parameters need {}; is the file damaged?", left,
             reader_.offset(), bytes);
    }
}

void ObjectReader::skip(std::uint64_t bytes) {
    const auto passed = reader_.bytes(bytes, "a record");
    if (forget_) forget_(passed);
}

std::vector<ring::EvaluationPoly> ObjectReader::polys(const Context& context, std::size_t count, std::size_t limbs) {
    const std::size_t n = context.dimension();
    const std::size_t start = reader_.offset();
    const std::size_t poly_bytes = rows_bytes(context, limbs);
    const auto in = reader_.bytes(std::uint64_t{count} * poly_bytes, "residues");
    std::vector<ring::EvaluationPoly> polys;
    for (std::size_t i = 0; i < count; ++i) polys.emplace_back(n, limbs);
    std::vector<std::size_t> first_bad(count * limbs);
    parallel_for(0, count * limbs, [&](std::size_t row) {
        const std::size_t prime = row % limbs;
        const math::Modulus& p = context.ring().modulus(prime);
        const std::size_t at = row / limbs * poly_bytes + rows_bytes(context, prime);
        first_bad[row] = unpack_row(polys[row / limbs].limb(prime), in.subspan(at, row_bytes(n, p)), n, p);
    });
    const auto bad = std::ranges::find_if(first_bad, [n](std::size_t position) { return position < n; });
    if (bad != first_bad.end()) {
        const auto row = static_cast<std::size_t>(bad - first_bad.begin());
        const math::Modulus& p = context.ring().modulus(row % limbs);
        fail(ErrorCode::malformed_input,
             "residue {} of row {} of polynomial {} (row at offset {}) is not below its prime {}; is the file damaged?",
             *bad, row % limbs, row / limbs, start + row / limbs * poly_bytes + rows_bytes(context, row % limbs),
             p.value());
    }
    if (forget_) forget_(in);
    return polys;
}

}  // namespace format

}  // namespace tacit::ckks
