#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "tacit/base/files.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/ckks/ciphertext.hpp"

namespace tacit::learn {

/// Ciphertexts one after the other from a file that may be larger than memory.
class CiphertextReader {
public:
    /// Throws io_failure.
    CiphertextReader(const std::filesystem::path& path, const ckks::Parameters& parameters);
    [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
    /// Throws malformed_input if there is none or it does not parse, parameter_mismatch for another type; the message
    /// names file and position.
    [[nodiscard]] ckks::Ciphertext next(const ckks::CiphertextType& type);
    /// Throws malformed_input if there are more.
    void expect_end() const;
    /// BLAKE2b-256 of what was read, in hex. Once, after the last one.
    [[nodiscard]] std::string fingerprint() { return to_hex(hasher_.finish()); }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return file_.bytes().size(); }
    [[nodiscard]] std::uint64_t bytes_left() const noexcept { return rest_.size(); }

private:
    std::string name_;
    ckks::Parameters parameters_;
    MappedFile file_;
    std::span<const std::byte> rest_;
    std::size_t count_ = 0;
    Hasher hasher_;
};

}  // namespace tacit::learn
