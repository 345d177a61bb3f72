#pragma once

#include "commands.hpp"

namespace CLI {
class App;
}

/// Options that several commands take.
namespace tacit::app {

void add_private(CLI::App* command, fs::path& folder);
void add_upload(CLI::App* command, fs::path& folder);
void add_result(CLI::App* command, fs::path& folder);
/// --threads and --quiet
void add_common(CLI::App* command, CommonOptions& common);

}  // namespace tacit::app
