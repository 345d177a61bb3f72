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
};

[[noreturn]] void refuse(const std::string& text) { throw Error(ErrorCode::malformed_input, text); }

/// One question of the file, with the fields that it has.
class Question {
public:
    Question(const json& object, std::size_t number) : object_(object), number_(number) {
        static const std::set<std::string> known{"ask", "column", "low",   "high",    "step",
                                                 "q",   "keys",   "where", "epsilon", "rho"};
        if (!object.is_object()) refuse(fmt::format("question {} of the plan is no JSON object", number));
        for (const auto& [name, value] : object.items()) {
            if (!known.contains(name)) wrong(name, "is not a field of a question");
        }
    }
    [[nodiscard]] bool has(const char* name) const { return object_.contains(name); }
    [[nodiscard]] std::string text(const char* name) const {
        if (!has(name) || !object_[name].is_string()) wrong(name, "must be a text");
        return object_[name].get<std::string>();
    }
    [[nodiscard]] double number(const char* name) const {
        if (!has(name) || !object_[name].is_number()) wrong(name, "must be a number");
        return object_[name].get<double>();
    }
    /// A text, because 0.1 is no binary fraction.
    [[nodiscard]] Cost cost(const char* name) const { return parse_cost(text(name)).value(); }
    [[nodiscard]] std::vector<std::string> texts(const char* name) const {
        std::vector<std::string> all;
        if (!has(name) || !object_[name].is_array()) wrong(name, "must be a list of texts");
        for (const json& one : object_[name]) {
            if (!one.is_string()) wrong(name, "must be a list of texts");
            all.push_back(one.get<std::string>());
        }
        return all;
    }
    [[nodiscard]] const json& conditions() const {
        static const json none = json::object();
        if (!has("where")) return none;
        for (const json& value : object_["where"]) {
            if (!object_["where"].is_object() || !value.is_string()) wrong("where", "must map columns to texts");
        }
        return object_["where"];
    }
    [[noreturn]] void wrong(const std::string& field, const char* why) const {
        refuse(fmt::format("question {} of the plan: '{}' {}", number_, field, why));
    }

private:
    const json& object_;
    std::size_t number_;
};

template <class Metric>
auto chosen(const Question& question) {
    auto chain = rows<Metric>();
    for (const auto& [column, value] : question.conditions().items()) {
        if constexpr (std::is_same_v<Metric, AddRemove>) {
            chain = chain >> where(column, value.template get<std::string>());
        } else {
            question.wrong("where", "is not for a ledger whose number of rows is public: how many it keeps is private");
        }
    }
    return chain;
}

/// A unit's share of the loss for each of its rows.
struct Share {
    std::uint64_t rows;
    [[nodiscard]] Cost epsilon(const Question& question) const { return question.cost("epsilon").split(rows); }
    [[nodiscard]] Cost rho(const Question& question) const { return question.cost("rho").split(rows).split(rows); }
};

template <class Chain, class Visit>
void with_noise(const Question& question, const Share& share, const Chain& chain, const Visit& visit) {
    if (question.has("rho")) return visit(chain >> gaussian(share.rho(question)));
    visit(chain >> laplace(share.epsilon(question)));
}

/// Calls visit(measurement) with what the question measures.
template <class Metric, class Visit>
void with_measurement(const Question& question, const Share& share, const Visit& visit) {
    const std::string ask = question.text("ask");
    const auto rows = chosen<Metric>(question);
    const auto clamped = [&] {
        const std::string column = question.text("column");
        const double low = question.number("low");
        const double high = question.number("high");
        const Cost step = question.has("step") ? question.cost("step") : Cost::ratio(1, 1);
        return rows >> number<Metric>(column) >> clamp(low, high, step);
    };
    if (ask == "count") {
        if constexpr (std::is_same_v<Metric, AddRemove>) return with_noise(question, share, rows >> count(), visit);
        question.wrong("ask", "is a count, and the number of rows is public under this ledger");
    }
    if (ask == "sum") return with_noise(question, share, clamped() >> sum(), visit);
    if (ask == "mean") return visit(clamped() >> mean(share.epsilon(question)));
    if (ask == "variance") return visit(clamped() >> variance(share.epsilon(question)));
    if (ask == "quantile") return visit(clamped() >> quantile(question.cost("q"), share.epsilon(question)));
    if (ask != "histogram") question.wrong("ask", "must be count, sum, mean, variance, quantile or histogram");
    with_noise(question, share, rows >> text<Metric>(question.text("column")) >> tally(question.texts("keys")), visit);
}

