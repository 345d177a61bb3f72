#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace tacit {

/// A public seed: it travels in files and messages and stands for the uniform values it expands to.
using Seed = std::array<std::byte, 32>;

/// A cryptographically strong generator: the keystream of AES-256 in counter mode.
///
/// The expansion is part of the file format. Stream s of a seed is the byte sequence
///     AES-256(key = seed, block 0) || AES-256(key = seed, block 1) || ...
/// where block j is the 16 bytes LE64(s) || BE64(j): the stream number little endian, then the block
/// counter big endian (the counter of NIST SP 800-38A with initial value LE64(s) || 0). Word i of the
/// stream is bytes 8i .. 8i+7 read little endian. Every call takes the next bytes of this one
/// sequence, however the calls are cut: fill, next and new_seed may be mixed.
///
/// One generator belongs to one thread at a time. Independent work takes streams of its own. Its key
/// and its unread bytes are wiped on destruction. A moved-from generator may only be assigned to or
/// destroyed.
class Rng {
public:
    /// A generator with a fresh key from the operating system, for secrets and new seeds.
    [[nodiscard]] static Rng from_system();
    /// The documented expansion of `seed`; the same on every machine.
    explicit Rng(const Seed& seed, std::uint64_t stream = 0);
    ~Rng();
    Rng(Rng&& other) noexcept;
    Rng& operator=(Rng&& other) noexcept;
    Rng(const Rng&) = delete;
    Rng& operator=(const Rng&) = delete;

    /// Uniform bytes.
    void fill(std::span<std::byte> out);
    /// Uniform 64-bit words.
    void fill(std::span<std::uint64_t> out);
    /// One uniform 64-bit word.
    [[nodiscard]] std::uint64_t next();
    /// 32 fresh bytes for a public seed. They are output of this generator, never its key.
    [[nodiscard]] Seed new_seed();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tacit
