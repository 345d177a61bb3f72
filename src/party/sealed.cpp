#include "tacit/party/sealed.hpp"

#include <sodium.h>

#include <algorithm>

#include "base/fail.hpp"
#include "tacit/base/bytes.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::party {

namespace {

static_assert(sealing_overhead_bytes == crypto_scalarmult_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES);

/// One message is ever sealed under a key, so the nonce may be fixed.
constexpr std::array<unsigned char, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES> nonce{};

unsigned char* writable(std::span<std::byte> bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }
const unsigned char* readable(std::span<const std::byte> bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// The key of one message; false if a public key is of low order. The caller wipes it.
bool derive(Digest& key, std::span<const std::byte, 32> own_secret, std::span<const std::byte, 32> their_public,
            const SealingPublicKey& ephemeral, const SealingPublicKey& receiver) {
    std::array<std::byte, 32> shared{};
    const bool good = crypto_scalarmult(writable(shared), readable(own_secret), readable(their_public)) == 0;
    ByteWriter label;
    label.string("tacit sealed message 1");
    Hasher hasher;
    hasher.update(std::move(label).take());
    hasher.update(ephemeral);
    hasher.update(receiver);
    hasher.update(shared);
    key = hasher.finish();
    wipe(shared);
    return good;
}

}  // namespace

SealingKey::SealingKey(std::span<const std::byte, 32> secret) {
    std::ranges::copy(secret, secret_.begin());
    crypto_scalarmult_base(writable(public_), readable(secret_));
}

SealingKey::~SealingKey() { wipe(secret_); }

SealingKey::SealingKey(SealingKey&& other) noexcept : secret_(other.secret_), public_(other.public_) {
    wipe(other.secret_);
}

SealingKey SealingKey::create(Rng& rng) {
    std::array<std::byte, 32> secret{};
    rng.fill(std::span<std::byte>(secret));
    SealingKey key{std::span<const std::byte, 32>(secret)};
    wipe(secret);
    return key;
}

std::vector<std::byte> seal(const SealingPublicKey& receiver, std::span<const std::byte> message,
                            std::span<const std::byte> associated, Rng& rng) {
    const SealingKey ephemeral = SealingKey::create(rng);
    Digest key{};
    if (!derive(key, ephemeral.secret(), receiver, ephemeral.public_key(), receiver)) {
        fail(ErrorCode::invalid_argument, "seal: this is no public key of X25519; ask its owner for the right one");
    }
    std::vector<std::byte> out(message.size() + sealing_overhead_bytes);
    std::ranges::copy(ephemeral.public_key(), out.begin());
    crypto_aead_xchacha20poly1305_ietf_encrypt(writable(std::span(out).subspan(32)), nullptr, readable(message),
                                               message.size(), readable(associated), associated.size(), nullptr,
                                               nonce.data(), readable(key));
    wipe(key);
    return out;
}

Expected<std::vector<std::byte>> unseal(const SealingKey& own, std::span<const std::byte> sealed,
                                        std::span<const std::byte> associated) {
    const Error refusal(ErrorCode::malformed_input,
                        "this sealed message does not open: it was sealed for another place or key, or altered");
    if (sealed.size() < sealing_overhead_bytes) return refusal;
    SealingPublicKey ephemeral{};
    std::ranges::copy(sealed.first<32>(), ephemeral.begin());
    Digest key{};
    const bool good = derive(key, own.secret(), ephemeral, ephemeral, own.public_key());
    std::vector<std::byte> message(sealed.size() - sealing_overhead_bytes);
    const auto body = sealed.subspan(32);
    const int status = crypto_aead_xchacha20poly1305_ietf_decrypt(writable(message), nullptr, nullptr, readable(body),
                                                                  body.size(), readable(associated), associated.size(),
                                                                  nonce.data(), readable(key));
    wipe(key);
    if (!good || status != 0) return refusal;
    return message;
}

}  // namespace tacit::party
