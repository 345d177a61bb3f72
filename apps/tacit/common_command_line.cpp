#include "common_command_line.hpp"

#include <CLI/CLI.hpp>

namespace tacit::app {

void add_private(CLI::App* command, fs::path& folder) {
    command->add_option("--private", folder, "The customer's own folder; holds the secret key")->required();
}
void add_upload(CLI::App* command, fs::path& folder) {
    command->add_option("--upload", folder, "What the customer gives to the service")->required();
}
void add_result(CLI::App* command, fs::path& folder) {
    command->add_option("--result", folder, "What the service gives back")->required();
}
void add_common(CLI::App* command, CommonOptions& common) {
    command->add_option("--threads", common.threads, "Cores to use (0: all)")
        ->check(CLI::Range(0, 4096))
        ->capture_default_str();
    command->add_flag("--quiet", common.quiet, "No progress bar");
}

}  // namespace tacit::app
