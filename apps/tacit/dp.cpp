#include "dp.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "tacit/dp/csv.hpp"
#include "tacit/dp/local.hpp"
#include "tacit/dp/mechanisms.hpp"
#include "tacit/dp/session.hpp"

namespace tacit::app::dp {

namespace {

using namespace tacit::dp;
using nlohmann::json;

std::string shown(double value) { return fmt::format("{:.10g}", value); }

std::string shown(const Estimate& estimate) {
    return fmt::format("{} (95 %: {} to {})", shown(estimate.value), shown(estimate.low), shown(estimate.high));
}

std::string shown(const std::string& text) { return text; }

std::string shown(const std::vector<KeyedEstimate>& all) {
    std::size_t width = 0;
    for (const auto& one : all) width = std::max(width, one.key.size());
    std::string text;
    for (const auto& one : all) {
        text += fmt::format("{}{:<{}}  {}", text.empty() ? "" : "\n", one.key, width, shown(one.estimate));
    }
    return text;
}

json as_json(double value) { return value; }
json as_json(const std::string& text) { return text; }
json as_json(const Estimate& e) { return {{"value", e.value}, {"low", e.low}, {"high", e.high}}; }
json as_json(const std::vector<KeyedEstimate>& all) {
    json object = json::object();
    for (const auto& one : all) object[one.key] = as_json(one.estimate);
    return object;
}
json as_json(const Loss& loss) {
    return {{"epsilon", to_string(loss.epsilon)}, {"delta", to_string(loss.delta)}, {"rho", to_string(loss.rho)}};
}
json as_json(const std::vector<NoiseEffect>& noise) {
    json list = json::array();
    for (const auto& effect : noise) {
        list.push_back({{"of", effect.of}, {"noise", to_string(effect.noise)}, {"reach_95", effect.reach()}});
    }
    return list;
}

std::string lines(const std::vector<std::string>& steps, const std::vector<NoiseEffect>& noise) {
    std::string text;
    for (const auto& step : steps) text += fmt::format("  {}\n", step);
    for (const auto& effect : noise) {
        text += fmt::format("  {}: {}; off by at most {} (95 %)\n", effect.of, to_string(effect.noise),
                            shown(effect.reach()));
    }
    return text;
}

void print(const Quote& quote, bool as_object) {
    if (as_object) {
        const json object = {{"loss", as_json(quote.loss)},
                             {"left", as_json(quote.left)},
                             {"fits", quote.fits},
                             {"steps", quote.steps},
                             {"noise", as_json(quote.noise)}};
        fmt::print("{}\n", object.dump());
        return;
    }
    fmt::print("would cost {}; {} is left, so it {}\n{}", to_string(quote.measure, quote.loss),
               to_string(quote.measure, quote.left), quote.fits ? "fits" : "does not fit",
               lines(quote.steps, quote.noise));
}

template <class Answer>
void print(const Released<Answer>& released, bool as_object) {
    const Statement& s = released.statement();
    if (as_object) {
        const json object = {{"answer", as_json(released.answer())},
                             {"data_set", s.data_set},
                             {"unit", s.unit},
                             {"neighbours", s.neighbours},
                             {"measure", to_string(s.measure)},
                             {"loss", as_json(s.loss)},
                             {"spent", as_json(s.spent)},
                             {"budget", as_json(s.budget)},
                             {"steps", s.steps},
                             {"noise", as_json(s.noise)},
                             {"adversary", s.adversary},
                             {"ledger_head", s.ledger_head}};
        fmt::print("{}\n", object.dump());
        return;
    }
    fmt::print("{}\n{}", shown(released.answer()), lines(s.steps, s.noise));
    fmt::print("  data set '{}'; cost {}; spent {} of {}\n", s.data_set, to_string(s.measure, s.loss),
               to_string(s.measure, s.spent), to_string(s.measure, s.budget));
    fmt::print("  unit of privacy: {}; neighbours: {}\n  {}\n  ledger {}\n", s.unit, s.neighbours, s.adversary,
               s.ledger_head);
    if (s.measure == Measure::zcdp) {
        fmt::print("  the budget implies epsilon {:.4f} at delta 1e-6\n",
                   epsilon_of_zcdp(s.budget.rho, Cost::ratio(1, 1000000)).approximate());
    }
}

Transformation<Rows, AddRemove, Rows, AddRemove> chosen_rows(const QueryOptions& options) {
    auto chain = rows();
    for (const std::string& condition : options.where) {
        const std::size_t sign = condition.find('=');
        if (sign == std::string::npos || sign == 0) {
            throw Error(ErrorCode::invalid_argument,
                        fmt::format("'{}' is no condition; write --where COLUMN=VALUE", condition));
        }
        chain = chain >> tacit::dp::where(condition.substr(0, sign), condition.substr(sign + 1));
    }
    return chain;
}

auto clamped(const QueryOptions& options) {
    return chosen_rows(options) >> number(options.column) >>
           clamp(options.low, options.high, parse_cost(options.step).value());
}

template <class Answer, class Kind>
void answer(const QueryOptions& options, Ledger ledger, const Measurement<Rows, AddRemove, Answer, Kind>& measurement) {
    if (options.quote) {
        print(Session<Kind>(std::move(ledger), Dataset()).quote(measurement), options.json);
        return;
    }
    const table::Table table = table::read_csv(options.data);
    Session<Kind> session(std::move(ledger), read_columns(table, measurement.description().columns));
    print(session.release(measurement), options.json);
}

/// Prices or releases what make(epsilon) measures, where epsilon is a row's share of what a unit may lose.
template <class Make>
void run(const QueryOptions& options, const Make& make) {
    Ledger ledger = Ledger::open(options.ledger, options.witness);
    const LedgerTerms& terms = ledger.terms();
    const auto measurement = make(parse_cost(options.epsilon).value().split(terms.rows_per_unit));
    if (terms.measure == Measure::zcdp) {
        answer(options, std::move(ledger), as_zcdp(measurement));
    } else if (terms.measure == Measure::approximate) {
        answer(options, std::move(ledger), as_approximate(measurement));
    } else {
        answer(options, std::move(ledger), measurement);
    }
}

/// The same for a count, a sum or a tally, which take either kind of noise.
template <class Chain>
void run_noisy(const QueryOptions& options, const Chain& chain) {
    if (options.rho.empty()) return run(options, [&](const Cost& epsilon) { return chain >> laplace(epsilon); });
    Ledger ledger = Ledger::open(options.ledger, options.witness);
    const std::uint64_t rows = ledger.terms().rows_per_unit;
    const Cost rho = parse_cost(options.rho).value().split(rows).split(rows);
    answer(options, std::move(ledger), chain >> gaussian(rho));
}

}  // namespace

void create(const CreateOptions& options) {
    LedgerTerms terms{.data_set = options.data_set, .unit = options.unit, .rows_per_unit = options.rows_per_unit};
    if (options.change_one) terms.neighbours = Neighbours::change_one;
    const auto cost = [](const std::string& text) { return text.empty() ? Cost() : parse_cost(text).value(); };
    terms.budget = {cost(options.epsilon), cost(options.delta), cost(options.rho)};
    if (options.zcdp) terms.budget = {.rho = rho_within(terms.budget.epsilon, terms.budget.delta)};
    if (!terms.budget.rho.is_zero()) {
        terms.measure = Measure::zcdp;
    } else if (!terms.budget.delta.is_zero()) {
        terms.measure = Measure::approximate;
    }
    static_cast<void>(Ledger::create(options.ledger, terms));
    fmt::print("{}: {} for each {} of '{}'\n", options.ledger.string(), to_string(terms.measure, terms.budget),
               options.unit, options.data_set);
}

void show_ledger(const LedgerOptions& options) {
    const LedgerContents contents = Ledger::open(options.ledger, options.witness).contents();
    const LedgerTerms& terms = contents.terms;
    if (!options.holds.empty() && !contents.holds(parse_head(options.holds).value())) {
        throw Error(
            ErrorCode::parameter_mismatch,
            fmt::format("the ledger of '{}' does not hold the head {}: it is another ledger or was put back to an "
                        "older copy; release nothing from it",
                        terms.data_set, options.holds));
    }
    if (options.head) {
        fmt::print("{}\n", to_hex(contents.head));
        return;
    }
    if (options.json) {
        json entries = json::array();
        for (const auto& entry : contents.entries) {
            entries.push_back({{"time", entry.time}, {"loss", as_json(entry.loss)}, {"label", entry.label}});
        }
        const json object = {{"data_set", terms.data_set},
                             {"unit", terms.unit},
                             {"rows_per_unit", terms.rows_per_unit},
                             {"neighbours", to_string(terms.neighbours)},
                             {"measure", to_string(terms.measure)},
                             {"budget", as_json(terms.budget)},
                             {"spent", as_json(contents.spent)},
                             {"left", as_json(contents.left)},
                             {"entries", entries},
                             {"head", to_hex(contents.head)}};
        fmt::print("{}\n", object.dump(-1, ' ', false, json::error_handler_t::replace));
        return;
    }
    fmt::print("'{}': {} for each {}; {} spent, {} left\n", terms.data_set, to_string(terms.measure, terms.budget),
               terms.unit, to_string(terms.measure, contents.spent), to_string(terms.measure, contents.left));
    for (const auto& entry : contents.entries) {
        fmt::print("  {:%Y-%m-%d %H:%M:%S}  {}  {}\n", fmt::gmtime(static_cast<std::time_t>(entry.time)),
                   to_string(terms.measure, entry.loss), entry.label);
    }
    fmt::print("  head {}\n", to_hex(contents.head));
}

void count(const QueryOptions& options) { run_noisy(options, chosen_rows(options) >> tacit::dp::count()); }

void sum(const QueryOptions& options) { run_noisy(options, clamped(options) >> tacit::dp::sum()); }

void mean(const QueryOptions& options) {
    run(options, [&](const Cost& epsilon) { return clamped(options) >> tacit::dp::mean(epsilon); });
}

void variance(const QueryOptions& options) {
    run(options, [&](const Cost& epsilon) { return clamped(options) >> tacit::dp::variance(epsilon); });
}

void quantile(const QueryOptions& options) {
    const Cost q = parse_cost(options.q).value();
    run(options, [&](const Cost& epsilon) { return clamped(options) >> tacit::dp::quantile(q, epsilon); });
}

void histogram(const QueryOptions& options) {
    run_noisy(options, chosen_rows(options) >> text(options.column) >> tally(options.keys));
}

void select(const QueryOptions& options) {
    run(options, [&](const Cost& epsilon) {
        return chosen_rows(options) >> text(options.column) >> approvals(options.keys, options.separator) >>
               tacit::dp::select(epsilon);
    });
}

namespace {

void print_estimates(const PollOptions& options, const RandomisedResponse& response) {
    const table::Table table = table::read_csv(options.data);
    const std::size_t column = table.column(options.column);
    std::map<std::string, std::uint64_t, std::less<>> said;
    for (const std::string& answer : options.answers) said[answer] = 0;
    std::uint64_t people = 0;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        const auto found = said.find(table.cell(row, column));
        if (found == said.end()) {
            throw Error(ErrorCode::malformed_input, fmt::format("{}: '{}' is none of the answers",
                                                                table.place(row, column), table.cell(row, column)));
        }
        ++found->second;
        ++people;
    }
    std::vector<KeyedEstimate> shares;
    for (const std::string& answer : options.answers) {
        shares.push_back({answer, response.estimate(said[answer], people)});
    }
    if (options.json) {
        const json object = {{"answer", as_json(shares)},
                             {"people", people},
                             {"epsilon", to_string(response.epsilon())},
                             {"standard_error", response.standard_error(people)}};
        fmt::print("{}\n", object.dump());
        return;
    }
    fmt::print(
        "{}\n  {} people; epsilon {:.7f} for each, against everybody, the collector too; standard error {:.4g}\n",
        shown(shares), people, response.epsilon().approximate(), response.standard_error(people));
}

}  // namespace

void poll(const PollOptions& options) {
    const auto response = RandomisedResponse::with_truth(options.answers.size(), parse_cost(options.truth).value());
    if (!options.data.empty()) return print_estimates(options, response);
    const auto own = std::ranges::find(options.answers, options.say);
    if (own == options.answers.end()) {
        throw Error(ErrorCode::invalid_argument,
                    "state --say with one of the answers, or --data with what people said");
    }
    fmt::print("{}\n", options.answers[response.answer(static_cast<std::uint64_t>(own - options.answers.begin()))]);
}

void intersect() {
    throw Error(ErrorCode::invalid_argument,
                "the members that two sets share have no answer with differential privacy: whether one person is among "
                "them is the answer itself, so noise that hides the person makes the answer wrong. Release the size by "
                "`tacit dp count`, or compute the intersection between the owners alone by multi-party computation");
}

}  // namespace tacit::app::dp
