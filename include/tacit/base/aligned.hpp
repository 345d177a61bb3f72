#pragma once

#include <cstddef>
#include <span>
#include <utility>

namespace tacit {

/// 64-byte aligned array of doubles, uninitialised, movable only. Blocks of 64 KiB and more are kept
/// and reused (at most an eighth of the machine's memory, 1 GiB, lies idle) and ask for huge pages, so
/// that making and dropping ciphertexts costs no page faults. Not for secrets: see SecretBuffer.
class AlignedBuffer {
public:
    AlignedBuffer() = default;
    /// Throws std::bad_alloc.
    explicit AlignedBuffer(std::size_t size);
    ~AlignedBuffer();
    AlignedBuffer(AlignedBuffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)),
          size_(std::exchange(other.size_, 0)),
          capacity_bytes_(std::exchange(other.capacity_bytes_, 0)) {}
    AlignedBuffer& operator=(AlignedBuffer&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(capacity_bytes_, other.capacity_bytes_);
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
    std::size_t capacity_bytes_ = 0;
};

}  // namespace tacit
