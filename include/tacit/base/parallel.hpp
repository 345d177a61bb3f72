#pragma once

#include <cstddef>
#include <functional>

namespace tacit {

/// Calls body(i) for every i in [begin, end), on the threads of the current limit, and waits.
/// Iterations must be independent; their order is unspecified. An exception in one is rethrown here.
/// Nested calls are safe: a waiting thread only helps with iterations of its own loop.
void parallel_for(std::size_t begin, std::size_t end, const std::function<void(std::size_t)>& body);

/// Limits the number of threads of everything below while it lives (process-wide).
class ThreadLimit {
public:
    explicit ThreadLimit(int threads);
    ~ThreadLimit();
    ThreadLimit(const ThreadLimit&) = delete;
    ThreadLimit& operator=(const ThreadLimit&) = delete;

private:
    void* control_;
};

/// The number of threads that parallel work may use now.
[[nodiscard]] int thread_count();

}  // namespace tacit
