#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "tacit/base/hash.hpp"
#include "tacit/base/random.hpp"

namespace tacit::dp {

/// A folder of a test's own that goes with it.
class Folder {
public:
    Folder() { std::filesystem::create_directory(path_); }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::filesystem::path operator/(const char* name) const { return path_ / name; }

private:
    std::filesystem::path path_ =
        std::filesystem::temp_directory_path() / ("tacit-dp-" + to_hex(Rng::from_system().new_seed()).substr(0, 16));
};

}  // namespace tacit::dp
