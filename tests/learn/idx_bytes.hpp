#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace tacit::learn {

/// A plain idx file with any header, right or wrong.
inline std::vector<std::byte> idx_bytes(std::uint32_t magic, std::initializer_list<std::uint32_t> shape,
                                        std::span<const std::uint8_t> data) {
    std::vector<std::byte> bytes;
    const auto append = [&](std::uint32_t word) {
        for (const int shift : {24, 16, 8, 0}) {
            bytes.push_back(static_cast<std::byte>(word >> shift & 0xff));
        }
    };
    append(magic);
    for (const std::uint32_t length : shape) {
        append(length);
    }
    for (const std::uint8_t element : data) {
        bytes.push_back(std::byte{element});
    }
    return bytes;
}

/// A folder of its own that goes away with it.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "tacit-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::filesystem::filesystem_error("mkdtemp", name, {});
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace tacit::learn
