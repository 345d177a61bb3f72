#include "dp.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "dp_output.hpp"
#include "dp_shares.hpp"
#include "tacit/dp/csv.hpp"
#include "tacit/dp/groups.hpp"
#include "tacit/dp/mechanisms.hpp"
#include "tacit/dp/quantiles.hpp"
#include "tacit/dp/session.hpp"

namespace tacit::app::dp {

namespace {

using namespace tacit::dp;
using nlohmann::json;

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
               shown(quote.steps, quote.noise));
}

template <class Answer>
void print(const Released<Answer>& released, bool as_object) {
    const Statement& s = released.statement();
    if (as_object) {
        json object = as_json(s);
        object["answer"] = as_json(released.answer());
        fmt::print("{}\n", object.dump());
        return;
    }
    fmt::print("{}\n{}", shown(released.answer()), shown(s));
    if (s.measure == Measure::zcdp) {
        fmt::print("  the budget implies epsilon {:.4f} at delta 1e-6\n",
                   epsilon_of_zcdp(s.budget.rho, Cost::ratio(1, 1000000)).approximate());
    }
}

/// The rows that the conditions keep, for neighbours in Metric.
template <class Metric>
Transformation<Rows, Metric, Rows, Metric> chosen_rows(const QueryOptions& options) {
    auto chain = rows<Metric>();
    for (const std::string& condition : options.where) {
        const std::size_t sign = condition.find('=');
        if (sign == std::string::npos || sign == 0) {
            throw Error(ErrorCode::invalid_argument,
                        fmt::format("'{}' is no condition; write --where COLUMN=VALUE", condition));
        }
        chain = chain >> tacit::dp::where<Metric>(condition.substr(0, sign), condition.substr(sign + 1));
    }
    return chain;
}

/// The same, at most so many of each unit, in so many groups if the question is about groups.
auto bounded_rows(const QueryOptions& options, const std::string& by) {
    const auto chosen = chosen_rows<ByUnit>(options);
    return by.empty() ? chosen >> contributions_of(options.unit, options.rows_of_unit)
                      : chosen >> contributions_of(options.unit, options.rows_of_unit, by, options.groups_of_unit);
}

template <class Metric, class Answer, class Kind>
void answer(const QueryOptions& options, Ledger ledger, const Measurement<Rows, Metric, Answer, Kind>& measurement) {
    if (options.quote) {
        print(Session<Kind>(std::move(ledger), Dataset()).quote(measurement), options.json);
        return;
    }
    const Pace pace = Pace::every(std::chrono::milliseconds(options.tick_ms));
    const table::Table table = table::read_csv(options.data);
    Session<Kind> session(std::move(ledger), read_columns(table, measurement.description().columns), pace);
    print(session.release(measurement), options.json);
}

/// A pure measurement under the measure of the ledger; others are of their own.
template <class Metric, class Answer>
void answer_any(const QueryOptions& options, Ledger ledger,
                const Measurement<Rows, Metric, Answer, Pure>& measurement) {
    switch (ledger.terms().measure) {
        case Measure::zcdp: return answer(options, std::move(ledger), as_zcdp(measurement));
        case Measure::approximate: return answer(options, std::move(ledger), as_approximate(measurement));
        case Measure::pure: return answer(options, std::move(ledger), measurement);
    }
}

template <class Metric, class Answer>
void answer_any(const QueryOptions& options, Ledger ledger,
                const Measurement<Rows, Metric, Answer, Zcdp>& measurement) {
    answer(options, std::move(ledger), measurement);
}

/// Calls ask(chain, shares, finish) with the rows that the question is about; finish(measurement) makes it a question
/// about each group if there are any, and prices or releases it.
template <class Ask>
void run(const QueryOptions& options, const Ask& ask) {
    Ledger ledger = Ledger::open(options.ledger, options.witness);
    const bool groups = !options.by.empty();
    const auto each = [&](const auto& chain, const auto& measurement) {
        return chain >> for_each(options.by, options.by_keys, measurement);
    };
    if (options.unit.empty()) {
        const auto chosen = chosen_rows<AddRemove>(options);
        const Shares shares{ledger.terms().rows_per_unit, 1};
        if (!groups) return ask(chosen, shares, [&](const auto& m) { answer_any(options, std::move(ledger), m); });
        return ask(rows(), shares, [&](const auto& m) { answer_any(options, std::move(ledger), each(chosen, m)); });
    }
    const auto bounded = bounded_rows(options, options.by);
    if (!groups) return ask(bounded, Shares{}, [&](const auto& m) { answer_any(options, std::move(ledger), m); });
    const Shares shares{options.rows_of_unit, std::min<std::uint64_t>(options.groups_of_unit, options.by_keys.size())};
    ask(rows(), shares, [&](const auto& m) { answer_any(options, std::move(ledger), each(bounded, m)); });
}

