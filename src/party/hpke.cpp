#include "party/hpke.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <memory>

#include "base/fail.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::party::hpke {

namespace {

using Bytes = std::span<const std::byte>;
using Block = std::array<std::byte, crypto_auth_hmacsha256_BYTES>;

constexpr std::size_t key_bytes = 16;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
static_assert(sealing_overhead_bytes == crypto_scalarmult_BYTES + tag_bytes);

constexpr std::string_view kem_suite("KEM\x00\x20", 5);
constexpr std::string_view suite("HPKE\x00\x20\x00\x01\x00\x01", 10);

unsigned char* writable(std::span<std::byte> bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }
/// Never null, not for empty bytes either: libsodium's functions are declared so.
const unsigned char* readable(Bytes bytes) {
    static constexpr unsigned char nothing = 0;
    return bytes.empty() ? &nothing : reinterpret_cast<const unsigned char*>(bytes.data());
}
Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

/// HMAC-SHA-256 of pieces one after the other.
Block hmac(Bytes key, std::initializer_list<Bytes> pieces) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, readable(key), key.size());
    for (const Bytes piece : pieces) crypto_auth_hmacsha256_update(&state, readable(piece), piece.size());
    Block out{};
    crypto_auth_hmacsha256_final(&state, writable(out));
    sodium_memzero(&state, sizeof state);
    return out;
}

/// LabeledExtract and LabeledExpand of section 4; nothing longer than one block is ever expanded.
Block extract(std::string_view of, Bytes salt, std::string_view label, Bytes input) {
    return hmac(salt, {bytes_of("HPKE-v1"), bytes_of(of), bytes_of(label), input});
}
Block expand(std::string_view of, const Block& key, std::string_view label, Bytes info, std::size_t length) {
    const std::array<std::byte, 2> size{std::byte{0}, static_cast<std::byte>(length)};
    constexpr std::array<std::byte, 1> first{std::byte{1}};
    return hmac(key, {size, bytes_of("HPKE-v1"), bytes_of(of), bytes_of(label), info, first});
}

/// What one message is encrypted under; wiped at the end.
struct Keys {
    Block key{};
    Block nonce{};
    Keys() = default;
    Keys(const Keys&) = delete;
    Keys& operator=(const Keys&) = delete;
    ~Keys() {
        wipe(key);
        wipe(nonce);
    }
};

/// False if a public key is of low order.
bool derive(Keys& keys, Bytes own_secret, Bytes their_public, Bytes encapsulated, Bytes receiver,
            std::string_view info) {
    Block shared{};
    const bool good = crypto_scalarmult(writable(shared), readable(own_secret), readable(their_public)) == 0;
    std::array<std::byte, 64> both{};
    std::ranges::copy(encapsulated, both.begin());
    std::ranges::copy(receiver, both.begin() + 32);
    Block secret = extract(kem_suite, {}, "eae_prk", shared);
    shared = expand(kem_suite, secret, "shared_secret", both, 32);
    std::array<std::byte, 65> context{};  // mode 0: base
    std::ranges::copy(extract(suite, {}, "psk_id_hash", {}), context.begin() + 1);
    std::ranges::copy(extract(suite, {}, "info_hash", bytes_of(info)), context.begin() + 33);
    secret = extract(suite, shared, "secret", {});
    keys.key = expand(suite, secret, "key", context, key_bytes);
    keys.nonce = expand(suite, secret, "base_nonce", context, nonce_bytes);
    wipe(shared);
    wipe(secret);
    return good;
}

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

/// Only memory and the library itself can fail here.
void require(bool good) {
    if (!good) fail(ErrorCode::internal, "AES-128-GCM of OpenSSL failed");
}

int length_of(Bytes bytes) {
    if (bytes.size() > (std::size_t{1} << 30)) {
        fail(ErrorCode::invalid_argument, "sealing {} bytes in one message; at most 1 GiB", bytes.size());
    }
    return static_cast<int>(bytes.size());
}

/// A context that has taken in key, nonce and associated data.
Context begin(const Keys& keys, Bytes associated, bool encrypt) {
    Context context(EVP_CIPHER_CTX_new());
    require(context != nullptr && EVP_CipherInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, readable(keys.key),
                                                    readable(keys.nonce), encrypt ? 1 : 0) == 1);
    int done = 0;
    require(EVP_CipherUpdate(context.get(), nullptr, &done, readable(associated), length_of(associated)) == 1);
    return context;
}

}  // namespace

std::vector<std::byte> seal(const SealingKey& ephemeral, const SealingPublicKey& receiver, std::string_view info,
                            Bytes message, Bytes associated) {
    Keys keys;
    if (!derive(keys, ephemeral.secret(), receiver, ephemeral.public_key(), receiver, info)) {
        fail(ErrorCode::invalid_argument, "seal: this is no public key of X25519; ask its owner for the right one");
    }
    std::vector<std::byte> out(message.size() + sealing_overhead_bytes);
    std::ranges::copy(ephemeral.public_key(), out.begin());
    const Context context = begin(keys, associated, true);
    const auto body = std::span(out).subspan(32);
    int done = 0;
    require(EVP_CipherUpdate(context.get(), writable(body), &done, readable(message), length_of(message)) == 1);
    require(EVP_CipherFinal_ex(context.get(), writable(body.subspan(message.size())), &done) == 1);
    require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_bytes),
                                writable(body.subspan(message.size()))) == 1);
    return out;
}

bool open(const SealingKey& receiver, std::string_view info, Bytes sealed, Bytes associated,
          std::span<std::byte> message) {
    const Bytes encapsulated = sealed.first(32);
    Keys keys;
    const bool good = derive(keys, receiver.secret(), encapsulated, encapsulated, receiver.public_key(), info);
    const Context context = begin(keys, associated, false);
    std::array<std::byte, tag_bytes> tag{};
    std::ranges::copy(sealed.last(tag_bytes), tag.begin());
    const Bytes body = sealed.subspan(32, message.size());
    int done = 0;
    require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_bytes), writable(tag)) == 1);
    require(EVP_CipherUpdate(context.get(), writable(message), &done, readable(body), length_of(body)) == 1);
    std::array<std::byte, 16> rest{};
    return (EVP_CipherFinal_ex(context.get(), writable(rest), &done) == 1) && good;
}

}  // namespace tacit::party::hpke
