#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <vector>

namespace tacit::dp {

/// Flushes of one file that threads share: who wrote takes a ticket, and then waits until a flush that began after that
/// is done. One thread flushes for all that wait.
class Flushes {
public:
    /// The file has so many records; they are on the disk when wait_for(ticket) returns.
    std::uint64_t take_ticket(std::uint64_t records) {
        const std::scoped_lock lock(mutex_);
        written_ = records;
        return ++tickets_;
    }

    /// Everybody whose flush failed gets what it threw: a later one that succeeds says nothing of what an earlier one
    /// did not write.
    template <class Flush>
    void wait_for(std::uint64_t ticket, const Flush& flush) {
        std::unique_lock lock(mutex_);
        while (done_ < ticket) {
            if (busy_) {
                changed_.wait(lock);
            } else {
                run(lock, flush);
            }
        }
        for (const Failure& failure : failures_) {
            if (failure.first <= ticket && ticket <= failure.last) std::rethrow_exception(failure.reason);
        }
    }

    /// So many were on the disk after the last flush.
    [[nodiscard]] std::uint64_t records() const {
        const std::scoped_lock lock(mutex_);
        return flushed_;
    }

private:
    struct Failure {
        std::uint64_t first;
        std::uint64_t last;
        std::exception_ptr reason;
    };

    template <class Flush>
    void run(std::unique_lock<std::mutex>& lock, const Flush& flush) {
        const std::uint64_t tickets = tickets_;
        const std::uint64_t records = written_;
        std::exception_ptr reason;
        busy_ = true;
        lock.unlock();
        try {
            flush();
        } catch (...) {
            reason = std::current_exception();
        }
        lock.lock();
        busy_ = false;
        if (reason) {
            failures_.push_back({done_ + 1, tickets, reason});
        } else {
            flushed_ = records;
        }
        done_ = tickets;
        changed_.notify_all();
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t tickets_ = 0;  ///< taken
    std::uint64_t done_ = 0;     ///< tickets whose flush is over, well or not
    std::uint64_t written_ = 0;
    std::uint64_t flushed_ = 0;
    bool busy_ = false;
    std::vector<Failure> failures_;
};

}  // namespace tacit::dp
