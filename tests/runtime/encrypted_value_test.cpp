#include "tacit/runtime/encrypted_value.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "ckks/make_parameters.hpp"
#include "ckks/serialization_format.hpp"
#include "tacit/ckks/evaluator.hpp"
#include "tacit/ckks/serialization.hpp"

namespace tacit::runtime {
namespace {

using linalg::Dense;
using linalg::Description;
using linalg::Layout;
using linalg::Unit;
using Bytes = std::vector<std::byte>;

const ckks::Parameters& parameters() {
    static const auto made = ckks::insecure_parameters_for_tests({.depth = 2, .log_ring_dimension = 10, .digits = 1});
    return made;
}
const ckks::KeySet& keys() {
    static const auto made = ckks::generate_keys(parameters(), {.relinearization = true});
    return made;
}
Dense ramp(std::size_t rows, std::size_t columns) {
    Dense a(rows, columns);
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j) a(i, j) = static_cast<double>(i) - 0.25 * static_cast<double>(j);
    }
    return a;
}
/// One of every kind; some with fewer copies, garbage, several tiles or transposed.
std::vector<Description> descriptions() {
    const Unit unit = Unit::make(16, 32);
    return {{"m", Layout::matrix(unit, 33, 43)},
            {"dirty", Layout::matrix(unit, 3, 40).with_clean(false)},
            {"columns first", Layout::matrix(unit, 5, 7), true},
            {"r", Layout::row_vector(unit, 20).with_copies(3).with_clean(false)},
            {"c", Layout::column_vector(Unit::make(4, 8), 9), true},
            {"s", Layout::scalar(unit)}};
}
Dense matrix_for(const Description& what) {
    const Dense stored = ramp(what.layout.rows(), what.layout.columns());
    return what.transposed ? transposed(stored) : stored;
}
template <class Call>
void expect_error(const Call& call, ErrorCode code, const std::string& text) {
    try {
        call();
        FAIL() << "no error: " << text;
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), code);
        EXPECT_THAT(error.what(), ::testing::HasSubstr(text));
    }
}
void expect_refused(const Bytes& bytes, const std::string& text, ErrorCode code = ErrorCode::malformed_input) {
    const auto parsed = parse_encrypted_value(bytes, parameters());
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code(), code);
    EXPECT_THAT(parsed.error().what(), ::testing::HasSubstr(text));
}
/// An object with this payload, its checksum right.
Bytes forged(const std::function<void(ByteWriter&)>& write) {
    ByteWriter writer;
    write(writer);
    const Bytes payload = std::move(writer).take();
    return ckks::format::to_bytes(ckks::ObjectKind::encrypted_value, &parameters(), payload.size(),
                                  [&](ckks::format::ObjectWriter& out) { out.bytes(payload); });
}
EncryptedValue small() {
    return encrypt(ckks::Encryptor(keys().secret_key), {"x", Layout::scalar(Unit::make(4, 4))}, Dense::row({0.5}), 0);
}

TEST(EncryptedValue, ComesBackTrimmedAndInItsOwnShape) {
    const ckks::Encryptor encryptor(keys().secret_key);
    const ckks::Decryptor decryptor(keys().secret_key);
    for (const Description& what : descriptions()) {
        const Dense matrix = matrix_for(what);
        const Dense found = decrypt(decryptor, encrypt(encryptor, what, matrix));
        ASSERT_EQ(found.rows(), matrix.rows()) << what.name;
        ASSERT_EQ(found.columns(), matrix.columns()) << what.name;
        for (std::size_t i = 0; i < matrix.values().size(); ++i) {
            EXPECT_NEAR(found.values()[i], matrix.values()[i], 1e-6) << what.name;
        }
    }
}

TEST(EncryptedValue, EveryStateTravelsByteForByte) {
    const ckks::Encryptor secret(keys().secret_key);
    const ckks::Encryptor open(keys().public_key);
    const ckks::Evaluator evaluator(keys().evaluation_keys);
    const auto round_trip = [](const EncryptedValue& value) {
        const Bytes bytes = serialize(value);
        EXPECT_EQ(bytes.size(), serialized_size(value));
        const auto parsed = parse_encrypted_value(bytes, parameters());
        ASSERT_TRUE(parsed) << parsed.error().what();
        EXPECT_EQ(parsed->description(), value.description());
        EXPECT_EQ(serialize(*parsed), bytes);
    };
    for (const Description& what : descriptions()) {
        const Dense matrix = matrix_for(what);
        round_trip(encrypt(secret, what, matrix));
        round_trip(encrypt(open, what, matrix, 1));
        // Products that were not relinearised, products that were not rescaled, tiles at several levels.
        std::vector<ckks::Ciphertext> tiles;
        const EncryptedValue value = encrypt(secret, what, matrix);
        for (const auto& tile : value.tiles()) {
            auto product = evaluator.mul(tile, tile);
            tiles.push_back(tiles.size() % 2 == 0 ? std::move(product) : evaluator.drop_level(tile, 0));
        }
        round_trip({what, std::move(tiles)});
    }
}

TEST(EncryptedValue, CopiesAreTheSameBytes) {
    const EncryptedValue value = small();
    EXPECT_EQ(serialize(value.clone()), serialize(value));
}

