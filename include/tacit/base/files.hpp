#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace tacit {

/// Who may read a new file: everybody whom the umask allows, or only its owner (mode 0600).
enum class FileMode { shared, owner_only };

/// The whole file. Throws Error(io_failure) if it cannot be read or is longer than `max_bytes`; the
/// length is checked before memory is taken.
[[nodiscard]] std::vector<std::byte> read_file(const std::filesystem::path& path, std::uint64_t max_bytes);

/// Writes a file so that `path` holds either all of `bytes` or what it held before, even if the
/// machine stops in between. Throws Error(io_failure) with the path, the reason and a remedy.
void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes,
                           FileMode mode = FileMode::shared);

/// Writes a large file piece by piece into a temporary ".tacit-*.tmp" in the same folder and moves it
/// into place on commit. Without a commit the destructor removes the temporary and `path` is untouched.
/// An existing regular file or symbolic link of that name is replaced; anything else is refused.
class AtomicFile {
public:
    /// Throws Error(io_failure) if the folder is missing or not writable.
    [[nodiscard]] static AtomicFile open(const std::filesystem::path& path, FileMode mode = FileMode::shared);
    ~AtomicFile();
    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&& other) noexcept;
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    /// Appends. Throws Error(io_failure), for instance on a full disk.
    void write(std::span<const std::byte> bytes);
    /// Flushes to the disk, moves into place, and flushes the folder. Throws Error(io_failure) and leaves
    /// nothing behind; only if the last flush fails, the whole new file is there but may not survive a
    /// power cut.
    void commit();

private:
    AtomicFile(std::filesystem::path path, std::filesystem::path temporary, int descriptor);
    void discard() noexcept;
    std::filesystem::path path_;
    std::filesystem::path temporary_;
    int descriptor_ = -1;
};

/// A read-only memory map of a regular file, for key files too large to copy. The bytes come from the
/// disk as they are touched. The file must not be shortened while it is mapped (the system would end
/// the process with SIGBUS); files that AtomicFile replaces are safe.
class MappedFile {
public:
    /// Throws Error(io_failure) if the file cannot be read or is longer than `max_bytes`.
    [[nodiscard]] static MappedFile open(const std::filesystem::path& path,
                                         std::uint64_t max_bytes = ~std::uint64_t{0});
    ~MappedFile();
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

private:
    explicit MappedFile(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}
    std::span<const std::byte> bytes_;
};

}  // namespace tacit
