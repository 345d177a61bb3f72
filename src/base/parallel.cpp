#include "tacit/base/parallel.hpp"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>

#include "base/fail.hpp"
#include "base/fork_join.hpp"

namespace tacit {

namespace tbb = oneapi::tbb;

void parallel_for(std::size_t begin, std::size_t end, const std::function<void(std::size_t)>& body) {
    if (end <= begin) return;
    if (end - begin == 1 || thread_count() == 1) {
        for (std::size_t i = begin; i < end; ++i) body(i);
        return;
    }
    ForkJoin order;
    order.fork();
    const auto piece = [&](std::size_t i) TACIT_NO_THREAD_SANITIZER {
        order.begin();
        body(i);
        order.end();
    };
    tbb::this_task_arena::isolate([&] { tbb::parallel_for(begin, end, piece, tbb::simple_partitioner()); });
    order.join();
}

ThreadLimit::ThreadLimit(int threads) : control_(nullptr) {
    if (threads < 1) {
        fail(ErrorCode::invalid_argument, "thread limit {} is not positive; use 1 or more", threads);
    }
    control_ = new tbb::global_control(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
}

ThreadLimit::~ThreadLimit() { delete static_cast<tbb::global_control*>(control_); }

int thread_count() {
    const auto limit = tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism);
    return static_cast<int>(std::min<std::size_t>(limit, static_cast<std::size_t>(tbb::info::default_concurrency())));
}

}  // namespace tacit
