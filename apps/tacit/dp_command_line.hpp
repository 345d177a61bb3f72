#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace tacit::app {

/// Adds `dp` with its commands; the one that is chosen goes to `run`.
void add_dp(CLI::App& app, std::function<void()>& run);

}  // namespace tacit::app
