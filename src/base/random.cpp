#include "tacit/base/random.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/fail.hpp"
#include "base/secret_trace.hpp"

namespace tacit {

static_assert(std::endian::native == std::endian::little, "words of the keystream are little endian");

namespace {

constexpr std::size_t buffer_bytes = 4096;
constexpr std::size_t bulk_bytes = 16384;

/// The input that turns encryption into bare keystream.
alignas(64) constexpr std::array<unsigned char, bulk_bytes> zeros{};

const EVP_CIPHER* aes_256_ctr() {
    // Fetched once: OpenSSL 3 would look the algorithm up again for every context. Never freed.
    static const EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, "AES-256-CTR", nullptr);
    if (cipher == nullptr) fail(ErrorCode::internal, "OpenSSL has no AES-256-CTR; is its configuration broken?");
    return cipher;
}

}  // namespace

struct Rng::State {
    State(const Seed& seed, std::uint64_t stream) {
        std::array<unsigned char, 16> first_block{};
        std::memcpy(first_block.data(), &stream, sizeof stream);
        context = EVP_CIPHER_CTX_new();
        if (context == nullptr ||
            EVP_EncryptInit_ex2(context, aes_256_ctr(), reinterpret_cast<const unsigned char*>(seed.data()),
                                first_block.data(), nullptr) != 1) {
            EVP_CIPHER_CTX_free(context);
            fail(ErrorCode::internal, "AES-256-CTR could not be set up for stream {}", stream);
        }
    }
    ~State() {
        EVP_CIPHER_CTX_free(context);  // wipes the key schedule
        sodium_memzero(buffer.data(), buffer.size());
        if (secret_trace != nullptr) secret_trace(buffer);
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    /// The next bytes of the keystream, past the buffer.
    void generate(std::byte* out, std::size_t count) {
        while (count > 0) {
            const std::size_t step = std::min(count, bulk_bytes);
            int written = 0;
            const int ok = EVP_EncryptUpdate(context, reinterpret_cast<unsigned char*>(out), &written, zeros.data(),
                                             static_cast<int>(step));
            TACIT_ASSERT(ok == 1 && static_cast<std::size_t>(written) == step);
            out += step;
            count -= step;
        }
    }

    /// Moves unread bytes out of the buffer, leaving zeros there.
    std::size_t drain(std::byte* out, std::size_t count) {
        const std::size_t taken = std::min(count, buffer.size() - position);
        if (taken == 0) return 0;
        std::memcpy(out, buffer.data() + position, taken);
        std::memset(buffer.data() + position, 0, taken);
        position += taken;
        return taken;
    }

    void take(std::byte* out, std::size_t count) {
        const std::size_t taken = drain(out, count);
        out += taken;
        count -= taken;
        if (count >= buffer.size()) {
            generate(out, count);
        } else if (count > 0) {
            generate(buffer.data(), buffer.size());
            position = 0;
            drain(out, count);
        }
    }

    EVP_CIPHER_CTX* context = nullptr;
    std::size_t position = buffer_bytes;
    alignas(64) std::array<std::byte, buffer_bytes> buffer{};
};

Rng::Rng(const Seed& seed, std::uint64_t stream) : state_(std::make_unique<State>(seed, stream)) {}
Rng::~Rng() = default;
Rng::Rng(Rng&& other) noexcept = default;
Rng& Rng::operator=(Rng&& other) noexcept = default;

Rng Rng::from_system() {
    if (sodium_init() < 0) {
        fail(ErrorCode::internal, "no random key: the operating system's generator cannot be opened");
    }
    struct Key {
        ~Key() { sodium_memzero(bytes.data(), bytes.size()); }
        Seed bytes{};
    } key;
    randombytes_buf(key.bytes.data(), key.bytes.size());
    return Rng(key.bytes);
}

void Rng::fill(std::span<std::byte> out) { state_->take(out.data(), out.size()); }

void Rng::fill(std::span<std::uint64_t> out) { fill(std::as_writable_bytes(out)); }

std::uint64_t Rng::next() {
    std::uint64_t word = 0;
    State& state = *state_;
    if (buffer_bytes - state.position >= sizeof word) {
        std::byte* const place = state.buffer.data() + state.position;
        std::memcpy(&word, place, sizeof word);
        std::memset(place, 0, sizeof word);
        state.position += sizeof word;
    } else {
        state.take(reinterpret_cast<std::byte*>(&word), sizeof word);
    }
    return word;
}

Seed Rng::new_seed() {
    Seed seed;
    fill(seed);
    return seed;
}

}  // namespace tacit
