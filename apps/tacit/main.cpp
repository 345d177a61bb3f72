// The command line of `tacit`: options and help. What the commands do is in their own files and in tacit/learn.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>

#include "commands.hpp"
#include "dp_command_line.hpp"
#include "mpc_command_line.hpp"
#include "service_options.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/base/parallel.hpp"

namespace {

using namespace tacit;
using namespace tacit::app;

constexpr int refused = 2;  ///< exit status of every error

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

Without --data the first command takes images that are part of this program: MNIST digits, 3 against 8.

Or over a network, with customers that the service knows by their keys:

  service   tacit serve      --identity server --store store
  customer  tacit job submit --identity me --upload upload, then watch and fetch

`tacit COMMAND --help` says more about each. Exit status: 0 done, 2 refused, with the reason on stderr.)";

constexpr const char* keygen_footer = R"(
Writes into the private folder: secret.key, data.json, and copies of program and parameters. Writes into the upload
folder: program.json, parameters.bin, evaluation_keys.bin. The ring and the primes follow from the circuit's depth, the
width of the circuit from the number of features.

A CSV file has a header and one row a line. A column of numbers is one feature, standardised; a column of words is one
feature for each of its values; a column with both is refused. What is found in the training rows is kept, and used
for held-out and new rows unchanged. Nothing is guessed: which value of the label counts as 1, and what becomes of
missing cells, has to be said.

Examples:
  tacit keygen --private private --upload upload --data people.csv --label ill --positive yes
  tacit keygen --private p --upload u --data credit.csv --label class --positive bad --missing mean --drop id,name
  tacit keygen --private p --upload u --data /usr/share/datasets/fashion-mnist --classes 2,4 --seed 7
  tacit keygen --private p --upload u --method baseline --minibatches 4
  tacit keygen --private p --upload u --minibatches 2 --minibatch-size 16     (small and quick, to try things out))";

constexpr const char* encrypt_footer = R"(
Encrypts rows of the data that keygen was given; they must not have changed. Writes upload/inputs.bin, and
private/preprocessing.json with everything that was done to the rows.

Example:
  tacit encrypt --private private --upload upload)";

constexpr const char* train_footer = R"(
Reads the upload folder and nothing else: it has no secret key. Writes result/weights.bin, encrypted, and
result/statistics.json with times and sizes. The result is the same for any number of threads, to the last bit.

Example:
  tacit train --upload upload --result result --threads 2)";

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
the same delimiter. If the label column is there too, the accuracy is printed. Everything stays with the customer.

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
    DecryptOptions decrypt{};
    EvaluateOptions evaluate{};
    PredictOptions predict{};
    CompareOptions compare{};
    ServiceLine service{};
    std::function<void()> run{};
};

CLI::App* add_command(CLI::App& app, const char* name, const char* summary, const char* footer) {
    CLI::App* command = app.add_subcommand(name, summary);
    command->footer(footer);
    return command;
}

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

/// The values of an option, under the names that the library gives them.
template <class Choice>
std::map<std::string, Choice> by_name(std::initializer_list<Choice> choices) {
    std::map<std::string, Choice> named;
    for (const Choice choice : choices) named.emplace(to_string(choice), choice);
    return named;
}

