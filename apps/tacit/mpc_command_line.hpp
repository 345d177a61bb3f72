#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "mpc.hpp"

namespace tacit::app {

/// Adds `mpc` with its commands; the one that is chosen goes to `run`.
void add_mpc(CLI::App& app, std::function<void()>& run);

namespace mpc {
/// --roster, --identity, --patience: what every protocol takes.
void add_session(CLI::App* command, SessionOptions& options);
/// --task: which `one` the shares are for.
void add_task(CLI::App* command, std::string& task, const std::string& one);
void add_psi(CLI::App* parent, std::function<void()>& run);
void add_private_answers(CLI::App* parent, std::function<void()>& run);
void add_predict(CLI::App* parent, std::function<void()>& run);
void add_study(CLI::App* parent, std::function<void()>& run);
}  // namespace mpc

}  // namespace tacit::app
