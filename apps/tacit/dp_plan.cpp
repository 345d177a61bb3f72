// `tacit dp plan`: many questions from a file, paid for together.
#include "dp_plan.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "dp_output.hpp"
#include "dp_plan_file.hpp"
#include "dp_questions.hpp"
#include "tacit/base/files.hpp"
#include "tacit/dp/csv.hpp"
#include "tacit/dp/mechanisms.hpp"
#include "tacit/dp/plan.hpp"

namespace tacit::app {

namespace {

using namespace tacit::dp;
using dp::as_json;
using nlohmann::json;
namespace fs = std::filesystem;

struct PlanOptions {
    fs::path plan;
    fs::path data;
    fs::path ledger;
    fs::path witness;
    bool json = false;
    bool quote = false;
    long tick_ms = dp::usual_tick_ms;
};

/// What is said about one question before and after it is answered.
json described(const Question& question, const Description& description) {
    return {{"ask", question.text("ask")}, {"steps", description.steps}, {"noise", as_json(description.noise)}};
}

void print_lines(const json& question) {
    fmt::print("{}{}\n", question["ask"].get<std::string>(),
               question.contains("answer") ? ": " + question["answer"].dump() : "");
    if (question.contains("unit")) fmt::print("  unit of privacy: {}\n", question["unit"].get<std::string>());
    for (const json& step : question["steps"]) fmt::print("  {}\n", step.get<std::string>());
    for (const json& noise : question["noise"]) {
        fmt::print("  {}: {}; off by at most {:.10g} (95 %)\n", noise["of"].get<std::string>(),
                   noise["noise"].get<std::string>(), noise["reach_95"].get<double>());
    }
}

template <class Metric>
struct Planned {
    Planned(const PlanFile& file, std::uint64_t rows) {
        for (const Question& question : file.questions) {
            with_measurement<Metric>(question, rows, [&](const auto& measurement) {
                plan.add(measurement);
                columns.add(measurement.description().columns);
                questions.push_back(described(question, measurement.description()));
            });
        }
    }
    Plan plan;
    ColumnsUsed columns;
    json questions = json::array();
};

template <class Metric>
void print_quote(const PlanOptions& options, const PlanFile& file, const Ledger& ledger) {
    const LedgerContents now = ledger.contents();
    const std::uint64_t rows = now.terms.rows_per_unit;
    const Planned<Metric> planned(file, rows);
    const Loss loss = planned.plan.loss(file.delta, rows);
    const double least = planned.plan.epsilon(file.delta, rows).low;
    const bool fits = (now.spent + loss).fits(now.terms.budget);
    if (options.json) {
        const json object = {{"loss", as_json(loss)},
                             {"epsilon_at_least", least},
                             {"left", as_json(now.left)},
                             {"fits", fits},
                             {"questions", planned.questions}};
        fmt::print("{}\n", object.dump());
        return;
    }
    fmt::print(
        "{} questions would cost epsilon {:.6f}, delta {} together (and not less than {:.6f}); {} is left, so they "
        "{}\n",
        planned.plan.size(), loss.epsilon.approximate(), to_string(loss.delta), least,
        to_string(Measure::approximate, now.left), fits ? "fit" : "do not fit");
    for (const json& question : planned.questions) print_lines(question);
}

void print_statement(const Statement& s, json questions, bool as_object) {
    if (as_object) {
        const json object = {
            {"questions", questions},          {"data_set", s.data_set},   {"neighbours", s.neighbours},
            {"measure", to_string(s.measure)}, {"loss", as_json(s.loss)},  {"spent", as_json(s.spent)},
            {"budget", as_json(s.budget)},     {"adversary", s.adversary}, {"ledger_head", s.ledger_head}};
        fmt::print("{}\n", object.dump());
        return;
    }
    for (const json& question : questions) print_lines(question);
    fmt::print("data set '{}'; cost {} for all; spent {} of {}\n", s.data_set, to_string(s.measure, s.loss),
               to_string(s.measure, s.spent), to_string(s.measure, s.budget));
    fmt::print("neighbours: {}\n{}\nledger {}\n", s.neighbours, s.adversary, s.ledger_head);
}

template <class Metric>
void carry_out(const PlanOptions& options, const PlanFile& file, Ledger ledger) {
    const std::uint64_t rows = ledger.terms().rows_per_unit;
    Planned<Metric> planned(file, rows);
    const Pace pace = Pace::every(std::chrono::milliseconds(options.tick_ms));
    const table::Table table = table::read_csv(options.data);
    Session<Approximate, Metric> session(std::move(ledger), read_columns(table, planned.columns));
    PlannedSession<Metric> answers = session.carry_out(planned.plan, file.delta);
    Statement statement;
    for (std::size_t i = 0; i < file.questions.size(); ++i) {
        with_measurement<Metric>(file.questions[i], rows, [&](const auto& measurement) {
            const auto released = answers.release(measurement);
            planned.questions[i]["answer"] = as_json(released.answer());
            planned.questions[i]["unit"] = released.statement().unit;
            statement = released.statement();
        });
    }
    keep_pace(pace, statement);  // all answers leave at once
    print_statement(statement, std::move(planned.questions), options.json);
}

void plan(const PlanOptions& options) {
    const PlanFile file(read_file(options.plan, PlanFile::largest_bytes), options.plan.string());
    Ledger ledger = Ledger::open(options.ledger, options.witness);
    if (ledger.terms().measure != Measure::approximate) {
        throw Error(ErrorCode::parameter_mismatch,
                    fmt::format("a plan costs epsilon and delta, and the ledger of '{}' counts {} loss; make one with "
                                "--epsilon and --delta",
                                ledger.terms().data_set, to_string(ledger.terms().measure)));
    }
    const bool change = ledger.terms().neighbours == Neighbours::change_one;
    if (options.quote)
        return change ? print_quote<ChangeOne>(options, file, ledger) : print_quote<AddRemove>(options, file, ledger);
    if (change) return carry_out<ChangeOne>(options, file, std::move(ledger));
    carry_out<AddRemove>(options, file, std::move(ledger));
}

constexpr const char* plan_footer = R"(
The file names every question with its noise; costs are texts, because 0.1 is no binary fraction:

