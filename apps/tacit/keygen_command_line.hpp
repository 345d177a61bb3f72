#pragma once

#include <functional>

#include "commands.hpp"

namespace CLI {
class App;
}

namespace tacit::app {

/// Adds the command `keygen`, which says what is trained and on what; if it is chosen, `run` is it.
void add_keygen(CLI::App& app, KeygenOptions& options, CommonOptions& common, std::function<void()>& run);

}  // namespace tacit::app
