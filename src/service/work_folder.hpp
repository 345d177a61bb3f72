#pragma once

#include <filesystem>
#include <string>

#include "service/store.hpp"

namespace tacit::service {

/// A folder for one run of a job, with the names that learn::train wants; what the worker reads are links to the
/// store's objects.
class WorkFolder {
public:
    /// Throws io_failure.
    WorkFolder(Store& store, const Job& job);
    ~WorkFolder();
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// Customers learn names of their own files and nothing of the server's folders.
[[nodiscard]] std::string without_folder(std::string text, const std::filesystem::path& folder);

}  // namespace tacit::service