  {"delta": "1e-6", "questions": [
    {"ask": "count", "where": {"sex": "female"}, "epsilon": "0.1"},
    {"ask": "sum", "column": "wage", "low": 0, "high": 2500, "rho": "0.01"},
    {"ask": "quantile", "column": "wage", "low": 0, "high": 2500, "step": "5", "q": "1/2", "epsilon": "0.2"},
    {"ask": "histogram", "column": "region", "keys": ["north", "south"], "epsilon": "0.1"},
    {"ask": "exponential", "column": "ballot", "keys": ["ann", "bob"], "epsilon": "0.1"},
    {"ask": "mean", "column": "wage", "low": 0, "high": 2500, "by": "region", "groups": ["north", "south"],
     "unit": "person", "rows_of_unit": 1, "groups_of_unit": 2, "epsilon": "0.5"}]}

"ask" is count, sum, mean, variance, quantile, histogram, select or exponential (which of the last two: select errs less
by itself, exponential costs less in a plan). "by" gives an answer for each of "groups"; "unit" names the column that
says whose a row is and bounds what each of them adds; epsilon is then what one of them loses in all.

The ledger is charged once, for all of them together, by their privacy-loss distribution: much less than one by one.)";

}  // namespace

void add_dp_plan(CLI::App* parent, std::function<void()>& run, bool quote) {
    const auto options = std::make_shared<PlanOptions>();
    options->quote = quote;
    CLI::App* command = parent->add_subcommand("plan", "Many questions from a file, paid for together");
    command->footer(plan_footer);
    command->add_option("--plan", options->plan, "JSON file with the questions")->required();
    command->add_option("--data", options->data, "CSV file with a header")->required(!quote);
    command->add_option("--ledger", options->ledger, "The ledger of these data, made with --epsilon and --delta")
        ->required();
    command->add_option("--witness", options->witness,
                        "File that knows the ledger's newest head; see `tacit dp ledger`");
    add_tick(command, options->tick_ms);
    command->add_flag("--json", options->json, "One JSON object");
    command->callback([&run, options] { run = [options] { plan(*options); }; });
}

}  // namespace tacit::app
