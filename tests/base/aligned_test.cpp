#include "tacit/base/aligned.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <type_traits>
#include <vector>

#include "base/block_cache.hpp"
#include "base/seeded.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit {

static_assert(!std::is_copy_constructible_v<AlignedBuffer> && !std::is_copy_assignable_v<AlignedBuffer>);
static_assert(std::is_nothrow_move_constructible_v<AlignedBuffer>);

namespace {

bool aligned(const void* pointer, std::size_t to) { return reinterpret_cast<std::uintptr_t>(pointer) % to == 0; }

long page_faults() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

}  // namespace

TEST(AlignedBuffer, IsAlignedAndWritableAtEverySize) {
    for (const std::size_t size : {1U, 7U, 8U, 100U, 8191U, 8192U, 8193U, 32768U, 262143U, 262144U, 1000003U}) {
        AlignedBuffer buffer(size);
        ASSERT_EQ(buffer.size(), size);
        EXPECT_TRUE(aligned(buffer.data(), 64)) << size;
        std::fill_n(buffer.data(), size, 1.5);
        buffer.wipe();
        EXPECT_EQ(std::count(buffer.data(), buffer.data() + size, 0.0), static_cast<std::ptrdiff_t>(size));
    }
}

TEST(AlignedBuffer, MovesWithoutCopying) {
    AlignedBuffer a(100000);
    AlignedBuffer b(10);
    a.data()[99999] = 7;
    const double* const place = a.data();
    b = std::move(a);
    AlignedBuffer c = std::move(b);
    EXPECT_EQ(c.data(), place);
    EXPECT_EQ(c.size(), 100000U);
    EXPECT_EQ(c.data()[99999], 7);
    EXPECT_EQ(AlignedBuffer().data(), nullptr);
    EXPECT_EQ(AlignedBuffer(0).size(), 0U);
}

TEST(AlignedBuffer, RefusesImpossibleSizes) {
    EXPECT_THROW(static_cast<void>(AlignedBuffer{std::numeric_limits<std::size_t>::max()}), std::bad_alloc);
    EXPECT_THROW(static_cast<void>(AlignedBuffer{std::numeric_limits<std::size_t>::max() / 8}), std::bad_alloc);
}

TEST(AlignedBufferDeathTest, AddressSanitizerSeesWritesPastItsEnd) {
#if !defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "needs AddressSanitizer";
#endif
    AlignedBuffer buffer(8 * 8192);
    volatile double* const past = buffer.data() + buffer.size();
    EXPECT_DEATH(*past = 1.0, "heap-buffer-overflow");
}

TEST(BlockCache, GivesBlocksThatAreLargeEnoughAndAlignedForHugePages) {
    BlockCache cache(std::size_t{1} << 28);
    Seeded random;
    for (int i = 0; i < 200; ++i) {
        const std::size_t bytes = BlockCache::smallest + random.rng.next() % (std::size_t{6} << 20);
        const BlockCache::Block block = cache.take(bytes);
        EXPECT_GE(block.capacity, bytes);
        EXPECT_LE(block.capacity, 3 * bytes);
        EXPECT_TRUE(aligned(block.data, bytes >= (1U << 21) ? 1U << 21 : 4096)) << bytes;
        std::memset(block.data, 1, bytes);
        cache.give_back(block);
    }
}

TEST(BlockCache, ServesASmallerRequestFromALargerBlockButNotFromAHugeOne) {
    BlockCache cache(std::size_t{1} << 28);
    const BlockCache::Block large = cache.take(std::size_t{4} << 20);
    cache.give_back(large);
    const BlockCache::Block small = cache.take(std::size_t{1} << 20);
    EXPECT_NE(small.data, large.data);
    const BlockCache::Block half = cache.take(std::size_t{2} << 20);
    EXPECT_EQ(half.data, large.data);
    EXPECT_EQ(half.capacity, large.capacity);
    cache.give_back(half);
    cache.give_back(small);
}

TEST(BlockCache, KeepsIdleMemoryBelowItsLimitAndDropsTheOldestFirst) {
    const std::size_t mib = std::size_t{1} << 20;
    BlockCache cache(4 * mib);
    std::vector<BlockCache::Block> blocks;
    for (int i = 0; i < 8; ++i) blocks.push_back(cache.take(mib));
    for (const auto& block : blocks) cache.give_back(block);
    EXPECT_EQ(cache.idle_bytes(), 4 * mib);
    EXPECT_EQ(cache.take(mib).data, blocks[7].data);
    cache.give_back(blocks[7]);
    cache.trim();
    EXPECT_EQ(cache.idle_bytes(), 0U);
}

TEST(BlockCache, IsSafeFromSeveralThreads) {
    BlockCache cache(std::size_t{8} << 20);
    parallel_for(0, 200, [&](std::size_t i) {
        const BlockCache::Block block = cache.take(BlockCache::smallest * (1 + i % 20));
        auto* const words = static_cast<std::size_t*>(block.data);
        std::fill_n(words, 8192, i);
        EXPECT_EQ(std::count(words, words + 8192, i), 8192);
        cache.give_back(block);
    });
    EXPECT_LE(cache.idle_bytes(), std::size_t{8} << 20);
}

// The reason for the cache: making, writing and dropping ciphertexts of changing levels settles without
// faulting pages in again.
TEST(BlockCache, SteadyUseFaultsNoPages) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers fault pages of their own";
#endif
    const auto use = [](Rng rng) {
        std::vector<AlignedBuffer> live(12);
        for (int i = 0; i < 300; ++i) {
            AlignedBuffer fresh((4 + rng.next() % 17) * 32768);
            std::fill_n(fresh.data(), fresh.size(), 1.0);
            live[rng.next() % live.size()] = std::move(fresh);
        }
    };
    for (std::uint64_t stream = 0; stream < 4; ++stream) use(Rng(Seed{}, stream));
    const long before = page_faults();
    use(Rng(Seed{}, 4));
    const double pages = 300.0 * 12 * 32768 * 8 / 4096;
    EXPECT_LT(static_cast<double>(page_faults() - before), 0.02 * pages);
}

}  // namespace tacit
