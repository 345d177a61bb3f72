#pragma once

#include <cstddef>

#include "base/block_cache.hpp"

namespace tacit {

/// At least that many bytes, uninitialised, 64-byte aligned; large ones come from the cache of blocks. Throws
/// std::bad_alloc.
[[nodiscard]] BlockCache::Block take_memory(std::size_t bytes);
void give_back_memory(BlockCache::Block block) noexcept;

}  // namespace tacit