TEST(EncryptedValue, RefusesTilesAndNamesThatDoNotFit) {
    const ckks::Encryptor encryptor(keys().secret_key);
    const std::vector<double> slot{1};
    const auto tile = [&] { return encryptor.encrypt(slot); };
    const auto with = [&](std::string name, const Layout& layout, std::size_t count) {
        std::vector<ckks::Ciphertext> tiles;
        for (std::size_t i = 0; i < count; ++i) tiles.push_back(tile());
        return EncryptedValue({std::move(name), layout}, std::move(tiles));
    };
    const Unit unit = Unit::make(4, 4);
    const auto invalid = ErrorCode::invalid_argument;
    expect_error([&] { with("m", Layout::matrix(unit, 5, 4), 1); }, invalid,
                 "\"m\": 1 ciphertexts for a matrix 5x4 unit 4x4 clean; it has 2 tiles");
    expect_error([&] { with("m", Layout::scalar(Unit::make(64, 16)), 1); }, invalid, "in ciphertexts of 512 slots");
    expect_error([&] { with("", Layout::scalar(unit), 1); }, invalid, "a name of 0 bytes");
    expect_error([&] { with(std::string(256, 'x'), Layout::scalar(unit), 1); }, invalid, "a name of 256 bytes");
    expect_error([&] { with("a\nb", Layout::scalar(unit), 1); }, invalid, "control character");
    expect_error(
        [&] {
            static_cast<void>(encrypt(encryptor, {"m", Layout::matrix(unit, 2, 3), true}, Dense(2, 3)));
        },
        invalid, "pack");
    const auto others = ckks::insecure_parameters_for_tests({.depth = 1, .log_ring_dimension = 10, .digits = 1});
    const auto other_keys = ckks::generate_keys(others, {});
    std::vector<ckks::Ciphertext> mixed;
    mixed.push_back(tile());
    mixed.push_back(ckks::Encryptor(other_keys.secret_key).encrypt(slot));
    expect_error(
        [&] {
            EncryptedValue({"m", Layout::matrix(unit, 5, 4)}, std::move(mixed));
        },
        ErrorCode::parameter_mismatch, "encrypt all under the same");
}

TEST(EncryptedValue, IsFoundByItsName) {
    std::vector<EncryptedValue> values;
    values.push_back(small());
    EXPECT_EQ(find(values, "x").name(), "x");
    expect_error([&] { static_cast<void>(find(values, "y")); }, ErrorCode::invalid_argument,
                 "no value \"y\" among 1; the names are \"x\"");
}

TEST(EncryptedValue, EveryTruncationAndEveryChangedByteIsRefused) {
    const Bytes good = serialize(small());
    for (std::size_t size = 0; size < good.size(); size += size < 200 ? 1 : 97) {
        ASSERT_FALSE(parse_encrypted_value(std::span(good).first(size), parameters())) << size;
    }
    for (std::size_t at = 0; at < good.size(); at += at < 200 ? 1 : 97) {
        Bytes bad = good;
        bad[at] ^= std::byte{4};
        ASSERT_FALSE(parse_encrypted_value(bad, parameters())) << at;
    }
}

TEST(EncryptedValue, ForgedFieldsAreRefusedByName) {
    const EncryptedValue value = small();
    const Bytes tile = serialize(value.tiles()[0]);
    const auto with = [&](std::uint8_t transposed, const std::string& name, const std::string& layout,
                          std::size_t tiles) {
        return forged([&](ByteWriter& out) {
            out.u8(transposed);
            out.string(name);
            out.string(layout);
            for (std::size_t i = 0; i < tiles; ++i) out.bytes(tile);
        });
    };
    EXPECT_TRUE(parse_encrypted_value(with(1, "x", "scalar unit 4x4", 1), parameters()));
    expect_refused(with(2, "x", "scalar unit 4x4", 1), "whether it is transposed is 2, not 0 or 1");
    expect_refused(with(0, "x\x1b", "scalar unit 4x4", 1), "control character");
    expect_refused(with(0, std::string(300, 'x'), "scalar unit 4x4", 1), "the name");
    expect_refused(with(0, "x", "scalar unit 4x5", 1), "powers of two");
    expect_refused(with(0, "x", std::string(200, 's'), 1), "the layout");
    expect_refused(with(0, "x", "scalar unit 1024x4", 1), "ciphertexts of 512 slots");
    expect_refused(with(0, "x", "scalar unit 4x4", 0), "the magic bytes");
    expect_refused(with(0, "x", "scalar unit 4x4", 2), "bytes");
    // 65536 tiles promised, one there: nothing is reserved for the others.
    expect_refused(with(0, "x", "matrix 256x256 unit 1x1 clean", 1), "the magic bytes");
    Bytes broken = tile;
    broken[100] ^= std::byte{1};
    expect_refused(forged([&](ByteWriter& out) {
                       out.u8(0);
                       out.string("x");
                       out.string("scalar unit 4x4");
                       out.bytes(broken);
                   }),
                   "tile 0 at offset 73: ciphertext: the checksum");
}

TEST(EncryptedValue, OfOtherParametersOrAnotherKindIsRefused) {
    const auto others = ckks::insecure_parameters_for_tests({.depth = 1, .log_ring_dimension = 10, .digits = 1});
    const EncryptedValue value = small();
    const auto parsed = parse_encrypted_value(serialize(value), others);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code(), ErrorCode::parameter_mismatch);
    expect_refused(ckks::serialize(value.tiles()[0]), "the bytes hold something else");
}

}  // namespace
}  // namespace tacit::runtime
