#include "tacit/base/aligned.hpp"

#include <oneapi/tbb/scalable_allocator.h>
#include <sodium.h>
#include <sys/mman.h>

#include <new>

namespace tacit {

namespace {
constexpr std::size_t page = 4096;
constexpr std::size_t huge_page = std::size_t{1} << 21;
}

AlignedBuffer::AlignedBuffer(std::size_t size) : size_(size) {
    if (size == 0) return;
    const std::size_t bytes = size * sizeof(double);
    const bool large = bytes >= huge_page;
    data_ = static_cast<double*>(scalable_aligned_malloc(bytes, large ? page : 64));
    if (data_ == nullptr) throw std::bad_alloc();
    if (large) madvise(data_, bytes / page * page, MADV_HUGEPAGE);
}

AlignedBuffer::~AlignedBuffer() { scalable_aligned_free(data_); }

void AlignedBuffer::wipe() noexcept {
    if (data_ != nullptr) sodium_memzero(data_, size_ * sizeof(double));
}

}  // namespace tacit
