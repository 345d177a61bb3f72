// Plaintexts, ciphertexts and public keys in bytes.

#include "tacit/ckks/serialization.hpp"

#include <limits>

#include "ckks/expand.hpp"
#include "ckks/serialization_format.hpp"
#include "ckks/serialization_rows.hpp"

namespace tacit::ckks {

namespace {

using format::ObjectReader;
using format::ObjectWriter;

constexpr std::uint64_t plaintext_fields_bytes = 4;   // level, scale power, limbs
constexpr std::uint64_t ciphertext_fields_bytes = 4;  // level, scale power, degree, seeded
constexpr int max_degree = 2;
constexpr int max_scale_power = 2;

void require(bool valid, const char* what, int value, int low, int high) {
    if (!valid) {
        fail(ErrorCode::invalid_argument,
             "serialize: {} is {}, outside {} to {}; make the object with Tacit's operations", what, value, low, high);
    }
}

void check_writable(const Parameters& parameters, int level, int scale_power) {
    require(level >= 0 && level <= parameters.depth(), "the level", level, 0, parameters.depth());
    require(scale_power >= 1 && scale_power <= max_scale_power, "the scale power", scale_power, 1, max_scale_power);
}

void check_writable(const Plaintext& plaintext) {
    check_writable(plaintext.parameters(), plaintext.level(), plaintext.scale_power());
    const auto limbs = static_cast<int>(plaintext.poly().limbs());
    const auto most = static_cast<int>(plaintext.parameters().limbs(plaintext.level()));
    require(limbs >= 1 && limbs <= most, "the number of rows", limbs, 1, most);
}

void check_writable(const Ciphertext& ciphertext) {
    const CiphertextType type = ciphertext.type();
    check_writable(ciphertext.parameters(), type.level, type.scale_power);
    require(type.degree >= 1 && type.degree <= max_degree, "the degree", type.degree, 1, max_degree);
    const auto limbs = static_cast<int>(ciphertext.parameters().limbs(type.level));
    for (std::size_t i = 0; i <= static_cast<std::size_t>(type.degree); ++i) {
        const auto found = static_cast<int>(ciphertext.poly(i).limbs());
        require(found == limbs, "the number of rows", found, limbs, limbs);
    }
    if (ciphertext.seed()) require(type.degree == 1, "the degree of a seeded ciphertext", type.degree, 1, 1);
}

int read_bounded(ByteReader& reader, const char* what, int low, int high) {
    const std::size_t at = reader.offset();
    const int value = reader.u8(what);
    if (value < low || value > high) {
        fail(ErrorCode::malformed_input, "{} at offset {} is {}, outside {} to {}; is the file damaged?", what, at,
             value, low, high);
    }
    return value;
}

std::uint64_t payload_bytes(const Plaintext& plaintext) {
    return plaintext_fields_bytes + format::rows_bytes(plaintext.parameters().context(), plaintext.poly().limbs());
}

std::uint64_t ciphertext_payload(const Context& context, std::size_t limbs, std::size_t degree, bool seeded) {
    const std::uint64_t poly = format::rows_bytes(context, limbs);
    return seeded ? sizeof(Seed) + poly : (degree + 1) * poly;
}

std::uint64_t payload_bytes(const Ciphertext& ciphertext) {
    return ciphertext_fields_bytes + ciphertext_payload(ciphertext.parameters().context(), ciphertext.limbs(),
                                                        static_cast<std::size_t>(ciphertext.type().degree),
                                                        ciphertext.seed().has_value());
}

std::uint64_t public_key_payload(const Context& context) {
    return sizeof(Seed) + format::rows_bytes(context, context.chain().primes.size());
}

Plaintext read_plaintext(ObjectReader& object, const Parameters& parameters) {
    const Context& context = parameters.context();
    ByteReader& reader = object.fields();
    const int level = read_bounded(reader, "the level", 0, parameters.depth());
    const int scale_power = read_bounded(reader, "the scale power", 1, max_scale_power);
    const std::size_t at = reader.offset();
    const std::size_t limbs = reader.u16("the number of rows");
    if (limbs < 1 || limbs > context.limbs(level)) {
        fail(ErrorCode::malformed_input,
             "the number of rows at offset {} is {}, outside 1 to {} at level {}; is the file damaged?", at, limbs,
             context.limbs(level), level);
    }
    object.expect_payload(format::rows_bytes(context, limbs));
    return {parameters, std::move(object.polys(context, 1, limbs).front()), level, scale_power};
}

Ciphertext read_ciphertext(ObjectReader& object, const Parameters& parameters) {
    const Context& context = parameters.context();
    ByteReader& reader = object.fields();
    const int level = read_bounded(reader, "the level", 0, parameters.depth());
    const int scale_power = read_bounded(reader, "the scale power", 1, max_scale_power);
    const auto degree = static_cast<std::size_t>(read_bounded(reader, "the degree", 1, max_degree));
    const bool seeded = read_bounded(reader, "the seed's presence", 0, degree == 1 ? 1 : 0) == 1;
    const std::size_t limbs = context.limbs(level);
    object.expect_payload(ciphertext_payload(context, limbs, degree, seeded));
    if (!seeded) return {parameters, object.polys(context, degree + 1, limbs), level, scale_power};
    const Seed seed = object.seed();
    std::vector<ring::EvaluationPoly> polys = object.polys(context, 1, limbs);
    polys.push_back(expand_uniform(context, seed, 0, limbs));
    Ciphertext ciphertext(parameters, std::move(polys), level, scale_power);
    ciphertext.set_seed(seed);
    return ciphertext;
}

}  // namespace

std::uint64_t serialized_size(const Plaintext& plaintext) {
    check_writable(plaintext);
    return format::framed_size(ObjectKind::plaintext, payload_bytes(plaintext));
}

std::uint64_t serialized_size(const Ciphertext& ciphertext) {
    check_writable(ciphertext);
    return format::framed_size(ObjectKind::ciphertext, payload_bytes(ciphertext));
}

std::uint64_t serialized_size(const PublicKey& key) {
    return format::framed_size(ObjectKind::public_key, public_key_payload(key.parameters().context()));
}

std::vector<std::byte> serialize(const Plaintext& plaintext) {
    check_writable(plaintext);
    const Parameters& parameters = plaintext.parameters();
    return format::to_bytes(ObjectKind::plaintext, &parameters, payload_bytes(plaintext), [&](ObjectWriter& out) {
        ByteWriter fields;
        fields.u8(static_cast<std::uint8_t>(plaintext.level()));
        fields.u8(static_cast<std::uint8_t>(plaintext.scale_power()));
        fields.u16(static_cast<std::uint16_t>(plaintext.poly().limbs()));
        out.fields(std::move(fields));
        out.poly(parameters.context(), plaintext.poly());
    });
}

std::vector<std::byte> serialize(const Ciphertext& ciphertext) {
    check_writable(ciphertext);
    const Parameters& parameters = ciphertext.parameters();
    const CiphertextType type = ciphertext.type();
    const bool seeded = ciphertext.seed().has_value();
    return format::to_bytes(ObjectKind::ciphertext, &parameters, payload_bytes(ciphertext), [&](ObjectWriter& out) {
        ByteWriter fields;
        fields.u8(static_cast<std::uint8_t>(type.level));
        fields.u8(static_cast<std::uint8_t>(type.scale_power));
        fields.u8(static_cast<std::uint8_t>(type.degree));
        fields.u8(seeded ? 1 : 0);
        if (seeded) fields.bytes(*ciphertext.seed());
        out.fields(std::move(fields));
        const std::size_t count = seeded ? 1 : static_cast<std::size_t>(type.degree) + 1;
        for (std::size_t i = 0; i < count; ++i) out.poly(parameters.context(), ciphertext.poly(i));
    });
}

std::vector<std::byte> serialize(const PublicKey& key) {
    const Context& context = key.parameters().context();
    const auto limbs = static_cast<int>(key.b().limbs());
    const auto expected = static_cast<int>(context.chain().primes.size());
    require(limbs == expected, "the number of rows", limbs, expected, expected);
    return format::to_bytes(ObjectKind::public_key, &key.parameters(), public_key_payload(context),
                            [&](ObjectWriter& out) {
                                out.bytes(key.seed());
                                out.poly(context, key.b());
                            });
}

Expected<Plaintext> parse_plaintext(std::span<const std::byte> bytes, const Parameters& parameters) {
    return format::parsing(ObjectKind::plaintext, [&] {
        ObjectReader object(bytes, ObjectKind::plaintext, &parameters);
        return read_plaintext(object, parameters);
    });
}

Expected<Ciphertext> parse_ciphertext(std::span<const std::byte> bytes, const Parameters& parameters) {
    return format::parsing(ObjectKind::ciphertext, [&] {
        ObjectReader object(bytes, ObjectKind::ciphertext, &parameters);
        return read_ciphertext(object, parameters);
    });
}

Expected<PublicKey> parse_public_key(std::span<const std::byte> bytes, const Parameters& parameters) {
    return format::parsing(ObjectKind::public_key, [&] {
        const Context& context = parameters.context();
        ObjectReader object(bytes, ObjectKind::public_key, &parameters);
        object.expect_payload(public_key_payload(context));
        const Seed seed = object.seed();
        auto b = object.polys(context, 1, context.chain().primes.size());
        return PublicKey(parameters, seed, std::move(b.front()));
    });
}

}  // namespace tacit::ckks
