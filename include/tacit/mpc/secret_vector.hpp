#pragma once

#include <cstddef>
#include <limits>
#include <new>
#include <span>
#include <vector>

#include "tacit/base/secret.hpp"

namespace tacit::mpc {

/// Wipes memory before it goes back.
template <class T>
struct WipingAllocator {
    using value_type = T;
    WipingAllocator() = default;
    template <class U>
    WipingAllocator(const WipingAllocator<U>&) noexcept {}  // NOLINT: as allocators do

    [[nodiscard]] T* allocate(std::size_t count) {
        if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
        return static_cast<T*>(::operator new(count * sizeof(T)));
    }
    void deallocate(T* place, std::size_t count) noexcept {
        wipe(std::as_writable_bytes(std::span(place, count)));
        ::operator delete(place);
    }
    friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};

/// A vector for shares and other secrets.
template <class T>
using SecretVector = std::vector<T, WipingAllocator<T>>;

}  // namespace tacit::mpc
