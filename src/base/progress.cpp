#include "tacit/base/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace tacit {

namespace {

using std::chrono::steady_clock;

/// "0:07", "12:34" or "3:25:00".
std::string clock_text(double seconds) {
    const long all = std::lround(seconds);
    if (all < 3600) return fmt::format("{}:{:02}", all / 60, all % 60);
    return fmt::format("{}:{:02}:{:02}", all / 3600, all / 60 % 60, all % 60);
}

std::size_t terminal_width(std::FILE* stream) {
    winsize size{};
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

/// `before` of what is done took none of the time.
std::string times_text(double elapsed, std::size_t before, std::size_t done, std::size_t total) {
    if (done >= total) return fmt::format("{} elapsed", clock_text(elapsed));
    if (done <= before) return fmt::format("{} elapsed, ? left", clock_text(elapsed));
    const double left = elapsed * static_cast<double>(total - done) / static_cast<double>(done - before);
    return fmt::format("{} elapsed, {} left", clock_text(elapsed), clock_text(left));
}

std::size_t scaled(std::size_t done, std::size_t total, std::size_t parts) {
    if (done >= total) return parts;
    return static_cast<std::size_t>(static_cast<double>(done) / static_cast<double>(total) *
                                    static_cast<double>(parts));
}

double seconds_between(steady_clock::time_point from, steady_clock::time_point to) {
    return std::chrono::duration<double>(to - from).count();
}

}  // namespace

ProgressBar::ProgressBar(std::string label, std::size_t total, std::FILE* stream)
    : stream_(stream),
      terminal_(isatty(fileno(stream)) == 1),
      label_(std::move(label)),
      total_(total),
      start_(Clock::now()),
      last_draw_(start_) {
    if (terminal_) draw_bar(start_);
}

ProgressBar::~ProgressBar() {
    const std::lock_guard lock(mutex_);
    if (finished_ || !terminal_) return;
    std::fputc('\n', stream_);
    std::fflush(stream_);
}

void ProgressBar::advance(std::size_t steps) {
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    done_ += std::min(steps, total_ - done_);
    const auto now = Clock::now();
    if (terminal_) {
        if (now - last_draw_ >= std::chrono::milliseconds(100)) draw_bar(now);
    } else if (const std::size_t tenth = scaled(done_, total_, 10); tenth >= next_tenth_ && tenth < 10) {
        draw_line(now);  // the last line is finish's
        next_tenth_ = tenth + 1;
    }
}

void ProgressBar::resume_at(std::size_t steps) {
    const std::lock_guard lock(mutex_);
    done_ = done_before_ = std::min(steps, total_);
    next_tenth_ = scaled(done_, total_, 10) + 1;
}

void ProgressBar::set_elapsed(double seconds) {
    const std::lock_guard lock(mutex_);
    start_ = Clock::now() - std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

void ProgressBar::set_suffix(std::string text) {
    const std::lock_guard lock(mutex_);
    suffix_ = std::move(text);
}

void ProgressBar::finish() {
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    finished_ = true;
    done_ = total_;
    if (!terminal_) return draw_line(Clock::now());
    draw_bar(Clock::now());
    std::fputc('\n', stream_);
    std::fflush(stream_);
}

void ProgressBar::draw_bar(Clock::time_point now) {
    constexpr std::size_t cells = 24;
    const std::size_t full = scaled(done_, total_, cells);
    std::string line =
        fmt::format("{} [{:#<{}}{:-<{}}] {:3} %  {}", label_, "", full, "", cells - full, scaled(done_, total_, 100),
                    times_text(seconds_between(start_, now), done_before_, done_, total_));
    if (!suffix_.empty()) line += "  " + suffix_;
    line.resize(std::min(line.size(), terminal_width(stream_) - 1));
    const std::size_t width = line.size();
    line.resize(std::max(width, drawn_width_), ' ');
    std::fprintf(stream_, "\r%s", line.c_str());
    std::fflush(stream_);
    drawn_width_ = width;
    last_draw_ = now;
}

void ProgressBar::draw_line(Clock::time_point now) {
    std::string line = fmt::format("{}: {} % ({}/{}), {}", label_, scaled(done_, total_, 100), done_, total_,
                                   times_text(seconds_between(start_, now), done_before_, done_, total_));
    if (!suffix_.empty()) line += ", " + suffix_;
    std::fprintf(stream_, "%s\n", line.c_str());
    std::fflush(stream_);
}

}  // namespace tacit
