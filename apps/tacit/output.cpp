#include "output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include "tacit/base/progress.hpp"

namespace tacit::app {

std::string bytes_text(std::uint64_t bytes) {
    if (bytes < 1000) return fmt::format("{} bytes", bytes);
    auto value = static_cast<double>(bytes);
    const char* unit = "bytes";
    for (const char* next : {"kB", "MB", "GB", "TB"}) {
        if (value < 999.5) break;
        value /= 1000;
        unit = next;
    }
    return fmt::format("{:.{}f} {}", value, value < 10 ? 2 : value < 100 ? 1 : 0, unit);
}

std::string count_text(std::uint64_t count) {
    const std::string digits = fmt::format("{}", count);
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
        text += digits[i];
    }
    return text;
}

std::string seconds_text(double seconds) {
    return fmt::format("{:.{}f} s", seconds, seconds < 10 ? 2 : seconds < 100 ? 1 : 0);
}

std::string percent_text(double share) { return fmt::format("{:.2f} %", 100 * share); }

void print_step(const char* command, const std::string& lines) {
    constexpr std::size_t width = 10;
    std::string text;
    for (const char c : lines) {
        text += c;
        if (c == '\n') text += std::string(width, ' ');
    }
    fmt::print("{:<{}}{}\n", command, width, text);
    std::fflush(stdout);
}

learn::WorkProgress progress_bar(const char* label, const CommonOptions& common,
                                 std::string (*suffix)(std::size_t done, std::size_t total)) {
    if (common.quiet) return {};
    struct State {
        std::unique_ptr<ProgressBar> bar{};
        std::size_t reported = 0;
    };
    return [label, suffix, state = std::make_shared<State>()](std::size_t done, std::size_t total) {
        if (!state->bar) {
            state->bar = std::make_unique<ProgressBar>(label, total);
            state->bar->resume_at(done);
            state->reported = done;
        }
        if (suffix != nullptr) state->bar->set_suffix(suffix(done, total));
        state->bar->advance(done - state->reported);
        state->reported = done;
        if (done == total) state->bar->finish();
    };
}

std::string step_text(std::size_t done, std::size_t total) {
    const std::size_t steps = total / learn::progress_per_step;
    return fmt::format("minibatch {} of {}", std::min(done / learn::progress_per_step + 1, steps), steps);
}

std::string work_text(const learn::TrainingWork& work) {
    std::string text;
    if (work.segments > 1) text += fmt::format("segment {} of {}, ", work.segment + 1, work.segments);
    return text + fmt::format("minibatch {} of {}, {} of {} levels, noise budget {} bits", work.step(), work.steps(),
                              work.levels_left, work.levels, work.noise_budget);
}

learn::TrainingProgress training_bar(const CommonOptions& common) {
    if (common.quiet) return {};
    return [bar = std::make_shared<std::optional<ProgressBar>>(),
            reported = std::size_t{0}](const learn::TrainingWork& work) mutable {
        if (!*bar) {
            bar->emplace("Training", work.total);
            (*bar)->resume_at(work.done);
            reported = work.done;
        }
        (*bar)->set_suffix(work_text(work));
        (*bar)->advance(work.done - reported);
        reported = work.done;
        if (work.done == work.total) (*bar)->finish();
    };
}

}  // namespace tacit::app
