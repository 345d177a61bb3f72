// The command line of `tacit`: options and help. What the commands do is in their own files and in tacit/learn.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>

#include "commands.hpp"
#include "common_command_line.hpp"
#include "dp_command_line.hpp"
#include "keygen_command_line.hpp"
#include "mpc_command_line.hpp"
#include "score.hpp"
#include "service_options.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/base/parallel.hpp"

namespace {

using namespace tacit;
using namespace tacit::app;

constexpr int refused = 2;        ///< exit status of every error
constexpr int needs_refresh = 3;  ///< of a training that waits for its customer

constexpr const char* main_footer = R"(
Two parties share files and nothing else. The customer owns the data and the secret key; the service trains.

  customer  tacit keygen   --private private --upload upload --data people.csv --label ill --positive yes
            tacit encrypt  --private private --upload upload
            (give the folder "upload" to the service)
  service   tacit train    --upload upload --result result
            (give the folder "result" back)
  customer  tacit decrypt  --private private --result result
            tacit evaluate --private private
            tacit predict  --private private --data new.csv

Rows are also scored while they are encrypted, by a model in the clear or an encrypted one: `tacit score --help`.

Without --data the first command takes images that are part of this program: MNIST digits, 3 against 8.

Or over a network, with customers that the service knows by their keys:

  service   tacit serve      --identity server --store store
  customer  tacit job submit --identity me --upload upload, then watch and fetch

A training too long for one circuit stops in between for `tacit refresh`, which keygen announces.

`tacit COMMAND --help` says more about each. Exit status: 0 done, 2 refused, with the reason on stderr, 3 done so far
and waiting for `tacit refresh`.)";

constexpr const char* encrypt_footer = R"(
Encrypts rows of the data that keygen was given; they must not have changed. Writes upload/inputs.bin, for further
segments upload/inputs-1.bin and so on, and private/preprocessing.json with everything that was done to the rows. The
service needs inputs-3.bin only when it trains the fourth segment: later files can travel while it works.

Example:
  tacit encrypt --private private --upload upload)";

constexpr const char* train_footer = R"(
Reads the upload folder and nothing else: it has no secret key. Writes result/weights.bin, encrypted, and
result/statistics.json with times and sizes. The result is the same for any number of threads, to the last bit.

A training of several segments stops after each but the last with result/state-0.bin, state-1.bin and so on, encrypted,
and exit status 3, and goes on from the newest one that the customer has refreshed; no finished segment is computed
again. With --wait it stays, keeps the keys in memory, and goes on as soon as the refreshed state is there, while the
customer runs `tacit refresh --wait`:

  tacit refresh --private private --result result --upload upload --wait 600 &
  tacit train --upload upload --result result --wait 600

Example:
  tacit train --upload upload --result result --threads 2)";

constexpr const char* refresh_footer = R"(
Between two segments the encrypted state of a training has no levels left. This decrypts the newest result/state-N.bin
and encrypts it anew into upload/refreshed-N.bin, for `tacit train` to go on with. Nothing leaves in the clear. A
service that alters states and watches whether they are refused learns about the secret key: after a refusal that you
cannot explain do not try again, but begin anew with other keys (SECURITY.md, "integrity").

With --wait it does so for every state that comes, until the model is trained.

Example:
  tacit refresh --private private --result result --upload upload)";

constexpr const char* decrypt_footer = R"(
Writes private/model.json. The weights carry the error of encryption, which depends on the secret key: they are for
the owner of the key. Round them before giving them to anybody else (SECURITY.md, "publish").

Example:
  tacit decrypt --private private --result result)";

constexpr const char* evaluate_footer = R"(
Compares the decrypted model with training in the clear, by the same polynomial and by the exact sigmoid, on rows
that were held out. Writes private/evaluation.json, and with gnuplot the pictures weights and roc.

Example:
  tacit evaluate --private private --out pictures)";

constexpr const char* predict_footer = R"(
Applies private/model.json to a CSV file: the columns of the training data in any order, further columns ignored,
the same delimiter. If the label column is there too, the accuracy (of numbers, the error) is printed. Everything stays
with the customer.

Example:
  tacit predict --private private --data new.csv --out scores.csv)";

constexpr const char* compare_footer = R"(
Each RUN is a folder that holds "private" with an evaluation and "result" with the statistics.

Example:
  tacit compare runs/baseline runs/low-depth runs/mask-free --out pictures)";

/// Everything that the command line can say.
struct CommandLine {
    CommonOptions common{};
    KeygenOptions keygen;
    EncryptOptions encrypt{};
    TrainOptions train{};
    RefreshOptions refresh{};
    DecryptOptions decrypt{};
    EvaluateOptions evaluate{};
    PredictOptions predict{};
    CompareOptions compare{};
    ScoreOptions score{};
    ServiceLine service{};
    std::function<void()> run{};
    int status = 0;  ///< where that is no error
};

CLI::App* add_command(CLI::App& app, const char* name, const char* summary, const char* footer) {
    CLI::App* command = app.add_subcommand(name, summary);
    command->footer(footer);
    return command;
}

