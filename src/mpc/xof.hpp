#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>

#include "mpc/field128.hpp"
#include "mpc/turboshake.hpp"

namespace tacit::mpc {

using ByteView = std::span<const std::byte>;
inline constexpr std::size_t seed_bytes = 32;

/// Elements as little-endian integers of the field's size. Shapes: out is elements.size() * F::encoded_bytes long.
template <class F>
void encode(std::span<const F> elements, std::span<std::byte> out) {
    for (const F& element : elements) {
        Wide value = element.integer();
        for (std::byte& byte : out.first(F::encoded_bytes)) {
            byte = static_cast<std::byte>(value);
            value >>= 8;
        }
        out = out.subspan(F::encoded_bytes);
    }
}

/// The integer of little-endian bytes.
inline Wide little_endian(ByteView bytes) {
    Wide value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = (value << 8) | std::to_integer<std::uint8_t>(bytes[i]);
    return value;
}

/// XofTurboShake128 of [VDAF]: pseudorandom bytes and field elements from a seed, for one purpose (`tag`) and one
/// binder, given in pieces.
class Xof {
public:
    Xof(ByteView seed, std::initializer_list<ByteView> tag, std::initializer_list<ByteView> binder) : sponge_(1) {
        std::size_t length = 0;
        for (const ByteView piece : tag) length += piece.size();
        sponge_.absorb(std::array{static_cast<std::byte>(length), static_cast<std::byte>(length >> 8)});
        for (const ByteView piece : tag) sponge_.absorb(piece);
        sponge_.absorb(std::array{static_cast<std::byte>(seed.size())});
        sponge_.absorb(seed);
        for (const ByteView piece : binder) sponge_.absorb(piece);
    }

    void fill(std::span<std::byte> out) { sponge_.squeeze(out); }
    /// Uniform elements: integers of the field's size, those that are too large left out.
    template <class F>
    void fill(std::span<F> out) {
        std::array<std::byte, F::encoded_bytes> bytes{};
        for (F& element : out) {
            Wide value = 0;
            do {
                sponge_.squeeze(bytes);
                value = little_endian(bytes);
            } while (!F::is_canonical(value));
            element = F::from_integer(value);
        }
    }

private:
    TurboShake128 sponge_;
};

}  // namespace tacit::mpc
