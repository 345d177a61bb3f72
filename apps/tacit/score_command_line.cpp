// The command line of `tacit score`: options and help. What the commands do is in score.cpp.
#include <CLI/CLI.hpp>
#include <string>

#include "common_command_line.hpp"
#include "score.hpp"

namespace tacit::app {

namespace {

constexpr const char* score_footer = R"(
The service has a model, the customer rows; neither sees the other's. Features are prepared as the training rows were.

  service   tacit score offer   --model private/model.json --out offer.json
            (give "offer.json" to the customer: columns, levels and classes, means and deviations, no weights)
  customer  tacit score keygen  --private mine --upload upload --offer offer.json
            tacit score encrypt --private mine --upload upload --data rows.csv
  service   tacit score run     --upload upload --result result --model private/model.json
  customer  tacit score decrypt --private mine --result result --out scores.csv

A customer who keeps a model of its own from the service sends it encrypted: `keygen --model model.json` in place of
--offer, and `run` without --model. One keygen serves any number of files; each encrypt replaces the rows before it.

Scores are linear in the rows: who gets scores of one row more than there are features can work out the weights.)";

void add_folder(CLI::App* command, const char* name, fs::path& folder, const char* help) {
    command->add_option(name, folder, help)->required();
}

void add_offer(CLI::App* score, ScoreOptions& options, std::function<void()>& run) {
    CLI::App* command = score->add_subcommand("offer", "Owner of a model: say how rows are prepared for it");
    add_folder(command, "--model", options.model, "model.json of a training on a table");
    add_folder(command, "--out", options.choice.offer, "File for the customers");
    command->callback([&] { run = [&] { score_offer(options); }; });
}

void add_keygen(CLI::App* score, ScoreOptions& options, std::function<void()>& run) {
    CLI::App* command = score->add_subcommand("keygen", "Customer: make the keys");
    add_private(command, options.private_folder);
    add_upload(command, options.upload_folder);
    auto* offer = command->add_option("--offer", options.choice.offer, "Of a model that the service has in the clear");
    command->add_option("--model", options.choice.model, "The customer's own model.json, to be encrypted")
        ->excludes(offer);
    command->add_option("--security", options.choice.security_bits, "Bits of security: 128, 192 or 256")
        ->capture_default_str();
    command->add_flag("--overwrite", options.overwrite, "Replace an existing secret key");
    command->callback([&] { run = [&] { score_keygen(options); }; });
}

void add_encrypt(CLI::App* score, ScoreOptions& options, CommonOptions& common, std::function<void()>& run) {
    CLI::App* command = score->add_subcommand("encrypt", "Customer: encrypt rows");
    add_private(command, options.private_folder);
    add_upload(command, options.upload_folder);
    add_folder(command, "--data", options.data, "CSV file with the columns of the offer, in any order");
    add_common(command, common);
    command->callback([&] { run = [&] { score_encrypt(options, common); }; });
}

void add_run(CLI::App* score, ScoreOptions& options, CommonOptions& common, std::function<void()>& run) {
    CLI::App* command = score->add_subcommand("run", "Service: score ciphertexts");
    add_upload(command, options.upload_folder);
    add_result(command, options.result_folder);
    command->add_option("--model", options.model, "model.json, unless the customer sent one encrypted");
    add_common(command, common);
    command->callback([&] { run = [&] { score_run(options, common); }; });
}

void add_decrypt(CLI::App* score, ScoreOptions& options, std::function<void()>& run) {
    CLI::App* command = score->add_subcommand("decrypt", "Customer: read the scores");
    add_private(command, options.private_folder);
    add_result(command, options.result_folder);
    command->add_option("--out", options.out, "CSV file for the scores (default: a summary alone)");
    command->callback([&] { run = [&] { score_decrypt(options); }; });
}

}  // namespace

void add_score(CLI::App& app, ScoreOptions& options, CommonOptions& common, std::function<void()>& run) {
    CLI::App* score = app.add_subcommand("score", "Score encrypted rows by a model, in the clear or encrypted");
    score->footer(score_footer);
    score->require_subcommand(1);
    add_offer(score, options, run);
    add_keygen(score, options, run);
    add_encrypt(score, options, common, run);
    add_run(score, options, common, run);
    add_decrypt(score, options, run);
}

}  // namespace tacit::app
