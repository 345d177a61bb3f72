// The command line of `tacit dp`: options and help. What the commands do is in dp.cpp.
#include "dp_command_line.hpp"

#include <memory>
#include <string>
#include <vector>

#include "dp.hpp"
#include "dp_plan.hpp"

namespace tacit::app {

namespace {

constexpr const char* dp_footer = R"(
A ledger on disk holds what may be lost about the people in the data, and what is lost. Every answer says what it cost.

  tacit dp create    --ledger wages.ledger --data-set wages --epsilon 2
  tacit dp quote sum --ledger wages.ledger --data wages.csv --column wage --low 0 --high 2500 --epsilon 0.5
  tacit dp sum       --ledger wages.ledger --data wages.csv --column wage --low 0 --high 2500 --epsilon 0.5
  tacit dp ledger    --ledger wages.ledger

One answer for each group, three quantiles for one price, and what each person adds bounded to one row in each of two
regions (a column says whose a row is; epsilon is then what a person loses in all):

  tacit dp mean      --ledger L --data D --column wage --low 0 --high 2500 --by region --groups north,south --epsilon 1
  tacit dp quantile  --ledger L --data D --column wage --low 0 --high 2500 --q 0.1,0.5,0.9 --epsilon 1
  tacit dp mean      --ledger L --data D --column wage --low 0 --high 2500 --by region --groups north,south --epsilon 1
                     --unit person --rows-of-unit 1 --groups-of-unit 2

Keys that nobody stated, shown if enough people have them; the ledger needs a delta:

  tacit dp create    --ledger towns.ledger --data-set towns --epsilon 2 --delta 1e-6
  tacit dp histogram --ledger towns.ledger --data D --column town --unit person --epsilon 1 --delta 1e-6

Bounds, steps, keys and conditions are part of the question: state what you know without looking at the data.)";

constexpr const char* poll_footer = R"(
Mechanisms, and what a report is:
  response   randomised response; one of the answers. For fewer than 3 e^epsilon + 2 answers
  symmetric  a bit for each answer, each flipped by itself (basic RAPPOR, once)
  unary      a bit for each answer, with the probabilities of least error (optimised unary encoding)
  hashing    a hash function and a bucket, A:B:BUCKET (optimised local hashing)
  hadamard   one number, a point of half a row of the Hadamard matrix; the shortest

  tacit dp poll --answers yes,no --say yes
  tacit dp poll --answers a,b,c,d --mechanism unary --epsilon 1 --say c
  tacit dp poll --answers yes,no --data said.csv --column answer

Who reports twice with fresh randomness loses twice.)";

using dp::QueryOptions;
using Query = void (*)(const QueryOptions&);

CLI::Option* add_text(CLI::App* command, const char* name, std::string& value, const char* help) {
    return command->add_option(name, value, help);
}

void add_shared(CLI::App* command, QueryOptions& options) {
    command->add_option("--data", options.data, "CSV file with a header")->required(!options.quote);
    command->add_option("--ledger", options.ledger, "The ledger of these data")->required();
    command->add_option("--witness", options.witness,
                        "File that knows the ledger's newest head; see `tacit dp ledger`");
    command->add_option("--where", options.where, "COLUMN=VALUE: only rows that hold this; may be repeated");
    CLI::Option* unit =
        add_text(command, "--unit", options.unit,
                 "Column that says whose a row is: bounds what each unit adds and charges for the unit");
    command
        ->add_option("--rows-of-unit", options.rows_of_unit,
                     "Rows of each unit that count, in each group if there are "
                     "groups; others are left out, by a hash")
        ->needs(unit)
        ->capture_default_str();
    add_tick(command, options.tick_ms);
    command->add_option("--groups-of-unit", options.groups_of_unit, "Groups, or private keys, in which a unit counts")
        ->needs(unit)
        ->capture_default_str();
    command->add_flag("--json", options.json, "One JSON object");
}

