#pragma once

#include <chrono>

namespace tacit::dp {

/// When answers leave: at once, or at ticks of a clock that no data moves [HPN11]. Then the time of an answer says
/// between which two ticks its work ended and nothing finer; a tick that is longer than all work says nothing.
class Pace {
public:
    using Clock = std::chrono::steady_clock;

    /// At once.
    Pace() = default;
    /// Ticks every so often, counted from now. Throws invalid_argument unless 1 ms to 1 h.
    [[nodiscard]] static Pace every(std::chrono::milliseconds period);

    /// 0: at once.
    [[nodiscard]] std::chrono::milliseconds period() const noexcept { return period_; }
    /// The first tick at or after a moment that is not before the first one.
    [[nodiscard]] Clock::time_point next_tick(Clock::time_point moment) const noexcept;
    /// Returns at the next tick.
    void wait() const;

private:
    Clock::time_point start_{};
    std::chrono::milliseconds period_{0};
};

}  // namespace tacit::dp
