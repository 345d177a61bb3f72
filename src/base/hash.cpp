#include "tacit/base/hash.hpp"

#include <sodium.h>

#include <string_view>

#include "tacit/base/error.hpp"

namespace tacit {

namespace {

using State = crypto_generichash_blake2b_state;

State* as_state(void* bytes) { return static_cast<State*>(bytes); }

}  // namespace

Hasher::Hasher() {
    static_assert(sizeof(State) <= sizeof state_ && alignof(State) <= alignof(Hasher));
    TACIT_ASSERT(sodium_init() >= 0);
    crypto_generichash_blake2b_init(as_state(state_.data()), nullptr, 0, sizeof(Digest));
}

void Hasher::update(std::span<const std::byte> bytes) {
    TACIT_ASSERT(!finished_);
    crypto_generichash_blake2b_update(as_state(state_.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                                      bytes.size());
}

void Hasher::update(std::uint64_t word) {
    std::array<std::byte, 8> bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(word >> (8 * i));
    update(bytes);
}

Digest Hasher::finish() {
    TACIT_ASSERT(!finished_);
    finished_ = true;
    Digest digest;
    crypto_generichash_blake2b_final(as_state(state_.data()), reinterpret_cast<unsigned char*>(digest.data()),
                                     digest.size());
    return digest;
}

std::string to_hex(std::span<const std::byte> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const std::byte byte : bytes) {
        text += digits[std::to_integer<std::size_t>(byte >> 4)];
        text += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
    }
    return text;
}

}  // namespace tacit
