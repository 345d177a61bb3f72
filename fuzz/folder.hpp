#pragma once

#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>

#include "tacit/base/files.hpp"

/// For parsers that take files.
namespace tacit::fuzz {

/// A folder of this process alone, in memory where the system has that; it goes with the process.
class Folder {
public:
    Folder() {
        std::string name =
            (std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp") + std::string("/tacit-fuzz-XXXXXX");
        if (mkdtemp(name.data()) == nullptr) std::abort();
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    /// A file with these bytes.
    [[nodiscard]] std::filesystem::path file(std::span<const std::byte> bytes, const char* name = "input") const {
        write_file_atomically(path_ / name, bytes, FileMode::owner_only);
        return path_ / name;
    }

private:
    std::filesystem::path path_;
};

}  // namespace tacit::fuzz
