#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "dp.hpp"

namespace tacit::app {

/// Adds `tacit dp plan` and `tacit dp train` under `dp`, or what they would cost under `dp quote`.
void add_dp_plan(CLI::App* parent, std::function<void()>& run, bool quote);
void add_dp_train(CLI::App* parent, std::function<void()>& run, bool quote);

inline void add_tick(CLI::App* command, long& tick_ms) {
    command
        ->add_option("--tick", tick_ms,
                     "Milliseconds: answers leave at multiples of this, so that their time hardly speaks of the rows")
        ->capture_default_str();
}

}  // namespace tacit::app
