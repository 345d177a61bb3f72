#include "tacit/runtime/encrypted_value.hpp"

#include <algorithm>
#include <utility>

#include "base/fail.hpp"
#include "circuit/contents.hpp"
#include "ckks/serialization_format.hpp"

namespace tacit::runtime {

namespace {

using ckks::Ciphertext;
using ckks::ObjectKind;
using linalg::Description;
using linalg::Layout;

constexpr std::uint32_t max_name_bytes = 255;
constexpr std::uint32_t max_layout_bytes = 100;

void require_name(const std::string& name) {
    if (name.empty() || name.size() > max_name_bytes || !circuit::is_printable(name)) {
        fail(ErrorCode::invalid_argument,
             "encrypted value: a name of {} bytes; it has 1 to {}, no quote, backslash or control character",
             name.size(), max_name_bytes);
    }
}

void require_tiles(const Description& what, const std::vector<Ciphertext>& tiles) {
    if (tiles.size() != what.layout.tiles()) {
        fail(ErrorCode::invalid_argument, "encrypted value \"{}\": {} ciphertexts for a {}; it has {} tiles", what.name,
             tiles.size(), print_layout(what), what.layout.tiles());
    }
    const ckks::Parameters& parameters = tiles.front().parameters();
    if (what.layout.unit().slots() > parameters.slots()) {
        fail(ErrorCode::invalid_argument,
             "encrypted value \"{}\": a {} in ciphertexts of {} slots; the unit has to fit into one", what.name,
             print_layout(what), parameters.slots());
    }
    for (const Ciphertext& tile : tiles) {
        if (!(tile.parameters() == parameters)) {
            fail(ErrorCode::parameter_mismatch,
                 "encrypted value \"{}\": tiles under parameters {} and {}; encrypt all under the same", what.name,
                 parameters.summary(), tile.parameters().summary());
        }
    }
}

/// What stands before the tiles.
std::vector<std::byte> fields(const Description& what) {
    ByteWriter out;
    out.u8(what.transposed ? 1 : 0);
    out.string(what.name);
    out.string(print(what.layout));
    return std::move(out).take();
}

Description read_fields(ByteReader& reader) {
    const std::size_t at = reader.offset();
    const std::uint8_t transposed = reader.u8("whether it is transposed");
    if (transposed > 1) {
        fail(ErrorCode::malformed_input, "the byte at offset {} that says whether it is transposed is {}, not 0 or 1",
             at, transposed);
    }
    std::string name = reader.string("the name", max_name_bytes);
    const Layout layout = linalg::parse_layout(reader.string("the layout", max_layout_bytes)).value();
    return {std::move(name), layout, transposed == 1};
}

/// The next whole object, which has to end within the bytes.
Ciphertext read_tile(ByteReader& reader, std::size_t tile, const ckks::Parameters& parameters) {
    const std::size_t at = reader.offset();
    ByteReader ahead = reader;
    const ckks::ObjectHeader header = ckks::parse_header(ahead.bytes(ahead.remaining())).value();
    Expected<Ciphertext> parsed = ckks::parse_ciphertext(reader.bytes(header.size, "a tile"), parameters);
    if (!parsed) {
        fail(parsed.error().code(), "tile {} at offset {}: {}", tile, at, parsed.error().what());
    }
    return *std::move(parsed);
}

EncryptedValue read_value(std::span<const std::byte> bytes, const ckks::Parameters& parameters) {
    ckks::format::ObjectReader object(bytes, ObjectKind::encrypted_value, &parameters);
    ByteReader& reader = object.fields();
    Description what = read_fields(reader);
    std::vector<Ciphertext> tiles;
    for (std::size_t i = 0; i < what.layout.tiles(); ++i) tiles.push_back(read_tile(reader, i, parameters));
    reader.expect_end();
    return {std::move(what), std::move(tiles)};
}

std::uint64_t payload_bytes(const EncryptedValue& value) {
    std::uint64_t bytes = fields(value.description()).size();
    for (const Ciphertext& tile : value.tiles()) bytes += serialized_size(tile);
    return bytes;
}

}  // namespace

EncryptedValue::EncryptedValue(Description what, std::vector<Ciphertext> tiles)
    : what_(std::move(what)), tiles_(std::move(tiles)) {
    require_name(what_.name);
    require_tiles(what_, tiles_);
}

EncryptedValue EncryptedValue::clone() const {
    std::vector<Ciphertext> tiles;
    for (const Ciphertext& tile : tiles_) tiles.push_back(tile.clone());
    return {what_, std::move(tiles)};
}

EncryptedValue encrypt(const ckks::Encryptor& encryptor, const Description& what, const linalg::Dense& matrix,
                       std::optional<int> level) {
    std::vector<Ciphertext> tiles;
    for (const auto& slots : pack(what, matrix)) {
        tiles.push_back(level ? encryptor.encrypt(slots, *level) : encryptor.encrypt(slots));
    }
    return {what, std::move(tiles)};
}

linalg::Dense decrypt(const ckks::Decryptor& decryptor, const EncryptedValue& value) {
    const std::size_t slots = value.description().layout.unit().slots();
    std::vector<std::vector<double>> tiles;
    for (const Ciphertext& tile : value.tiles()) tiles.push_back(decryptor.decrypt(tile, slots));
    return unpack(value.description(), tiles);
}

const EncryptedValue& find(std::span<const EncryptedValue> values, const std::string& name) {
    const auto found = std::ranges::find(values, name, &EncryptedValue::name);
    if (found != values.end()) return *found;
    std::string names;
    for (const EncryptedValue& value : values)
        names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", value.name());
    fail(ErrorCode::invalid_argument, "find: no value \"{}\" among {}; the names are {}", name, values.size(),
         names.empty() ? "none" : names);
}

std::uint64_t serialized_size(const EncryptedValue& value) {
    return ckks::format::framed_size(ObjectKind::encrypted_value, payload_bytes(value));
}

std::vector<std::byte> serialize(const EncryptedValue& value) {
    return ckks::format::to_bytes(ObjectKind::encrypted_value, &value.parameters(), payload_bytes(value),
                                  [&](ckks::format::ObjectWriter& out) {
                                      out.bytes(fields(value.description()));
                                      for (const Ciphertext& tile : value.tiles()) out.bytes(serialize(tile));
                                  });
}

Expected<EncryptedValue> parse_encrypted_value(std::span<const std::byte> bytes, const ckks::Parameters& parameters) {
    try {
        return read_value(bytes, parameters);
    } catch (const Error& error) {
        // What the constructor refuses came from outside too.
        const bool from_outside = error.code() == ErrorCode::invalid_argument;
        return Error(from_outside ? ErrorCode::malformed_input : error.code(),
                     fmt::format("{}: {}", to_string(ObjectKind::encrypted_value), error.what()));
    }
}

}  // namespace tacit::runtime
