#pragma once

#include <cstdint>
#include <filesystem>

namespace tacit::service {

/// What a server gives to the process that runs one job.
struct WorkerOptions {
    std::filesystem::path upload_folder;
    std::filesystem::path result_folder;
    std::uint64_t memory_bytes = 0;  ///< of the heap; exceeding it is a failure like another
    double checkpoint_seconds = 60;
    std::uint64_t checkpoint_bytes = 0;  ///< a larger checkpoint is not written
    bool check = false;                  ///< only learn::check_upload
};

/// Trains as learn::train, in a process that a server made for one job: between two segments it says so and waits, with
/// the keys in memory, for the refreshed state to appear in the upload folder. It ends when the server does, takes no
/// more memory than told, leaves no core dump, loses its rights to other files and to the network (where the kernel has
/// Landlock), and says on stdout how far it is. Both folders must exist. Returns the exit status.
[[nodiscard]] int run_worker(const WorkerOptions& options);

}  // namespace tacit::service