/// What is said about one question before and after it is answered.
json described(const Question& question, const Description& description) {
    return {{"ask", question.text("ask")}, {"steps", description.steps}, {"noise", as_json(description.noise)}};
}

void print_lines(const json& question) {
    fmt::print("{}{}\n", question["ask"].get<std::string>(),
               question.contains("answer") ? ": " + question["answer"].dump() : "");
    for (const json& step : question["steps"]) fmt::print("  {}\n", step.get<std::string>());
    for (const json& noise : question["noise"]) {
        fmt::print("  {}: {}; off by at most {:.10g} (95 %)\n", noise["of"].get<std::string>(),
                   noise["noise"].get<std::string>(), noise["reach_95"].get<double>());
    }
}

class PlanFile {
public:
    explicit PlanFile(const fs::path& path) {
        const auto bytes = read_file(path, 1 << 20);
        content_ = json::parse(bytes.begin(), bytes.end(), nullptr, false);
        const bool good = content_.is_object() && content_.size() == 2 && content_.contains("questions") &&
                          content_["questions"].is_array() && content_.contains("delta") &&
                          content_["delta"].is_string();
        if (!good || content_["questions"].empty()) {
            refuse(fmt::format(
                R"('{}' is no plan; write {{"delta": "1e-6", "questions": [{{"ask": "count", "epsilon": "0.1"}}, ...]}})",
                path.string()));
        }
        delta = parse_cost(content_["delta"].get<std::string>()).value();
        for (const json& one : content_["questions"]) questions.emplace_back(one, questions.size() + 1);
    }
    std::vector<Question> questions;
    Cost delta;

private:
    json content_;
};

template <class Metric>
struct Planned {
    Planned(const PlanFile& file, std::uint64_t rows) {
        for (const Question& question : file.questions) {
            with_measurement<Metric>(question, {rows}, [&](const auto& measurement) {
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
            {"questions", questions},      {"data_set", s.data_set},          {"unit", s.unit},
            {"neighbours", s.neighbours},  {"measure", to_string(s.measure)}, {"loss", as_json(s.loss)},
            {"spent", as_json(s.spent)},   {"budget", as_json(s.budget)},     {"adversary", s.adversary},
            {"ledger_head", s.ledger_head}};
        fmt::print("{}\n", object.dump());
        return;
    }
    for (const json& question : questions) print_lines(question);
    fmt::print("data set '{}'; cost {} for all; spent {} of {}\n", s.data_set, to_string(s.measure, s.loss),
               to_string(s.measure, s.spent), to_string(s.measure, s.budget));
    fmt::print("unit of privacy: {}; neighbours: {}\n{}\nledger {}\n", s.unit, s.neighbours, s.adversary,
               s.ledger_head);
}

template <class Metric>
void carry_out(const PlanOptions& options, const PlanFile& file, Ledger ledger) {
    const std::uint64_t rows = ledger.terms().rows_per_unit;
    Planned<Metric> planned(file, rows);
    const table::Table table = table::read_csv(options.data);
    Session<Approximate, Metric> session(std::move(ledger), read_columns(table, planned.columns));
    PlannedSession<Metric> answers = session.carry_out(planned.plan, file.delta);
    Statement statement;
    for (std::size_t i = 0; i < file.questions.size(); ++i) {
        with_measurement<Metric>(file.questions[i], {rows}, [&](const auto& measurement) {
            const auto released = answers.release(measurement);
            planned.questions[i]["answer"] = as_json(released.answer());
            statement = released.statement();
        });
    }
    print_statement(statement, std::move(planned.questions), options.json);
}

void plan(const PlanOptions& options) {
    const PlanFile file(options.plan);
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
    {"ask": "histogram", "column": "region", "keys": ["north", "south"], "epsilon": "0.1"}]}

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
    command->add_flag("--json", options->json, "One JSON object");
    command->callback([&run, options] { run = [options] { plan(*options); }; });
}

}  // namespace tacit::app
