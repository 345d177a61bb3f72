#include "tacit/dp/pace.hpp"

#include <thread>

#include "base/fail.hpp"

namespace tacit::dp {

Pace Pace::every(std::chrono::milliseconds period) {
    if (period < std::chrono::milliseconds(1) || period > std::chrono::hours(1)) {
        fail(ErrorCode::invalid_argument, "answers cannot leave every {} ms; take 1 ms to 1 hour", period.count());
    }
    Pace pace;
    pace.start_ = Clock::now();
    pace.period_ = period;
    return pace;
}

Pace::Clock::time_point Pace::next_tick(Clock::time_point moment) const noexcept {
    if (period_.count() == 0) return moment;
    const Clock::duration period = period_;
    const auto ticks = (moment - start_ + period - Clock::duration(1)) / period;
    return start_ + ticks * period;
}

void Pace::wait() const {
    if (period_.count() != 0) std::this_thread::sleep_until(next_tick(Clock::now()));
}

}  // namespace tacit::dp
