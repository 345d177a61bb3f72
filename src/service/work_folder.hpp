#pragma once

#include <filesystem>
#include <string>

#include "service/store.hpp"

namespace tacit::service {

/// A folder for one run of a job, with the names that learn::train wants; what the worker reads are links to the
/// store's objects. A training finds the checkpoint that an earlier run of it left there.
class WorkFolder {
public:
    /// With links to these of the job's files. Throws io_failure.
    WorkFolder(Store& store, const Job& job, const JobFiles& files);
    /// Removes the folder, unless it was kept.
    ~WorkFolder();
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Links more of them.
    void add(Store& store, CustomerId customer, const JobFiles& files) const;
    /// For the next run of this job.
    void keep() noexcept { kept_ = true; }

private:
    std::filesystem::path path_;
    bool kept_ = false;
};

/// Customers learn names of their own files and nothing of the server's folders.
[[nodiscard]] std::string without_folder(std::string text, const std::filesystem::path& folder);

}  // namespace tacit::service
