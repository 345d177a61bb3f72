// `tacit dp train`: logistic regression whose weights may be published.
#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "dp_plan.hpp"
#include "tacit/dp/csv.hpp"
#include "tacit/dp/regression.hpp"
#include "tacit/dp/session.hpp"

namespace tacit::app {

namespace {

using namespace tacit::dp;
using nlohmann::json;
namespace fs = std::filesystem;

struct TrainOptions {
    fs::path data;
    fs::path ledger;
    fs::path witness;
    std::vector<std::string> numbers;     ///< COLUMN:LOW:HIGH
    std::vector<std::string> categories;  ///< COLUMN=LEVEL,LEVEL,...
    std::string label;
    std::string positive;
    std::string rho;
    std::uint32_t steps = 20;
    bool json = false;
    bool quote = false;
    long tick_ms = dp::usual_tick_ms;
};

[[noreturn]] void refuse(const std::string& option, const char* form) {
    throw Error(ErrorCode::invalid_argument, fmt::format("'{}' says no feature; write {}", option, form));
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == separator) {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

PublicFeature number_feature(const std::string& option) {
    constexpr const char* form = "--number COLUMN:LOW:HIGH";
    const auto parts = split(option, ':');
    if (parts.size() != 3) refuse(option, form);
    PublicFeature feature{.column = parts[0]};
    for (const auto& [text, to] : {std::pair{&parts[1], &feature.low}, std::pair{&parts[2], &feature.high}}) {
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), *to);
        if (error != std::errc() || end != text->data() + text->size()) refuse(option, form);
    }
    return feature;
}

PublicFeature category_feature(const std::string& option) {
    const std::size_t sign = option.find('=');
    if (sign == std::string::npos || sign == 0) refuse(option, "--category COLUMN=LEVEL,LEVEL,...");
    return {.column = option.substr(0, sign), .levels = split(std::string_view(option).substr(sign + 1), ',')};
}

void print_noise(const std::vector<std::string>& steps, const std::vector<NoiseEffect>& noise) {
    for (const std::string& step : steps) fmt::print("  {}\n", step);
    for (const NoiseEffect& effect : noise) {
        fmt::print("  {}: {}; off by at most {:.6g} (95 %)\n", effect.of, to_string(effect.noise), effect.reach());
    }
}

void print(const Quote& quote, bool as_object) {
    if (as_object) {
        const json object = {{"rho", to_string(quote.loss.rho)},
                             {"left", to_string(quote.left.rho)},
                             {"fits", quote.fits},
                             {"steps", quote.steps}};
        fmt::print("{}\n", object.dump());
        return;
    }
    fmt::print("would cost {}; {} is left, so it {}\n", to_string(quote.measure, quote.loss),
               to_string(quote.measure, quote.left), quote.fits ? "fits" : "does not fit");
    print_noise(quote.steps, quote.noise);
}

void print(const Released<LogisticModel>& released, bool as_object) {
    const Statement& s = released.statement();
    const LogisticModel& model = released.answer();
    if (as_object) {
        json weights = json::object();
        for (std::size_t i = 0; i < model.names.size(); ++i) weights[model.names[i]] = model.weights[i];
        const json object = {{"weights", weights},
                             {"data_set", s.data_set},
                             {"unit", s.unit},
                             {"neighbours", s.neighbours},
                             {"measure", to_string(s.measure)},
                             {"rho", to_string(s.loss.rho)},
                             {"spent", to_string(s.spent.rho)},
                             {"budget", to_string(s.budget.rho)},
                             {"steps", s.steps},
                             {"adversary", s.adversary},
                             {"ledger_head", s.ledger_head}};
        fmt::print("{}\n", object.dump());
        return;
    }
    for (std::size_t i = 0; i < model.names.size(); ++i)
        fmt::print("{:<24} {:.6g}\n", model.names[i], model.weights[i]);
    print_noise(s.steps, s.noise);
    fmt::print("  data set '{}'; cost {}; spent {} of {}\n  unit of privacy: {}; neighbours: {}\n  {}\n  ledger {}\n",
               s.data_set, to_string(s.measure, s.loss), to_string(s.measure, s.spent), to_string(s.measure, s.budget),
               s.unit, s.neighbours, s.adversary, s.ledger_head);
}

template <class Metric>
void train_under(const TrainOptions& options, const LogisticQuestion& question, Ledger ledger) {
    const auto measurement = logistic_regression<Metric>(question);
    if (options.quote) {
        const Session<Zcdp, Metric> session(std::move(ledger), Dataset());
        return print(session.quote(measurement), options.json);
    }
    const Pace pace = Pace::every(std::chrono::milliseconds(options.tick_ms));
    const table::Table table = table::read_csv(options.data);
    Session<Zcdp, Metric> session(std::move(ledger), read_columns(table, measurement.description().columns), pace);
    print(session.release(measurement), options.json);
}

void train(const TrainOptions& options) {
    Ledger ledger = Ledger::open(options.ledger, options.witness);
    const std::uint64_t rows = ledger.terms().rows_per_unit;
    LogisticQuestion question{.label = options.label,
                              .positive = options.positive,
                              .rho = parse_cost(options.rho).value().split(rows).split(rows),
                              .steps = options.steps};
    for (const std::string& option : options.numbers) question.features.push_back(number_feature(option));
    for (const std::string& option : options.categories) question.features.push_back(category_feature(option));
    const bool change = ledger.terms().neighbours == Neighbours::change_one;
    if (change) return train_under<ChangeOne>(options, question, std::move(ledger));
    train_under<AddRemove>(options, question, std::move(ledger));
}

constexpr const char* train_footer = R"(
Bounds and levels are public: state what you know without looking at the data.

  tacit dp create --ledger p.ledger --data-set patients --zcdp --epsilon 1 --delta 1e-6
  tacit dp train  --ledger p.ledger --data patients.csv --number age:0:100 --category sex=f,m \
                  --label ill --positive yes --rho 0.01)";

}  // namespace

void add_dp_train(CLI::App* parent, std::function<void()>& run, bool quote) {
    const auto options = std::make_shared<TrainOptions>();
    options->quote = quote;
    CLI::App* command = parent->add_subcommand("train", "Logistic regression whose weights may be published");
    command->footer(train_footer);
    command->add_option("--data", options->data, "CSV file with a header")->required(!quote);
    command->add_option("--ledger", options->ledger, "The ledger of these data, made with --rho or --zcdp")->required();
    command->add_option("--witness", options->witness,
                        "File that knows the ledger's newest head; see `tacit dp ledger`");
    command->add_option("--number", options->numbers, "COLUMN:LOW:HIGH, a column of numbers; may be repeated");
    command->add_option("--category", options->categories, "COLUMN=LEVEL,LEVEL,...; may be repeated");
    command->add_option("--label", options->label, "Column to predict")->required();
    command->add_option("--positive", options->positive, "Its value that counts as 1")->required();
    command->add_option("--rho", options->rho, "What one unit of privacy may lose, in zCDP")->required();
    command->add_option("--steps", options->steps, "Passes over the data; more need more rho")->capture_default_str();
    add_tick(command, options->tick_ms);
    command->add_flag("--json", options->json, "One JSON object");
    command->callback([&run, options] { run = [options] { train(*options); }; });
}

}  // namespace tacit::app
