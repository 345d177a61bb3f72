#include "tacit/base/parallel.hpp"

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/throws.hpp"

namespace tacit {

TEST(ParallelFor, VisitsEveryIndexOnce) {
    std::vector<std::atomic<int>> visits(1000);
    parallel_for(3, visits.size(), [&](std::size_t i) { ++visits[i]; });
    for (std::size_t i = 0; i < visits.size(); ++i) EXPECT_EQ(visits[i], i < 3 ? 0 : 1) << i;
}

TEST(ParallelFor, DoesNothingOnAnEmptyOrReversedRange) {
    parallel_for(5, 5, [](std::size_t) { FAIL(); });
    parallel_for(6, 5, [](std::size_t) { FAIL(); });
}

TEST(ParallelFor, RethrowsAnExceptionOfABody) {
    for (const int threads : {1, 2}) {
        const ThreadLimit limit(threads);
        EXPECT_THROW(parallel_for(0, 100,
                                  [](std::size_t i) {
                                      if (i == 57) throw std::out_of_range("57");
                                  }),
                     std::out_of_range);
    }
}

TEST(ParallelFor, GoesOnWorkingAfterAnException) {
    EXPECT_THROW(parallel_for(0, 8, [](std::size_t) { throw std::logic_error("all"); }), std::logic_error);
    std::atomic<int> count = 0;
    parallel_for(0, 8, [&](std::size_t) { ++count; });
    EXPECT_EQ(count, 8);
}

TEST(ParallelFor, Nests) {
    std::atomic<int> count = 0;
    parallel_for(0, 10, [&](std::size_t) {
        parallel_for(0, 20, [&](std::size_t) { parallel_for(0, 3, [&](std::size_t) { ++count; }); });
    });
    EXPECT_EQ(count, 600);
}

TEST(ParallelFor, AWaitingThreadStaysInItsOwnLoop) {
    // Were an outer iteration started while an inner loop waits, its thread would be inside two of them.
    thread_local int depth = 0;
    std::atomic<int> deepest = 0;
    parallel_for(0, 64, [&](std::size_t) {
        ++depth;
        int seen = deepest;
        while (depth > seen && !deepest.compare_exchange_weak(seen, depth)) {
        }
        parallel_for(0, 16, [](std::size_t) { std::this_thread::yield(); });
        --depth;
    });
    EXPECT_EQ(deepest, 1);
}

TEST(ParallelFor, RethrowsFromANestedLoop) {
    EXPECT_THROW(parallel_for(0, 4,
                              [](std::size_t) {
                                  parallel_for(0, 4, [](std::size_t j) {
                                      if (j == 2) throw Error(ErrorCode::internal, "x");
                                  });
                              }),
                 Error);
}

TEST(ThreadLimit, KeepsWorkOnTheCallingThread) {
    const ThreadLimit limit(1);
    EXPECT_EQ(thread_count(), 1);
    const auto here = std::this_thread::get_id();
    parallel_for(0, 100, [&](std::size_t) { EXPECT_EQ(std::this_thread::get_id(), here); });
}

TEST(ThreadLimit, EndsWithItsScopeAndTheTightestHolds) {
    const int before = thread_count();
    {
        const ThreadLimit outer(1);
        const ThreadLimit inner(64);
        EXPECT_EQ(thread_count(), 1);
    }
    EXPECT_EQ(thread_count(), before);
}

TEST(ThreadLimit, RefusesZero) {
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [] { const ThreadLimit limit(0); }),
                testing::HasSubstr("thread limit 0 is not positive; use 1 or more"));
}

}  // namespace tacit
