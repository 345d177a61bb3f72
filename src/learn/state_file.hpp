#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/ckks/ciphertext.hpp"
#include "tacit/learn/records.hpp"

/// States between segments in files: a line of JSON, ciphertexts, and BLAKE2b-256 of both (docs/formats.md).
namespace tacit::learn {

/// One line, without its end.
[[nodiscard]] std::string to_line(const StateRecord& record);
/// Of such a line, from anywhere; every flaw is malformed_input.
[[nodiscard]] Expected<StateRecord> parse_state_record(std::string_view line);

struct StateFile {
    StateRecord record{};
    std::vector<ckks::Ciphertext> ciphertexts{};
    std::string fingerprint;  ///< of the file, in hex
    std::uint64_t bytes = 0;
};

/// Writes the file, whole or not at all; its size.
std::uint64_t write_state(const std::filesystem::path& path, const StateRecord& record,
                          std::span<const ckks::Ciphertext> ciphertexts);

/// Reads a file that must hold a ciphertext of each of these types. Throws with its path: malformed_input for bytes
/// that were damaged or are no state, parameter_mismatch for other ciphertexts.
[[nodiscard]] StateFile read_state(const std::filesystem::path& path, const ckks::Parameters& parameters,
                                   std::span<const ckks::CiphertextType> types);

/// Its record alone, and the fingerprint; the ciphertexts are not looked at beyond the hash.
[[nodiscard]] StateFile read_state_record(const std::filesystem::path& path);

}  // namespace tacit::learn
