// The command line of `tacit keygen`.
#include "keygen_command_line.hpp"

#include <CLI/CLI.hpp>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "common_command_line.hpp"

namespace tacit::app {

namespace {

constexpr const char* keygen_footer = R"(
Writes into the private folder: secret.key, data.json, and copies of program and parameters. Writes into the upload
folder: program.json, parameters.bin, evaluation_keys.bin. The ring and the primes follow from the circuit's depth, the
width of the circuit from the number of features.

A CSV file has a header and one row a line. A column of numbers is one feature, standardised; a column of words is one
feature for each of its values; a column with both is refused. What is found in the training rows is kept, and used
for held-out and new rows unchanged. Nothing is guessed: which value of the label counts as 1, and what becomes of
missing cells, has to be said.

Of a label that is a number, --model linear learns the number, with --ridge by ridge regression; of a label with several
values, --model multinomial learns each against the rest. --start takes a model of the same columns and classes, which
may come from other rows: every score of it is kept. --continue takes the result of such a training as the service gave
it back: it has no levels left, so its owner's key is needed (--continue-private), and keygen, encrypt and evaluate
decrypt it in memory; it is encrypted anew, under this job's key, as a part of the rows, and stands in no file in the
clear. The earlier folders have to stay until the training is over.

A circuit holds so many minibatches: at 128 bits about 20 in a ring that is slow already. A longer training is cut into
segments as long as cost the least predicted time, and after each the customer decrypts the state and encrypts it anew
(`tacit refresh`). Longer segments mean dearer circuits and larger inputs, shorter ones more refreshes: say with
--round-trip what a refresh takes you, or the length itself with --segment-steps. Keygen tells how many there will be.

Examples:
  tacit keygen --private private --upload upload --data people.csv --label ill --positive yes
  tacit keygen --private p --upload u --data homes.csv --label price --model linear --full-batch --passes 6
  tacit keygen --private p --upload u --data irises.csv --label species --model multinomial
  tacit keygen --private p --upload u --data june.csv --label ill --positive yes --start may/private/model.json
  tacit keygen --private p --upload u --data june.csv --label ill --positive yes
               --continue may/result --continue-private may/private
  tacit keygen --private p --upload u --data credit.csv --label class --positive bad --missing mean --drop id,name
  tacit keygen --private p --upload u --data /usr/share/datasets/fashion-mnist --classes 2,4 --seed 7
  tacit keygen --private p --upload u --method baseline --minibatches 4
  tacit keygen --private p --upload u --data mnist --minibatches 200 --minibatch-size 32 --round-trip 60
  tacit keygen --private p --upload u --minibatches 2 --minibatch-size 16     (small and quick, to try things out))";

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

/// Where training begins.
void add_start(CLI::App* command, KeygenOptions& options) {
    auto* const start =
        command->add_option("--start", options.choice.start, "A model.json to start from (default: zero)");
    auto* const continued = command
                                ->add_option("--continue", options.continued.result_folder,
                                             "Folder with an encrypted result to start from; it stays encrypted")
                                ->type_name("RESULT")
                                ->excludes(start);
    auto* const owner = command
                            ->add_option("--continue-private", options.continued.private_folder,
                                         "Private folder of that training: its key, and how its rows were prepared")
                            ->type_name("PRIVATE")
                            ->needs(continued);
    continued->needs(owner);
}

/// How the weights are found.
void add_recipe(CLI::App* command, KeygenOptions& options) {
    using learn::Algorithm;
    using learn::Model;
    learn::TrainingRecipe& recipe = options.choice.recipe;
    command->add_option("--model", recipe.model, "What is learnt: two classes, a number, several classes")
        ->transform(CLI::CheckedTransformer(by_name({Model::logistic, Model::linear, Model::multinomial}))
                        .description("{logistic,linear,multinomial}"))
        ->default_str("logistic");
    add_start(command, options);
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
        ->default_str("8; with a Hessian 1; linear: 1 and 0.25");
    command->add_option("--ridge", recipe.ridge, "Penalty: this, over 2, times the squares of the weights")
        ->capture_default_str();
    command
        ->add_option("--fit-sigmoid", options.choice.sigmoid_degree,
                     "Fit it by this degree on the range that training in the clear stays in")
        ->type_name("DEGREE")
        ->default_str("3, on [-8, 8]");
    command
        ->add_option("--segment-steps", options.choice.segment_steps,
                     "Steps between two refreshes, if there are more of them")
        ->type_name("STEPS")
        ->default_str("by predicted time");
    command
        ->add_option("--round-trip", options.choice.refresh.round_trip_seconds,
                     "What a refresh takes you, in seconds, to choose that by")
        ->check(CLI::Range(0.0, 1e9))
        ->capture_default_str();
}

}  // namespace

void add_keygen(CLI::App& app, KeygenOptions& options, CommonOptions& common, std::function<void()>& run) {
    using learn::Method;
    CLI::App* command = app.add_subcommand("keygen", "Customer: plan the training and make the keys");
    command->footer(keygen_footer);
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
    add_common(command, common);
    command->callback([&] { run = [&] { keygen(options, common); }; });
}

}  // namespace tacit::app
