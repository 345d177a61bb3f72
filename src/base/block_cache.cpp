#include "base/block_cache.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <new>

#include "tacit/base/error.hpp"

namespace tacit {

namespace {

constexpr std::size_t huge_page = std::size_t{1} << 21;

/// Classes 4k .. 4k+3 hold 4/4, 5/4, 6/4 and 7/4 of smallest * 2^k bytes.
std::size_t class_bytes(std::size_t index) { return (BlockCache::smallest / 4 * (4 + index % 4)) << (index / 4); }

std::size_t class_of(std::size_t bytes) {
    const auto doublings = static_cast<std::size_t>(std::bit_width(bytes / BlockCache::smallest)) - 1;
    const std::size_t quarter = (BlockCache::smallest / 4) << doublings;
    return doublings * 4 + (bytes + quarter - 1) / quarter - 4;
}

void* map(std::size_t bytes) noexcept {
    const std::size_t alignment = bytes >= huge_page ? huge_page : 0;
    void* const all = mmap(nullptr, bytes + alignment, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) return nullptr;
    if (alignment == 0) return all;
    auto* const start = static_cast<std::byte*>(all);
    const std::size_t before = (alignment - reinterpret_cast<std::uintptr_t>(start) % alignment) % alignment;
    if (before > 0) munmap(start, before);
    if (before < alignment) munmap(start + before + bytes, alignment - before);
    madvise(start + before, bytes, MADV_HUGEPAGE);  // a hint: without it the pages are only smaller
    return start + before;
}

}  // namespace

BlockCache::Block BlockCache::take(std::size_t bytes) {
    if (bytes > std::numeric_limits<std::size_t>::max() / 4) throw std::bad_alloc();
    const std::size_t wanted = class_of(std::max(bytes, smallest));
    {
        const std::lock_guard lock(mutex_);
        for (std::size_t index = wanted; index <= std::min(wanted + 4, class_count - 1); ++index) {
            if (idle_[index].empty()) continue;
            void* const data = idle_[index].back().data;
            idle_[index].pop_back();
            idle_bytes_ -= class_bytes(index);
            return {data, class_bytes(index)};
        }
    }
    if (wanted >= class_count) throw std::bad_alloc();
    void* data = map(class_bytes(wanted));
    if (data == nullptr) {
        trim();
        data = map(class_bytes(wanted));
    }
    if (data == nullptr) throw std::bad_alloc();
    return {data, class_bytes(wanted)};
}

void BlockCache::give_back(Block block) noexcept {
    const std::size_t index = class_of(block.capacity);
    TACIT_ASSERT(index < class_count && class_bytes(index) == block.capacity);
    const std::lock_guard lock(mutex_);
    try {
        idle_[index].push_back({block.data, ++stamp_});
    } catch (const std::bad_alloc&) {
        munmap(block.data, block.capacity);
        return;
    }
    idle_bytes_ += block.capacity;
    trim_to(idle_limit_);
}

void BlockCache::trim() noexcept {
    const std::lock_guard lock(mutex_);
    trim_to(0);
}

std::size_t BlockCache::idle_bytes() {
    const std::lock_guard lock(mutex_);
    return idle_bytes_;
}

void BlockCache::trim_to(std::size_t limit) noexcept {
    while (idle_bytes_ > limit) drop_oldest();
}

void BlockCache::drop_oldest() noexcept {
    std::size_t oldest = class_count;
    for (std::size_t index = 0; index < class_count; ++index) {
        if (idle_[index].empty()) continue;
        if (oldest == class_count || idle_[index].front().stamp < idle_[oldest].front().stamp) oldest = index;
    }
    TACIT_ASSERT(oldest < class_count);
    munmap(idle_[oldest].front().data, class_bytes(oldest));
    idle_[oldest].pop_front();
    idle_bytes_ -= class_bytes(oldest);
}

BlockCache& block_cache() {
    constexpr std::size_t most = std::size_t{1} << 30;
    const auto pages = static_cast<std::size_t>(std::max(sysconf(_SC_PHYS_PAGES), 0L));
    const auto page = static_cast<std::size_t>(std::max(sysconf(_SC_PAGESIZE), 0L));
    // Never destroyed: buffers with static lifetime may go after everything else.
    static BlockCache& cache = *new BlockCache(std::min(pages * page / 8, most));
    return cache;
}

}  // namespace tacit
