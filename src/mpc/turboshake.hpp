#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tacit::mpc {

/// Keccak-p[1600] in the sponge of SHAKE128: a rate of 168 bytes and 12 rounds, TurboSHAKE128 of [RFC9861]. Wipes its
/// state. With 24 rounds and domain 0x1F it is SHAKE128 of FIPS 202, which the tests compare.
class TurboShake128 {
public:
    static constexpr std::size_t rate = 168;

    explicit TurboShake128(std::uint8_t domain, int rounds = 12) noexcept : domain_(domain), rounds_(rounds) {}
    ~TurboShake128();
    TurboShake128(const TurboShake128&) = delete;
    TurboShake128& operator=(const TurboShake128&) = delete;

    /// Before the first `squeeze` only.
    void absorb(std::span<const std::byte> bytes) noexcept;
    /// The next bytes of the output, of any length.
    void squeeze(std::span<std::byte> out) noexcept;

private:
    void permute() noexcept;
    /// By at most what is left of the block; a full block is permuted.
    void advance(std::size_t bytes) noexcept {
        position_ += bytes;
        if (position_ < rate) return;
        permute();
        position_ = 0;
    }
    void add_byte(std::size_t position, std::uint8_t value) noexcept {
        state_[position / 8] ^= static_cast<std::uint64_t>(value) << (8 * (position % 8));
    }

    std::array<std::uint64_t, 25> state_{};
    std::size_t position_ = 0;  // bytes absorbed into, or squeezed from, the current block
    std::uint8_t domain_;
    int rounds_;
    bool squeezing_ = false;
};

}  // namespace tacit::mpc
