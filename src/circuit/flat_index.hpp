#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace tacit::circuit {

/// Finds the number of an item by its contents, which live elsewhere: open addressing with linear
/// probing, at most half full.
class FlatIndex {
public:
    /// The number of the item with this hash for which equal(number) holds; insert() makes it and
    /// returns its number if there is none.
    template <class Equal, class Insert>
    std::uint32_t find_or_insert(std::uint64_t hash, const Equal& equal, const Insert& insert) {
        if (2 * (count_ + 1) > entries_.size()) grow();
        const auto tag = static_cast<std::uint32_t>(hash >> 32U);
        std::size_t at = tag & (entries_.size() - 1);
        for (; entries_[at].used; at = (at + 1) & (entries_.size() - 1)) {
            if (entries_[at].tag == tag && equal(entries_[at].number)) return entries_[at].number;
        }
        const std::uint32_t number = insert();
        entries_[at] = {tag, number, true};
        ++count_;
        return number;
    }

private:
    struct Entry {
        std::uint32_t tag = 0;
        std::uint32_t number = 0;
        bool used = false;
    };

    void grow() {
        std::vector<Entry> larger(entries_.empty() ? 64 : 2 * entries_.size());
        for (const Entry& entry : entries_) {
            if (!entry.used) continue;
            std::size_t at = entry.tag & (larger.size() - 1);
            while (larger[at].used) at = (at + 1) & (larger.size() - 1);
            larger[at] = entry;
        }
        entries_.swap(larger);
    }

    std::vector<Entry> entries_;
    std::size_t count_ = 0;
};

/// One step of a multiplicative hash: the high bits of the result depend on all bits of both words.
[[nodiscard]] inline std::uint64_t mix(std::uint64_t hash, std::uint64_t word) noexcept {
    hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 29U;
    return hash * 0xBF58476D1CE4E5B9U;
}

}  // namespace tacit::circuit
