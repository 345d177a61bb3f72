#include "tacit/base/secret.hpp"

#include <sodium.h>

#include <cstdint>
#include <limits>
#include <new>
#include <utility>

#include "base/secret_trace.hpp"
#include "tacit/base/error.hpp"

namespace tacit {

SecretTrace secret_trace = nullptr;

namespace {
constexpr std::size_t alignment = 64;

/// Whole cache lines: sodium_malloc puts the end of a block at a page border, so the start of a block
/// is aligned exactly when its length is.
std::size_t rounded_bytes(std::size_t size) {
    if (size > std::numeric_limits<std::size_t>::max() / (2 * sizeof(double))) throw std::bad_alloc();
    return (size * sizeof(double) + alignment - 1) / alignment * alignment;
}
}  // namespace

SecretBuffer::SecretBuffer(std::size_t size) : size_(size) {
    if (size == 0) return;
    if (sodium_init() < 0) throw Error(ErrorCode::internal, "libsodium cannot be initialised");
    const std::size_t bytes = rounded_bytes(size);
    void* block = sodium_malloc(bytes);
    if (block == nullptr) throw std::bad_alloc();
    TACIT_ASSERT(reinterpret_cast<std::uintptr_t>(block) % alignment == 0);
    sodium_memzero(block, bytes);
    data_ = static_cast<double*>(block);
}

SecretBuffer::~SecretBuffer() { release(); }

SecretBuffer::SecretBuffer(SecretBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBuffer& SecretBuffer::operator=(SecretBuffer&& other) noexcept {
    if (this == &other) return *this;
    release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    return *this;
}

void SecretBuffer::wipe() noexcept {
    if (data_ != nullptr) sodium_memzero(data_, size_ * sizeof(double));
}

void SecretBuffer::release() noexcept {
    if (data_ == nullptr) return;
    wipe();
    if (secret_trace != nullptr) secret_trace(std::as_bytes(span()));
    sodium_free(data_);
    data_ = nullptr;
    size_ = 0;
}

void wipe(std::span<std::byte> bytes) noexcept {
    if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
}

}  // namespace tacit
