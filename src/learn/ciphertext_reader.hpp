#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "tacit/base/hash.hpp"
#include "tacit/ckks/ciphertext.hpp"

namespace tacit::learn {

/// Names a file of ciphertexts: BLAKE2b-256 of their checksums, which cover all their bytes. Who has read them has
/// compared the checksums, so that nothing is hashed twice; who reads some of them can still say which file it is.
class CiphertextFingerprint {
public:
    /// The bytes of the next ciphertext.
    void add(std::span<const std::byte> object);
    /// In hex; once.
    [[nodiscard]] std::string finish() { return to_hex(hasher_.finish()); }

private:
    Hasher hasher_;
};

/// The next object of a stream; throws malformed_input if it does not end within it.
[[nodiscard]] std::span<const std::byte> next_object(std::span<const std::byte>& rest);

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
    /// Passes over one that is not wanted.
    void skip();
    /// Throws malformed_input if there are more.
    void expect_end() const;
    [[nodiscard]] std::uint64_t bytes_left() const noexcept { return rest_.size(); }
    /// Of all that were read or passed over, in hex; once.
    [[nodiscard]] std::string fingerprint() { return fingerprint_.finish(); }

private:
    template <class Read>
    auto at_next(Read&& read);
    std::string name_;
    ckks::Parameters parameters_;
    std::span<const std::byte> rest_;
    std::size_t count_ = 0;
    CiphertextFingerprint fingerprint_{};
};

}  // namespace tacit::learn
