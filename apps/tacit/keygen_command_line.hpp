#pragma once

#include <CLI/CLI.hpp>

#include "commands.hpp"

namespace tacit::app {

/// Adds `keygen`, whose options go to `options`; what it does when it is chosen is the caller's.
CLI::App* add_keygen_command(CLI::App& app, KeygenOptions& options);

}  // namespace tacit::app