/// What a CSV file says.
void add_table(CLI::App* command, learn::TableChoice& table) {
    using table::Missing;
    using table::UnknownLevel;
    static const std::map<std::string, char> delimiters = {
        {"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"pipe", '|'}, {"space", ' '}};
    table::FeatureChoice& features = table.features;
    const char* group = "CSV files";
    command->add_option("--label", features.label, "Column to predict")->group(group);
    command->add_option("--positive", features.positive, "Its value that counts as 1")->group(group);
    command->add_option("--drop", features.dropped, "Columns to leave out (identifiers)")->delimiter(',')->group(group);
    command->add_option("--categorical", features.categorical, "Columns of numbers that are categories")
        ->delimiter(',')
        ->group(group);
    command->add_option("--missing", features.missing, "What becomes of missing cells")
        ->transform(CLI::CheckedTransformer(by_name({Missing::refuse, Missing::mean, Missing::mode, Missing::drop_row}))
                        .description("{refuse,mean,mode,drop-row}"))
        ->default_str("refuse")
        ->group(group);
    command
        ->add_option_function<std::vector<std::string>>(
            "--missing-words",
            [&features](const std::vector<std::string>& words) {
                features.missing_words.insert(features.missing_words.end(), words.begin(), words.end());
            },
            "Cells that count as missing beside empty, ?, NA, N/A, NaN, nan, NULL, null")
        ->delimiter(',')
        ->group(group);
    command->add_option("--unknown-level", features.unknown, "What becomes of categories not seen in training")
        ->transform(
            CLI::CheckedTransformer(by_name({UnknownLevel::refuse, UnknownLevel::zeros})).description("{refuse,zeros}"))
        ->default_str("refuse")
        ->group(group);
    command->add_option("--delimiter", table.delimiter, "Between fields")
        ->transform(CLI::CheckedTransformer(delimiters).description("{comma,semicolon,tab,pipe,space}"))
        ->default_str("comma")
        ->group(group);
    command->add_option("--held-out", table.held_out, "Every so-manieth row is kept for evaluation")
        ->capture_default_str()
        ->group(group);
}

void add_data(CLI::App* command, learn::DataChoice& data) {
    command
        ->add_option("--data", data.source,
                     "\"embedded\" (MNIST 3/8), a CSV file with a header, or a folder of idx files")
        ->capture_default_str();
    command
        ->add_option_function<std::vector<int>>(
            "--classes",
            [&data](const std::vector<int>& c) {
                data.classes = {c.at(0), c.at(1)};
            },
            "The two classes of images to tell apart")
        ->delimiter(',')
        ->expected(2)
        ->type_name("ZERO,ONE")
        ->default_str("3,8");
    command->add_option("--seed", data.seed, "Order in which rows fill the minibatches")->capture_default_str();
    add_table(command, data.table);
}

/// How the weights are found.
void add_recipe(CLI::App* command, KeygenOptions& options) {
    using learn::Algorithm;
    learn::TrainingRecipe& recipe = options.choice.recipe;
    command->add_option("--algorithm", recipe.algorithm, "How a step follows from the gradient")
        ->transform(CLI::CheckedTransformer(by_name({Algorithm::gradient_descent, Algorithm::nesterov,
                                                     Algorithm::fixed_hessian, Algorithm::quadratic_gradient}))
                        .description("{gradient-descent,nesterov,fixed-hessian,quadratic-gradient}"))
        ->default_str("nesterov");
    command->add_option("--minibatches", recipe.minibatches, "Minibatches; each is a training step")
        ->capture_default_str();
    auto* size = command->add_option("--minibatch-size", recipe.minibatch_size, "Rows of each, a power of two")
                     ->capture_default_str();
    command->add_option("--passes", recipe.passes, "How often the minibatches are gone through")->capture_default_str();
    command->add_flag("--full-batch", options.choice.full_batch, "One minibatch of all rows; say --passes too")
        ->excludes(size);
    command->add_option("--learning-rate", options.learning_rate, "Step of the gradient")
        ->default_str("8; with a Hessian 1");
    command->add_option("--ridge", recipe.ridge, "Penalty: this, over 2, times the squares of the weights")
        ->capture_default_str();
    command
        ->add_option("--fit-sigmoid", options.choice.sigmoid_degree,
                     "Fit it by this degree on the range that training in the clear stays in")
        ->type_name("DEGREE")
        ->default_str("3, on [-8, 8]");
}

void add_keygen(CLI::App& app, CommandLine& line) {
    using learn::Method;
    CLI::App* command = add_command(app, "keygen", "Customer: plan the training and make the keys", keygen_footer);
    KeygenOptions& options = line.keygen;
    add_private(command, options.private_folder);
    add_upload(command, options.upload_folder);
    add_data(command, options.data);
    command
        ->add_option("--method", options.choice.method,
                     "Circuit: baseline (5 levels a minibatch), low-depth (2.5), mask-free (2)")
        ->transform(CLI::CheckedTransformer(by_name({Method::baseline, Method::low_depth, Method::mask_free}))
                        .description("{baseline,low-depth,mask-free}"))
        ->default_str("mask-free");
    add_recipe(command, options);
    command->add_option("--security", options.choice.security_bits, "Bits of security: 128, 192 or 256")
        ->capture_default_str();
    command->add_option("--scale-bits", options.choice.scale_bits, "Precision of encrypted numbers")
        ->capture_default_str();
    command->add_flag("--overwrite", options.overwrite, "Replace an existing secret key");
    add_common(command, line.common);
    command->callback([&line] { line.run = [&line] { keygen(line.keygen, line.common); }; });
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
    add_common(command, line.common);
    command->callback([&line] { line.run = [&line] { train(line.train, line.common); }; });
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
        return 0;
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
    CLI::App app("Tacit trains a logistic regression on data that the trainer cannot read.", "tacit");
    CommandLine line;
    app.footer(main_footer);
    app.set_version_flag("--version",
                         [] { return fmt::format("tacit {} ({} kernels)", TACIT_VERSION, learn::kernel_name()); });
    app.require_subcommand(1);
    add_keygen(app, line);
    add_encrypt(app, line);
    add_train(app, line);
    add_decrypt(app, line);
    add_evaluate(app, line);
    add_predict(app, line);
    add_compare(app, line);
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
