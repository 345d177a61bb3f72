#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "tacit/mpc/secret_vector.hpp"

/// What one party holds of secrets that are shared among three or four (tacit/mpc/replicated.hpp), and what it can do
/// with them alone. Nothing here costs messages.
namespace tacit::mpc {

inline constexpr std::size_t max_replicated_parties = 4;

/// A secret vector x is x_0 + ... + x_{n-1}; party m holds every component but x_m, which is empty there.
using Components = std::array<SecretVector<std::uint64_t>, max_replicated_parties>;

/// A vector of secret numbers modulo 2^64; signed ones in two's complement.
struct Numbers {
    Components parts;
    std::size_t size = 0;

    Numbers& operator+=(const Numbers& other);
    Numbers& operator-=(const Numbers& other);
    /// A public number to or from every entry.
    Numbers& operator+=(std::uint64_t value);
    Numbers& operator*=(std::uint64_t value);
};
/// Sizes must be equal, else invalid_argument.
[[nodiscard]] Numbers operator+(Numbers x, const Numbers& y);
[[nodiscard]] Numbers operator-(Numbers x, const Numbers& y);
/// Entries [first, first + count).
[[nodiscard]] Numbers slice(const Numbers& x, std::size_t first, std::size_t count);
/// One after the other.
[[nodiscard]] Numbers join(std::initializer_list<const Numbers*> pieces);
/// Entry i of the result is entry order[i].
[[nodiscard]] Numbers gather(const Numbers& x, std::span<const std::uint32_t> order);
/// The sum of all entries: one number.
[[nodiscard]] Numbers sum(const Numbers& x);

/// How bits lie in words: `planes` rows of `lanes` bits. Bit l of plane p is bit l % 64 of word p * lane_words() + l /
/// 64; a vector of numbers has one lane for each and plane j holds their bits j. What is past the last lane is
/// undefined.
struct BitShape {
    std::size_t planes = 0;
    std::size_t lanes = 0;

    [[nodiscard]] std::size_t lane_words() const noexcept { return (lanes + 63) / 64; }
    [[nodiscard]] std::size_t words() const noexcept { return planes * lane_words(); }
    bool operator==(const BitShape&) const = default;
};

/// Planes that hold the numbers 0 to count - 1; at least 1.
[[nodiscard]] std::size_t planes_for(std::size_t count) noexcept;

/// Bits in the clear.
struct ClearBits {
    BitShape shape;
    std::vector<std::uint64_t> words;

    ClearBits() = default;
    explicit ClearBits(BitShape of) : shape(of), words(of.words()) {}
    /// `planes` bits of each value, one lane a value.
    ClearBits(std::span<const std::uint64_t> values, std::size_t planes);
    [[nodiscard]] bool at(std::size_t plane, std::size_t lane) const {
        return ((words[plane * shape.lane_words() + lane / 64] >> (lane % 64)) & 1U) != 0;
    }
    void set(std::size_t plane, std::size_t lane) {
        words[plane * shape.lane_words() + lane / 64] |= std::uint64_t{1} << (lane % 64);
    }
    /// The number in each lane. At most 64 planes.
    [[nodiscard]] std::vector<std::uint64_t> values() const;
};

/// Secret bits: components are added by exclusive or.
struct Bits {
    Components parts;
    BitShape shape;

    Bits& operator^=(const Bits& other);
};
/// Shapes must be equal, else invalid_argument.
[[nodiscard]] Bits operator^(Bits x, const Bits& y);
/// Exclusive or with public bits.
[[nodiscard]] Bits operator^(Bits x, const ClearBits& y);
[[nodiscard]] Bits operator~(Bits x);
/// And with public bits.
[[nodiscard]] Bits operator&(Bits x, const ClearBits& y);
/// The named planes, in that order.
[[nodiscard]] Bits pick(const Bits& x, std::span<const std::size_t> planes);
/// Planes [first, first + count).
[[nodiscard]] Bits planes(const Bits& x, std::size_t first, std::size_t count);
/// The planes of all pieces, which have the same lanes, one above the other.
[[nodiscard]] Bits stack(std::initializer_list<const Bits*> pieces);
/// One plane again and again.
[[nodiscard]] Bits repeat(const Bits& plane, std::size_t count);
/// The lanes of all pieces, which have the same planes, side by side, each beginning a new word.
[[nodiscard]] Bits beside(std::initializer_list<const Bits*> pieces);
/// `lanes` lanes from `first` on, a multiple of 64.
[[nodiscard]] Bits lanes(const Bits& x, std::size_t first, std::size_t count);
/// Lanes 0, 2, 4, … and 1, 3, 5, …, half of them, rounded up; a missing last one is 0.
[[nodiscard]] Bits even_lanes(const Bits& x);
[[nodiscard]] Bits odd_lanes(const Bits& x);
/// Lane i of the result is lane order[i].
[[nodiscard]] Bits gather(const Bits& x, std::span<const std::uint32_t> order);
/// Shares of one lane each become lanes 0, 1, 2, … of one share with `count` planes. Throws invalid_argument for
/// others.
[[nodiscard]] Bits collect(std::span<const Bits> single, std::size_t count);
/// Sets to 0 what is past the last lane.
void clear_padding(Bits& x);

}  // namespace tacit::mpc
