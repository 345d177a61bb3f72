#include "tacit/mpc/secret_vector.hpp"

#include <span>

#include "base/memory.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::mpc {

namespace {

/// In front of a large block; a whole cache line, so that what follows stays aligned.
struct alignas(64) Head {
    std::size_t capacity;
};

bool is_large(std::size_t bytes) noexcept { return bytes >= BlockCache::smallest; }

}  // namespace

void* take_secret_memory(std::size_t bytes) {
    if (!is_large(bytes)) return ::operator new(bytes);
    const BlockCache::Block block = take_memory(sizeof(Head) + bytes);
    return ::new (block.data) Head{block.capacity} + 1;
}

void give_back_secret_memory(void* place, std::size_t bytes) noexcept {
    wipe(std::span(static_cast<std::byte*>(place), bytes));
    if (!is_large(bytes)) {
        ::operator delete(place);
        return;
    }
    Head* const head = static_cast<Head*>(place) - 1;
    give_back_memory({head, head->capacity});
}

}  // namespace tacit::mpc
