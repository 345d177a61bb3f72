#pragma once

#include <cstddef>
#include <limits>
#include <new>
#include <vector>

namespace tacit::mpc {

/// Memory that is wiped before it goes back; large blocks are kept for the next vector, because page faults cost more
/// than computing on the pages. Throws std::bad_alloc.
[[nodiscard]] void* take_secret_memory(std::size_t bytes);
void give_back_secret_memory(void* place, std::size_t bytes) noexcept;

/// Wipes memory before it goes back.
template <class T>
struct WipingAllocator {
    using value_type = T;
    WipingAllocator() = default;
    template <class U>
    WipingAllocator(const WipingAllocator<U>&) noexcept {}  // NOLINT: as allocators do

    [[nodiscard]] T* allocate(std::size_t count) {
        if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
        return static_cast<T*>(take_secret_memory(count * sizeof(T)));
    }
    void deallocate(T* place, std::size_t count) noexcept { give_back_secret_memory(place, count * sizeof(T)); }
    friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};

/// A vector for shares and other secrets.
template <class T>
using SecretVector = std::vector<T, WipingAllocator<T>>;

}  // namespace tacit::mpc
