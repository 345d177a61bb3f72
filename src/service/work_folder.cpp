#include "service/work_folder.hpp"

#include <system_error>

#include "tacit/learn/roles.hpp"

namespace tacit::service {

namespace fs = std::filesystem;

WorkFolder::WorkFolder(Store& store, const Job& job, const JobFiles& files) : path_(store.work_folder(job)) {
    fs::remove_all(path_ / "upload");
    fs::create_directories(path_ / "upload");
    fs::create_directories(path_ / "result");
    for (const auto& entry : fs::directory_iterator(path_ / "result")) {
        if (entry.path().filename() != learn::file_names::checkpoint) fs::remove_all(entry.path());
    }
    add(store, job.customer, files);
}

void WorkFolder::add(Store& store, CustomerId customer, const JobFiles& files) const {
    std::error_code error;
    for (const auto& [name, hash] : files) {
        if (!fs::exists(path_ / name, error)) store.link_object(customer, hash, path_ / name);
    }
}

WorkFolder::~WorkFolder() {
    if (kept_) return;
    std::error_code ignored;  // the store removes what is left when it is opened
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
