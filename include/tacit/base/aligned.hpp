#pragma once

#include <cstddef>
#include <span>
#include <utility>

namespace tacit {

/// 64-byte aligned array of doubles, uninitialised, movable only. Large blocks come from a cached
/// pool and ask for huge pages, so that making and dropping ciphertexts costs no page faults.
class AlignedBuffer {
public:
    AlignedBuffer() = default;
    explicit AlignedBuffer(std::size_t size);
    ~AlignedBuffer();
    AlignedBuffer(AlignedBuffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    AlignedBuffer& operator=(AlignedBuffer&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }

    [[nodiscard]] double* data() noexcept { return data_; }
    [[nodiscard]] const double* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// Overwrites the contents with zeros in a way the compiler may not remove.
    void wipe() noexcept;

private:
    double* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace tacit
