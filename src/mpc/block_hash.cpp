#include "mpc/block_hash.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/fail.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::mpc {

namespace {

constexpr std::size_t batch = 512;  // blocks that stay in the nearest cache

const EVP_CIPHER* aes_128_ecb() {
    static const EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, "AES-128-ECB", nullptr);  // never freed
    if (cipher == nullptr) fail(ErrorCode::internal, "OpenSSL has no AES-128-ECB; is its configuration broken?");
    return cipher;
}

}  // namespace

struct BlockHash::State {
    explicit State(const Digest& key) : context(EVP_CIPHER_CTX_new()) {
        if (context == nullptr ||
            EVP_EncryptInit_ex2(context, aes_128_ecb(), reinterpret_cast<const unsigned char*>(key.data()), nullptr,
                                nullptr) != 1 ||
            EVP_CIPHER_CTX_set_padding(context, 0) != 1) {
            EVP_CIPHER_CTX_free(context);
            fail(ErrorCode::internal, "AES-128 could not be set up");
        }
    }
    ~State() {
        EVP_CIPHER_CTX_free(context);
        wipe(std::as_writable_bytes(std::span(scratch)));
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    void permute(std::span<Block> blocks) {
        auto* const bytes = reinterpret_cast<unsigned char*>(blocks.data());
        const int size = static_cast<int>(blocks.size_bytes());
        int written = 0;
        const int ok = EVP_EncryptUpdate(context, bytes, &written, bytes, size);
        TACIT_ASSERT(ok == 1 && written == size);
    }

    EVP_CIPHER_CTX* context;
    std::array<Block, batch> scratch{};
};

BlockHash::BlockHash(const party::Party& me)
    : state_(std::make_unique<State>(me.hash("key of the block hash", 0, {}))) {}
BlockHash::~BlockHash() = default;
BlockHash::BlockHash(BlockHash&&) noexcept = default;
BlockHash& BlockHash::operator=(BlockHash&&) noexcept = default;

void BlockHash::hash(std::span<Block> values, std::span<const Block> tweaks) {
    for (std::size_t first = 0; first < values.size(); first += batch) {
        const auto part = values.subspan(first, std::min(batch, values.size() - first));
        const auto outer = std::span(state_->scratch).first(part.size());
        state_->permute(part);
        for (std::size_t j = 0; j < part.size(); ++j) outer[j] = part[j] ^ tweaks[first + j];
        state_->permute(outer);
        for (std::size_t j = 0; j < part.size(); ++j) part[j] ^= outer[j];
    }
}

}  // namespace tacit::mpc
