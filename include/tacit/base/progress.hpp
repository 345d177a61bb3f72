#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <mutex>
#include <string>
#include <utility>

#include "tacit/base/interrupt.hpp"

namespace tacit {

/// Shows how far long work is, on stderr. On a terminal: one line, redrawn at most ten times a second,
/// with a bar, percent, elapsed and remaining time. Elsewhere: a plain line about every 10 %.
/// All members may be called from any thread. Losing the output is never an error.
class ProgressBar {
public:
    /// `total` is the number of steps; 0 means there is nothing to do.
    ProgressBar(std::string label, std::size_t total) : ProgressBar(std::move(label), total, stderr) {}
    /// The same on a stream of the caller's.
    ProgressBar(std::string label, std::size_t total, std::FILE* stream);
    /// Ends the line. Work that was cut short does not show 100 %.
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    /// `steps` more steps are done; steps beyond the total are not counted.
    void advance(std::size_t steps = 1);
    /// So much was done before the bar began: it counts, but not for how fast the work goes.
    void resume_at(std::size_t steps);
    /// The work has taken `seconds` already: for work that began before its bar.
    void set_elapsed(double seconds);
    /// A short text after the numbers, for instance "loss 0.412".
    void set_suffix(std::string text);
    /// Shows 100 % and the time taken. Later calls do nothing.
    void finish();

private:
    using Clock = std::chrono::steady_clock;
    void draw_bar(Clock::time_point now);
    void draw_line(Clock::time_point now);

    std::mutex mutex_;
    std::FILE* stream_;
    bool terminal_;
    std::string label_;
    std::string suffix_;
    std::size_t total_;
    std::size_t done_ = 0;
    std::size_t done_before_ = 0;
    std::size_t next_tenth_ = 1;
    std::size_t drawn_width_ = 0;
    bool finished_ = false;
    Clock::time_point start_;
    Clock::time_point last_draw_;
};

}  // namespace tacit
