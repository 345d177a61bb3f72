#include "tacit/party/sealed.hpp"

#include <openssl/pem.h>
#include <sodium.h>

#include <algorithm>
#include <string_view>

#include "base/fail.hpp"
#include "identity/openssl.hpp"
#include "party/hpke.hpp"
#include "tacit/base/files.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::party {

namespace {

/// Keeps these messages apart from whatever else the same key may be used for.
constexpr std::string_view info = "tacit sealed message";

/// Before the Ed25519 secret in the hash that makes an identity's sealing key.
constexpr std::string_view identity_label = "tacit sealing key of an identity 1";

constexpr std::string_view key_mark = "tacit sealing key 1\n";
constexpr std::size_t key_file_bytes = key_mark.size() + 32;

}  // namespace

SealingKey::SealingKey(std::span<const std::byte, 32> secret) {
    std::ranges::copy(secret, secret_.begin());
    crypto_scalarmult_base(reinterpret_cast<unsigned char*>(public_.data()),
                           reinterpret_cast<const unsigned char*>(secret_.data()));
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

SealingKey sealing_key_of(const identity::Identity& identity) {
    namespace openssl = identity::openssl;
    const auto pem = std::as_bytes(std::span(identity.secret_key_pem()));
    const openssl::Bio bio = openssl::reader(pem);
    const openssl::Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    std::array<std::byte, 32> seed{};
    std::size_t size = seed.size();
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519 ||
        EVP_PKEY_get_raw_private_key(key.get(), reinterpret_cast<unsigned char*>(seed.data()), &size) != 1) {
        ERR_clear_error();
        fail(ErrorCode::malformed_input, "the key of identity '{}' is no Ed25519 key; make a new identity",
             identity.name());
    }
    Hasher hasher;
    hasher.update(std::as_bytes(std::span(identity_label)));
    hasher.update(seed);
    Digest secret = hasher.finish();
    wipe(seed);
    SealingKey derived{std::span<const std::byte, 32>(secret)};
    wipe(secret);
    return derived;
}

void write_sealing_key(const std::filesystem::path& path, const SealingKey& key) {
    if (std::filesystem::exists(path)) {
        fail(ErrorCode::invalid_argument,
             "'{}' exists; choose another name, whatever was sealed to that key is lost "
             "without it",
             path.string());
    }
    std::vector<std::byte> bytes(key_file_bytes);
    std::ranges::copy(std::as_bytes(std::span(key_mark)), bytes.begin());
    std::ranges::copy(key.secret(), bytes.begin() + key_mark.size());
    write_file_atomically(path, bytes, FileMode::owner_only);
    wipe(bytes);
}

SealingKey read_sealing_key(const std::filesystem::path& path) {
    using std::filesystem::perms;
    std::error_code error;
    const perms mode = std::filesystem::status(path, error).permissions();
    if (!error && (mode & (perms::group_all | perms::others_all)) != perms::none) {
        fail(ErrorCode::io_failure, "'{}' may be read by others; run `chmod 600` on it, or make a new key if it was",
             path.string());
    }
    std::vector<std::byte> bytes = read_file(path, key_file_bytes);
    const auto mark = std::as_bytes(std::span(key_mark));
    if (bytes.size() != key_file_bytes || !std::ranges::equal(std::span(bytes).first(mark.size()), mark)) {
        wipe(bytes);
        fail(ErrorCode::malformed_input, "'{}' is no sealing key", path.string());
    }
    SealingKey key{std::span(bytes).last<32>()};
    wipe(bytes);
    return key;
}

std::vector<std::byte> seal(const SealingPublicKey& receiver, std::span<const std::byte> message,
                            std::span<const std::byte> associated, Rng& rng) {
    return hpke::seal(SealingKey::create(rng), receiver, info, message, associated);
}

Expected<std::vector<std::byte>> unseal(const SealingKey& own, std::span<const std::byte> sealed,
                                        std::span<const std::byte> associated) {
    const Error refusal(ErrorCode::malformed_input,
                        "this sealed message does not open: it was sealed for another place or key, or altered");
    if (sealed.size() < sealing_overhead_bytes) return refusal;
    std::vector<std::byte> message(sealed.size() - sealing_overhead_bytes);
    if (!hpke::open(own, info, sealed, associated, message)) {
        wipe(message);
        return refusal;
    }
    return message;
}

}  // namespace tacit::party
