#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "tacit/ckks/ciphertext.hpp"

namespace tacit::learn {

/// Ciphertexts one after the other from bytes of a file, which may be mapped and larger than memory.
class CiphertextReader {
public:
    /// Views `bytes`; the path is for messages.
    CiphertextReader(const std::filesystem::path& path, std::span<const std::byte> bytes,
                     const ckks::Parameters& parameters);
    [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
    /// Throws malformed_input if there is none or it does not parse, parameter_mismatch for another type; the message
    /// names file and position.
    [[nodiscard]] ckks::Ciphertext next(const ckks::CiphertextType& type);
    /// Throws malformed_input if there are more.
    void expect_end() const;
    [[nodiscard]] std::uint64_t bytes_left() const noexcept { return rest_.size(); }

private:
    std::string name_;
    ckks::Parameters parameters_;
    std::span<const std::byte> rest_;
    std::size_t count_ = 0;
};

}  // namespace tacit::learn