/// One of the two, if the query can do with Gaussian noise.
void add_loss(CLI::App* command, QueryOptions& options, bool gaussian) {
    CLI::Option_group* loss = command->add_option_group("Loss");
    add_text(loss, "--epsilon", options.epsilon, "What one unit of privacy may lose: 0.5 or 1/2");
    if (gaussian)
        add_text(loss, "--rho", options.rho, "The same as zCDP, by Gaussian noise; for ledgers made with --rho");
    loss->require_option(1);
}

void add_bounds(CLI::App* command, QueryOptions& options) {
    add_text(command, "--column", options.column, "Column of numbers; rows without one are left out")->required();
    command->add_option("--low", options.low, "What is below counts as this")->required();
    command->add_option("--high", options.high, "What is above counts as this")->required();
    add_text(command, "--step", options.step, "Numbers are rounded to multiples of this")->capture_default_str();
}

CLI::Option* add_keys(CLI::App* command, QueryOptions& options, const char* name, const char* help) {
    add_text(command, "--column", options.column, "Column of texts")->required();
    return command->add_option(name, options.keys, help)->delimiter(',')->required();
}

/// Groups that each get an answer.
void add_groups(CLI::App* command, QueryOptions& options) {
    CLI::Option* by = add_text(command, "--by", options.by, "Column of texts: one answer for each of --groups");
    CLI::Option* groups = command->add_option("--groups", options.by_keys, "KEY,KEY,...: public")->delimiter(',');
    by->needs(groups);
    groups->needs(by);
}

/// The queries, under `tacit dp` and again under `tacit dp quote`.
void add_queries(CLI::App* parent, std::function<void()>& run, bool quote) {
    const auto add = [&](const char* name, const char* help, Query query, bool gaussian, const auto& extra) {
        const auto options = std::make_shared<QueryOptions>();
        options->quote = quote;
        CLI::App* command = parent->add_subcommand(name, help);
        add_shared(command, *options);
        add_loss(command, *options, gaussian);
        add_groups(command, *options);
        extra(command, *options);
        command->callback([&run, options, query] { run = [options, query] { query(*options); }; });
    };
    add("count", "How many rows", dp::count, true, [](CLI::App*, QueryOptions&) {});
    add("sum", "The sum of a column", dp::sum, true, add_bounds);
    add("mean", "The mean of a column", dp::mean, false, add_bounds);
    add("variance", "The variance of a column", dp::variance, false, add_bounds);
    add("quantile", "The median or another quantile of a column", dp::quantile, false,
        [](CLI::App* command, QueryOptions& options) {
            add_bounds(command, options);
            command->add_option("--q", options.q, "Q,Q,...: which ones, from 0 to 1; many share one price")
                ->delimiter(',')
                ->capture_default_str();
        });
    add("histogram", "How many rows hold each of the keys that you state", dp::histogram, true,
        [](CLI::App* command, QueryOptions& options) {
            add_keys(command, options, "--keys", "KEY,KEY,...: public")->required(false);
            CLI::Option* delta = add_text(command, "--delta", options.delta,
                                          "Instead of --keys: finds the keys, and shows those that enough units have");
            delta->excludes("--keys")->excludes("--by");
        });
    add("select", "The candidate whom most rows approve", dp::select, false,
        [](CLI::App* command, QueryOptions& options) {
            add_keys(command, options, "--candidates", "NAME,NAME,...: public");
            command->add_option("--separator", options.separator, "Between the names in one row")
                ->capture_default_str();
        });
}

