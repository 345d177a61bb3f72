#include "tacit/base/interrupt.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <mutex>

#include "base/fail.hpp"

namespace tacit {

namespace {

constexpr std::array<int, 2> signals = {SIGINT, SIGTERM};

std::atomic<int> received = 0;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

std::mutex guards_mutex;
int guards = 0;
std::array<struct sigaction, signals.size()> previous;

extern "C" void note_signal(int signal) {
    if (received.exchange(signal) != 0) {
        std::signal(signal, SIG_DFL);
        std::raise(signal);  // pending until this handler returns, then it ends the process
    }
}

}  // namespace

InterruptGuard::InterruptGuard() {
    const std::lock_guard lock(guards_mutex);
    if (guards++ > 0) return;
    received = 0;
    for (std::size_t i = 0; i < signals.size(); ++i) {
        struct sigaction action = {};
        action.sa_handler = note_signal;
        action.sa_flags = SA_RESTART;
        sigemptyset(&action.sa_mask);
        sigaction(signals[i], nullptr, &previous[i]);
        // A process started to ignore a signal (nohup, a shell's background job) goes on ignoring it.
        if (previous[i].sa_handler != SIG_IGN) sigaction(signals[i], &action, nullptr);
    }
}

InterruptGuard::~InterruptGuard() {
    const std::lock_guard lock(guards_mutex);
    if (--guards > 0) return;
    for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &previous[i], nullptr);
    received = 0;
}

bool interruption_requested() noexcept { return received.load(std::memory_order_relaxed) != 0; }

void throw_if_interrupted() {
    const int signal = received.load(std::memory_order_relaxed);
    if (signal == 0) return;
    fail(ErrorCode::interrupted, "stopped by {}; no half-written output is left behind",
         signal == SIGINT ? "SIGINT (Ctrl-C)" : "SIGTERM");
}

}  // namespace tacit
