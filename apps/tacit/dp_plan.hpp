#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace tacit::app {

/// Adds `tacit dp plan` and `tacit dp train` under `dp`, or what they would cost under `dp quote`.
void add_dp_plan(CLI::App* parent, std::function<void()>& run, bool quote);
void add_dp_train(CLI::App* parent, std::function<void()>& run, bool quote);

}  // namespace tacit::app
