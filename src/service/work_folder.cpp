#include "service/work_folder.hpp"

#include <fmt/format.h>

#include <system_error>

#include "tacit/base/random.hpp"

namespace tacit::service {

namespace fs = std::filesystem;

WorkFolder::WorkFolder(Store& store, const Job& job) {
    Rng rng = Rng::from_system();
    path_ = store.work_folder() / fmt::format("{:016x}", rng.next());
    fs::create_directories(path_ / "upload");
    fs::create_directories(path_ / "result");
    for (const auto& [name, hash] : job.files) {
        // States of earlier segments stay out: the worker may write to the folder of results, and needs none of them.
        if (name.starts_with("upload/")) store.link_object(job.customer, hash, path_ / name);
    }
}

WorkFolder::~WorkFolder() {
    std::error_code ignored;  // the store empties its work folder when it is opened
    fs::remove_all(path_, ignored);
}

std::string without_folder(std::string text, const fs::path& folder) {
    const std::string prefix = folder.string() + "/";
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at)) {
        text.erase(at, prefix.size());
    }
    return text;
}

}  // namespace tacit::service
