#pragma once

#include <string>
#include <vector>

#include "commands.hpp"

namespace tacit::app {

/// One bar of the chart of training times.
struct TimedMethod {
    std::string method;
    double seconds = 0;
};

/// The three pictures, as PNG and SVG. Each returns a line that says where they are, or why they are missing: without
/// gnuplot there are no pictures, and that is no error.
[[nodiscard]] std::string draw_evaluation(const learn::Evaluation& evaluation, const fs::path& folder);
[[nodiscard]] std::string draw_times(const std::vector<TimedMethod>& methods, int threads, const fs::path& folder);

}  // namespace tacit::app