void add_encrypt(CLI::App& app, CommandLine& line) {
    CLI::App* command = add_command(app, "encrypt", "Customer: encrypt the training rows", encrypt_footer);
    add_private(command, line.encrypt.private_folder);
    add_upload(command, line.encrypt.upload_folder);
    add_common(command, line.common);
    command->callback([&line] { line.run = [&line] { encrypt(line.encrypt, line.common); }; });
}

void add_predict(CLI::App& app, CommandLine& line) {
    CLI::App* command = add_command(app, "predict", "Customer: apply the decrypted model to new rows", predict_footer);
    add_private(command, line.predict.private_folder);
    command->add_option("--data", line.predict.data, "CSV file with the columns of the training data")->required();
    command->add_option("--out", line.predict.out, "CSV file for the scores (default: a summary alone)");
    command->callback([&line] { line.run = [&line] { predict(line.predict); }; });
}

void add_train(CLI::App& app, CommandLine& line) {
    CLI::App* command = add_command(app, "train", "Service: train on ciphertexts", train_footer);
    add_upload(command, line.train.upload_folder);
    add_result(command, line.train.result_folder);
    command
        ->add_option("--wait", line.train.wait_seconds,
                     "Seconds to wait for each refreshed state, with the keys in memory")
        ->check(CLI::Range(0, 1'000'000))
        ->capture_default_str();
    add_common(command, line.common);
    command->callback(
        [&line] { line.run = [&line] { line.status = train(line.train, line.common) ? 0 : needs_refresh; }; });
}

void add_refresh(CLI::App& app, CommandLine& line) {
    CLI::App* command = add_command(app, "refresh", "Customer: encrypt a training's state anew", refresh_footer);
    add_private(command, line.refresh.private_folder);
    add_result(command, line.refresh.result_folder);
    add_upload(command, line.refresh.upload_folder);
    command
        ->add_option("--wait", line.refresh.wait_seconds,
                     "Refresh every state as it comes, waiting so many seconds for each (0: the one that is there)")
        ->check(CLI::Range(0, 1'000'000))
        ->capture_default_str();
    command->callback([&line] { line.run = [&line] { refresh(line.refresh); }; });
}

void add_decrypt(CLI::App& app, CommandLine& line) {
    CLI::App* command = add_command(app, "decrypt", "Customer: decrypt the trained model", decrypt_footer);
    add_private(command, line.decrypt.private_folder);
    add_result(command, line.decrypt.result_folder);
    command->callback([&line] { line.run = [&line] { decrypt(line.decrypt); }; });
}

void add_evaluate(CLI::App& app, CommandLine& line) {
    CLI::App* command = add_command(app, "evaluate", "Customer: judge the model on held-out rows", evaluate_footer);
    add_private(command, line.evaluate.private_folder);
    command->add_option("--out", line.evaluate.picture_folder, "Folder for the pictures (default: the private folder)");
    command->add_flag("!--no-pictures", line.evaluate.pictures, "Numbers alone");
    command->callback([&line] { line.run = [&line] { evaluate(line.evaluate); }; });
}

void add_compare(CLI::App& app, CommandLine& line) {
    CLI::App* command = add_command(app, "compare", "Anybody: a table of several runs", compare_footer);
    command->add_option("RUN", line.compare.runs, "Folders of runs")->required();
    command->add_option("--out", line.compare.picture_folder, "Folder for a chart of the training times");
    command->callback([&line] { line.run = [&line] { compare(line.compare); }; });
}

/// "tacit", "tacit train", "tacit job submit": as far as commands are chosen.
std::string full_name(const CLI::App& app) {
    const auto chosen = app.get_subcommands();
    return chosen.empty() ? app.get_name() : app.get_name() + " " + full_name(*chosen.front());
}

int refuse(const CLI::App& app, const std::string& message) {
    fmt::print(stderr, "{}: {}\n", full_name(app), message);
    return refused;
}

int run(const CLI::App& app, const CommandLine& line) {
    try {
        const InterruptGuard guard;
        std::optional<ThreadLimit> limit;
        if (line.common.threads > 0) limit.emplace(line.common.threads);
        line.run();
        return line.status;
    } catch (const Error& error) {
        return refuse(app, error.what());
    } catch (const std::bad_alloc&) {
        return refuse(app, "out of memory; close other programs, or train fewer or smaller minibatches");
    } catch (const std::exception& error) {
        return refuse(app, error.what());
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Tacit trains models on data that the trainer cannot read.", "tacit");
    CommandLine line;
    app.footer(main_footer);
    app.set_version_flag("--version",
                         [] { return fmt::format("tacit {} ({} kernels)", TACIT_VERSION, learn::kernel_name()); });
    app.require_subcommand(1);
    add_keygen(app, line.keygen, line.common, line.run);
    add_encrypt(app, line);
    add_train(app, line);
    add_refresh(app, line);
    add_decrypt(app, line);
    add_evaluate(app, line);
    add_predict(app, line);
    add_compare(app, line);
    add_score(app, line.score, line.common, line.run);
    add_dp(app, line.run);
    add_mpc(app, line.run);
    add_service_commands(app, line.service, line.common, line.run);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // help, version
        return refuse(app, fmt::format("{}; see `{} --help`", error.what(), full_name(app)));
    }
    return run(app, line);
}
