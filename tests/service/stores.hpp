#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/temporary_folder.hpp"
#include "base/throws.hpp"
#include "service/objects.hpp"
#include "tacit/base/files.hpp"

namespace tacit::service {

namespace fs = std::filesystem;

/// A store with two customers.
class Stores : public InTemporaryFolder {
protected:
    Stores() { reopen(); }
    void reopen() {
        store_.reset();
        store_ = std::make_unique<Store>(folder_ / "store");
        alice_ = store_->customer(fingerprint(1));
        bob_ = store_->customer(fingerprint(2));
    }
    Job submit(CustomerId customer, const std::string& name, const Quota& quota = {}) {
        const int number = customer == alice_ ? 1 : 2;
        return store_->submit(customer, fingerprint(number), put_job(*store_, customer, name), quota);
    }
    /// The next job to be trained, after all checks passed.
    std::optional<Job> take_job(const Quota& quota = {}) {
        while (const auto job = store_->take(JobState::checking, quota)) store_->pass(*job, 0);
        return store_->take(JobState::queued, quota);
    }
    /// Ends the next segment of the job that is next; the hash of its state.
    Digest suspend(int segment) {
        const std::string state = "state " + std::to_string(segment);
        write_file_atomically(folder_ / "state", bytes_of(state));
        store_->suspend(take_job().value(), segment, folder_ / "state", 1);
        return hash_of(state);
    }
    fs::path file_of(CustomerId customer, const Digest& hash) const {
        return folder_ / "store" / "objects" / std::to_string(static_cast<std::int64_t>(customer)) / to_hex(hash);
    }
    void finish(const Job& job, const std::string& weights) {
        write_file_atomically(folder_ / "weights", bytes_of(weights));
        write_file_atomically(folder_ / "statistics", bytes_of("statistics of " + weights));
        store_->finish(job, folder_ / "weights", folder_ / "statistics", 1.5);
    }
    std::size_t files(const char* kind) const {
        std::size_t count = 0;
        for (const auto& entry : fs::recursive_directory_iterator(folder_ / "store" / kind)) {
            count += entry.is_regular_file() ? 1U : 0U;
        }
        return count;
    }

    std::unique_ptr<Store> store_;
    CustomerId alice_{};
    CustomerId bob_{};
};

}  // namespace tacit::service
