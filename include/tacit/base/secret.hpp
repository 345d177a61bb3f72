#pragma once

#include <cstddef>
#include <iosfwd>
#include <span>

namespace tacit {

/// Movable-only array of doubles for secret values, 64-byte aligned, zero at first.
///
/// The values lie in pages of their own between inaccessible guard pages, are left out of core dumps,
/// and are wiped before the pages go back: on destruction, when another buffer is moved in, and by
/// wipe(). Locking the pages into memory (no swap) is attempted; where the limit of the process
/// (`ulimit -l`) is too low it is skipped without notice. Making one costs a few system calls: use it
/// per polynomial, not per coefficient. There is no copy, no comparison and no printing on purpose.
class SecretBuffer {
public:
    SecretBuffer() = default;
    /// Throws std::bad_alloc.
    explicit SecretBuffer(std::size_t size);
    ~SecretBuffer();
    SecretBuffer(SecretBuffer&& other) noexcept;
    SecretBuffer& operator=(SecretBuffer&& other) noexcept;
    SecretBuffer(const SecretBuffer&) = delete;
    SecretBuffer& operator=(const SecretBuffer&) = delete;

    [[nodiscard]] double* data() noexcept { return data_; }
    [[nodiscard]] const double* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::span<double> span() noexcept { return {data_, size_}; }
    [[nodiscard]] std::span<const double> span() const noexcept { return {data_, size_}; }
    /// Overwrites the values with zeros in a way the compiler may not remove; the size stays.
    void wipe() noexcept;

private:
    void release() noexcept;
    double* data_ = nullptr;
    std::size_t size_ = 0;
};

bool operator==(const SecretBuffer&, const SecretBuffer&) = delete;
std::ostream& operator<<(std::ostream&, const SecretBuffer&) = delete;

/// Overwrites bytes with zeros in a way the compiler may not remove, for secrets that passed through
/// ordinary memory (a key file's bytes).
void wipe(std::span<std::byte> bytes) noexcept;

}  // namespace tacit
