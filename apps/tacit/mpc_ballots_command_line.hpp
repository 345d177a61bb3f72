#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace tacit::app {

/// Adds `bid`, `auction`, `ballot`, `vote` and `reveal` to `mpc`; the one that is chosen goes to `run`.
void add_ballots(CLI::App* mpc, std::function<void()>& run);

}  // namespace tacit::app
