#include "tacit/base/aligned.hpp"

#include <oneapi/tbb/scalable_allocator.h>
#include <sodium.h>

#include <cstdlib>
#include <limits>
#include <new>

#include "base/memory.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define TACIT_PLAIN_BUFFERS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TACIT_PLAIN_BUFFERS 1
#endif
#endif

namespace tacit {

namespace {
constexpr std::size_t alignment = 64;
}  // namespace

#ifdef TACIT_PLAIN_BUFFERS
// AddressSanitizer sees overflows and late uses only of blocks that it manages itself.
BlockCache::Block take_memory(std::size_t bytes) {
    void* const data = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (data == nullptr) throw std::bad_alloc();
    return {data, bytes};
}
void give_back_memory(BlockCache::Block block) noexcept { std::free(block.data); }
#else
BlockCache::Block take_memory(std::size_t bytes) {
    if (bytes >= BlockCache::smallest) return block_cache().take(bytes);
    void* const data = scalable_aligned_malloc(bytes, alignment);
    if (data == nullptr) throw std::bad_alloc();
    return {data, bytes};
}
void give_back_memory(BlockCache::Block block) noexcept {
    if (block.capacity >= BlockCache::smallest) {
        block_cache().give_back(block);
    } else {
        scalable_aligned_free(block.data);
    }
}
#endif

AlignedBuffer::AlignedBuffer(std::size_t size) : size_(size) {
    if (size == 0) return;
    if (size > std::numeric_limits<std::size_t>::max() / (2 * sizeof(double))) throw std::bad_alloc();
    const BlockCache::Block block = take_memory(size * sizeof(double));
    data_ = static_cast<double*>(block.data);
    capacity_bytes_ = block.capacity;
}

AlignedBuffer::~AlignedBuffer() {
    if (data_ != nullptr) give_back_memory({data_, capacity_bytes_});
}

void AlignedBuffer::wipe() noexcept {
    if (data_ != nullptr) sodium_memzero(data_, size_ * sizeof(double));
}

}  // namespace tacit