/// A count, a sum or a tally, which take either kind of noise.
template <class Step>
void run_noisy(const QueryOptions& options, const Step& make) {
    run(options, [&](const auto& rows, const Shares& shares, const auto& finish) {
        if (options.rho.empty())
            return finish(make(rows) >> laplace(shares.of_epsilon(parse_cost(options.epsilon).value())));
        finish(make(rows) >> gaussian(shares.of_rho(parse_cost(options.rho).value())));
    });
}

template <class Chain>
auto clamped(const QueryOptions& options, const Chain& rows) {
    return rows >> number(options.column) >> clamp(options.low, options.high, parse_cost(options.step).value());
}

/// What ends in a pure measurement: end(epsilon) is the last step.
template <class End>
void run_clamped(const QueryOptions& options, const End& end) {
    run(options, [&](const auto& rows, const Shares& shares, const auto& finish) {
        finish(clamped(options, rows) >> end(shares.of_epsilon(parse_cost(options.epsilon).value())));
    });
}

/// Keys are not stated but found.
void private_histogram(const QueryOptions& options) {
    Ledger ledger = Ledger::open(options.ledger, options.witness);
    const auto step = [&](const Cost& epsilon, const Cost& delta) {
        return tally_private_keys(options.column, epsilon, delta);
    };
    const Cost delta = parse_cost(options.delta).value();
    if (!options.unit.empty()) {
        const auto chain = bounded_rows(options, options.column) >> step(parse_cost(options.epsilon).value(), delta);
        return answer(options, std::move(ledger), chain);
    }
    if (ledger.terms().rows_per_unit != 1) {
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("a {} has up to {} rows; private keys need them bounded: state --unit COLUMN",
                                ledger.terms().unit, ledger.terms().rows_per_unit));
    }
    answer(options, std::move(ledger),
           chosen_rows<AddRemove>(options) >> step(parse_cost(options.epsilon).value(), delta));
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

void count(const QueryOptions& options) {
    run_noisy(options, [](const auto& rows) { return rows >> tacit::dp::count(); });
}

void sum(const QueryOptions& options) {
    run_noisy(options, [&](const auto& rows) { return clamped(options, rows) >> tacit::dp::sum(); });
}

void mean(const QueryOptions& options) { run_clamped(options, tacit::dp::mean); }

void variance(const QueryOptions& options) { run_clamped(options, tacit::dp::variance); }

void quantile(const QueryOptions& options) {
    std::vector<Cost> qs;
    for (const std::string& q : options.q) qs.push_back(parse_cost(q).value());
    if (qs.size() == 1) {
        return run_clamped(options, [&](const Cost& epsilon) { return tacit::dp::quantile(qs[0], epsilon); });
    }
    run_clamped(options, [&](const Cost& epsilon) { return quantiles(qs, epsilon); });
}

void histogram(const QueryOptions& options) {
    if (!options.delta.empty()) return private_histogram(options);
    run_noisy(options, [&](const auto& rows) { return rows >> text(options.column) >> tally(options.keys); });
}

void select(const QueryOptions& options) {
    run(options, [&](const auto& rows, const Shares& shares, const auto& finish) {
        finish(rows >> text(options.column) >> approvals(options.keys, options.separator) >>
               tacit::dp::select(shares.of_epsilon(parse_cost(options.epsilon).value())));
    });
}

void intersect() {
    throw Error(ErrorCode::invalid_argument,
                "the members that two sets share have no answer with differential privacy: whether one person is among "
                "them is the answer itself, so noise that hides the person makes the answer wrong. Release the size by "
                "`tacit dp count`, or compute the intersection between the owners alone by multi-party computation");
}

}  // namespace tacit::app::dp
