#pragma once

namespace tacit {

/// While one lives, SIGINT and SIGTERM only set a flag that long work checks, so that destructors run
/// and no half-written output remains. A second signal ends the process at once. Guards nest; the last
/// one to go restores the handlers from before the first and clears the flag.
class InterruptGuard {
public:
    InterruptGuard();
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;
};

/// Whether a signal came since the first guard. Cheap: one atomic load; any thread.
[[nodiscard]] bool interruption_requested() noexcept;

/// Throws Error(interrupted), naming the signal, if one came. Any thread.
void throw_if_interrupted();

}  // namespace tacit
