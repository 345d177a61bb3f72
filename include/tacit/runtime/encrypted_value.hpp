#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/ckks/ciphertext.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/linalg/dense.hpp"
#include "tacit/linalg/program.hpp"

namespace tacit::runtime {

/// An encrypted matrix, vector or scalar as one object: its name, which slots of which tiles hold what, and the
/// ciphertext of each tile. This is what travels between the owner of the data and the service. Moves; copies by
/// `clone()`, as ciphertexts do.
class EncryptedValue {
public:
    /// The tiles in the order of the layout, at any levels. `invalid_argument` unless there is one for each tile of the
    /// layout, all under the same parameters, whose slots are a multiple of the unit's, and the name has 1 to 255 bytes
    /// without quotes, backslashes and control characters; `parameter_mismatch` for tiles of different parameters.
    EncryptedValue(linalg::Description what, std::vector<ckks::Ciphertext> tiles);
    [[nodiscard]] EncryptedValue clone() const;

    [[nodiscard]] const std::string& name() const noexcept { return what_.name; }
    [[nodiscard]] const linalg::Description& description() const noexcept { return what_; }
    [[nodiscard]] const ckks::Parameters& parameters() const noexcept { return tiles_.front().parameters(); }
    [[nodiscard]] std::span<const ckks::Ciphertext> tiles() const noexcept { return tiles_; }
    /// The tiles alone; the value is empty afterwards.
    [[nodiscard]] std::vector<ckks::Ciphertext> take_tiles() && { return std::move(tiles_); }

private:
    linalg::Description what_;
    std::vector<ckks::Ciphertext> tiles_;
};

/// Packs and encrypts; every tile at `level`, the highest by default. Rest slots are zero. `invalid_argument` if the
/// shape is not that of the description, or as above. Cost: one encryption for each tile.
[[nodiscard]] EncryptedValue encrypt(const ckks::Encryptor& encryptor, const linalg::Description& what,
                                     const linalg::Dense& matrix, std::optional<int> level = {});

/// The elements, in the shape that they have in the program: padding, copies and garbage are left out. For the owner of
/// the key alone; see ckks::Decryptor. Cost: one decryption for each tile.
[[nodiscard]] linalg::Dense decrypt(const ckks::Decryptor& decryptor, const EncryptedValue& value);

/// The value of this name. `invalid_argument` with the names that there are if there is none.
[[nodiscard]] const EncryptedValue& find(std::span<const EncryptedValue> values, const std::string& name);

/// The binary form, docs/formats.md: canonical, with a checksum over layout and tiles together.
[[nodiscard]] std::vector<std::byte> serialize(const EncryptedValue& value);
/// Exactly serialize(value).size(), without the work.
[[nodiscard]] std::uint64_t serialized_size(const EncryptedValue& value);
/// Takes bytes from anywhere; errors as the parsers of ckks. Memory beyond that of the bytes is taken tile by tile,
/// after each tile's size was held against them.
[[nodiscard]] Expected<EncryptedValue> parse_encrypted_value(std::span<const std::byte> bytes,
                                                             const ckks::Parameters& parameters);

}  // namespace tacit::runtime
