#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

namespace tacit {

/// A file descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int value = -1) noexcept : value_(value) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    [[nodiscard]] int value() const noexcept { return value_; }

private:
    int value_;
};

/// Throws Error(io_failure): what was tried, on which path, the system's reason and how to mend it.
[[noreturn]] void fail_io(std::string_view action, const std::filesystem::path& path, int error_number);

/// Writes everything, however the system cuts it up. `path` is for the message of Error(io_failure).
void write_all(int descriptor, std::span<const std::byte> bytes, const std::filesystem::path& path);

/// Brings the names in a folder to the disk, a rename for instance. File systems that cannot say EINVAL.
void flush_folder(const std::filesystem::path& folder);

/// Opens for reading; Error(io_failure) if that fails.
[[nodiscard]] Descriptor open_to_read(const std::filesystem::path& path);

}  // namespace tacit
