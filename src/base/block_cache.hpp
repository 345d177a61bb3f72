#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>

namespace tacit {

/// Large blocks of memory, kept mapped after use and handed out again.
///
/// Why not a general allocator: with ciphertexts of changing levels (1 to 5 MiB, a dozen alive, each
/// written once), scalable_aligned_malloc faulted in again about 190 to 250 of the 700 pages of every
/// block and glibc 55 to 115, for ever; that is half of the time of such a write and more. Here a block
/// serves any request of at least half its size, so a dropping level faults nothing: 0 pages.
/// Blocks of 2 MiB and more start at a huge-page border and ask for huge pages, once, when mapped.
class BlockCache {
public:
    /// The sizes handed out: four per doubling, so that at most a fifth of a block is unused address space.
    static constexpr std::size_t smallest = std::size_t{1} << 16;
    static constexpr std::size_t class_count = 96;

    struct Block {
        void* data = nullptr;
        std::size_t capacity = 0;
    };

    /// Keeps at most `idle_limit` bytes of unused blocks.
    explicit BlockCache(std::size_t idle_limit) : idle_limit_(idle_limit) {}
    ~BlockCache() { trim(); }
    BlockCache(const BlockCache&) = delete;
    BlockCache& operator=(const BlockCache&) = delete;

    /// A block of at least `bytes` bytes, `bytes` >= smallest, contents unspecified. Throws std::bad_alloc.
    [[nodiscard]] Block take(std::size_t bytes);
    void give_back(Block block) noexcept;
    /// Returns all idle blocks to the system.
    void trim() noexcept;
    [[nodiscard]] std::size_t idle_bytes();

private:
    struct Idle {
        void* data;
        std::uint64_t stamp;
    };
    void drop_oldest() noexcept;
    void trim_to(std::size_t limit) noexcept;

    std::mutex mutex_;
    std::array<std::deque<Idle>, class_count> idle_;
    std::size_t idle_limit_;
    std::size_t idle_bytes_ = 0;
    std::uint64_t stamp_ = 0;
};

/// The cache behind every AlignedBuffer: keeps an eighth of the machine's memory, at most 1 GiB.
[[nodiscard]] BlockCache& block_cache();

}  // namespace tacit