void add_create(CLI::App* parent, std::function<void()>& run) {
    const auto options = std::make_shared<dp::CreateOptions>();
    CLI::App* command = parent->add_subcommand("create", "A new ledger with a budget");
    command->add_option("--ledger", options->ledger, "The file to make")->required();
    add_text(command, "--data-set", options->data_set, "Whose data; one ledger for all files about them")->required();
    CLI::Option_group* budget = command->add_option_group("Budget");
    CLI::Option* epsilon = add_text(budget, "--epsilon", options->epsilon, "The budget, pure");
    add_text(budget, "--rho", options->rho, "The budget in zCDP: many questions, Gaussian noise");
    budget->require_option(1);
    CLI::Option* delta =
        add_text(command, "--delta", options->delta,
                 "With --epsilon: the budget is approximate, for plans and for keys that are not stated")
            ->needs(epsilon);
    command->add_flag("--zcdp", options->zcdp, "Count in zCDP, with the largest rho that implies --epsilon and --delta")
        ->needs(delta);
    command->add_flag(
        "--change-one", options->change_one,
        "Neighbours differ in one row's content, and the number of rows is public; for `plan` and `train`");
    add_text(command, "--unit", options->unit, "Who is protected")->capture_default_str();
    command->add_option("--rows-per-unit", options->rows_per_unit, "The most rows that one of them has in the data")
        ->capture_default_str();
    command->callback([&run, options] { run = [options] { dp::create(*options); }; });
}

void add_ledger(CLI::App* parent, std::function<void()>& run) {
    const auto options = std::make_shared<dp::LedgerOptions>();
    CLI::App* command = parent->add_subcommand("ledger", "What a ledger says; checks every record");
    command->add_option("--ledger", options->ledger, "The file")->required();
    command->add_option("--witness", options->witness,
                        "File that knows the newest head, made if it is not there; refuses a ledger that was put back");
    command->add_flag("--head", options->head, "The head alone, to be kept elsewhere");
    add_text(command, "--holds", options->holds, "A head that was kept: refuses a ledger that does not hold it");
    command->add_flag("--json", options->json, "One JSON object");
    command->callback([&run, options] { run = [options] { dp::show_ledger(*options); }; });
}

void add_poll(CLI::App* parent, std::function<void()>& run) {
    const auto options = std::make_shared<dp::PollOptions>();
    CLI::App* command = parent->add_subcommand(
        "poll",
        "Polls without trust: what to say (--say), what people's answers were (--data), how well each mechanism "
        "would do (--people)");
    command->footer(poll_footer);
    command->add_option("--answers", options->answers, "ANSWER,ANSWER,...: all there are")->delimiter(',')->required();
    command->add_option("--mechanism", options->mechanism, "How answers are randomised")
        ->check(CLI::IsMember({"response", "symmetric", "unary", "hashing", "hadamard"}))
        ->capture_default_str();
    CLI::Option* truth = add_text(command, "--truth", options->truth, "Of `response`: probability of the own answer");
    truth->capture_default_str();
    add_text(command, "--epsilon", options->epsilon, "What a report may lose (ln 3 without it)")->excludes(truth);
    command->add_option("--people", options->people, "So many are asked: the standard error of each mechanism");
    CLI::Option* say = add_text(command, "--say", options->say, "Your own answer; prints what to say instead");
    CLI::Option* data = command->add_option("--data", options->data, "CSV file of what people said")->excludes(say);
    add_text(command, "--column", options->column, "Its column")->needs(data);
    command
        ->add_flag("--simulate", options->simulate, "The file holds own answers: randomises them first, as a trial run")
        ->needs(data);
    command->add_flag("--json", options->json, "One JSON object");
    command->callback([&run, options] { run = [options] { dp::poll(*options); }; });
}

}  // namespace

void add_dp(CLI::App& app, std::function<void()>& run) {
    CLI::App* command = app.add_subcommand("dp", "Answers about people's data with differential privacy");
    command->footer(dp_footer)->require_subcommand(1);
    add_create(command, run);
    add_queries(command, run, false);
    CLI::App* quote = command->add_subcommand("quote", "What a query would cost and how far it would be off");
    quote->require_subcommand(1);
    add_queries(quote, run, true);
    add_dp_plan(command, run, false);
    add_dp_plan(quote, run, true);
    add_dp_train(command, run, false);
    add_dp_train(quote, run, true);
    add_ledger(command, run);
    add_poll(command, run);
    command->add_subcommand("intersect", "Refused: says why and what to use")->allow_extras()->callback([&run] {
        run = [] { dp::intersect(); };
    });
}

}  // namespace tacit::app
