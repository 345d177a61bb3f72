#pragma once

#include <algorithm>
#include <string>
#include <type_traits>
#include <vector>

#include "dp_plan_file.hpp"
#include "dp_shares.hpp"
#include "tacit/dp/groups.hpp"
#include "tacit/dp/mechanisms.hpp"

/// From the questions of a plan's file to measurements.
namespace tacit::app {

namespace detail {

using tacit::dp::AddRemove;
using tacit::dp::ByUnit;
using tacit::dp::ChangeOne;
using tacit::dp::Cost;

template <class Metric>
auto chosen_rows(const Question& question) {
    auto chain = tacit::dp::rows<Metric>();
    for (const auto& [column, value] : question.conditions()) {
        if constexpr (std::is_same_v<Metric, ChangeOne>) {
            question.wrong("where", "is not for a ledger whose number of rows is public: how many it keeps is private");
        } else {
            chain = chain >> tacit::dp::where<Metric>(column, value);
        }
    }
    return chain;
}

template <class Chain, class Visit>
void with_noise(const Question& question, const dp::Shares& shares, const Chain& chain, const Visit& visit) {
    if (question.has("rho")) return visit(chain >> tacit::dp::gaussian(shares.of_rho(question.cost("rho"))));
    visit(chain >> tacit::dp::laplace(shares.of_epsilon(question.cost("epsilon"))));
}

/// What is asked of numbers.
template <class Metric, class Chain, class Visit>
void ask_numbers(const Question& question, const dp::Shares& shares, const Chain& rows, const Visit& visit) {
    const std::string ask = question.text("ask");
    const Cost step = question.has("step") ? question.cost("step") : Cost::ratio(1, 1);
    const std::string column = question.text("column");
    const double low = question.number("low");
    const double high = question.number("high");
    const auto clamped = rows >> tacit::dp::number<Metric>(column) >> tacit::dp::clamp(low, high, step);
    if (ask == "sum") return with_noise(question, shares, clamped >> tacit::dp::sum(), visit);
    const Cost epsilon = shares.of_epsilon(question.cost("epsilon"));
    if (ask == "mean") return visit(clamped >> tacit::dp::mean(epsilon));
    if (ask == "variance") return visit(clamped >> tacit::dp::variance(epsilon));
    visit(clamped >> tacit::dp::quantile(question.cost("q"), epsilon));
}

/// What is asked of texts.
template <class Metric, class Chain, class Visit>
void ask_texts(const Question& question, const dp::Shares& shares, const Chain& rows, const Visit& visit) {
    const std::string ask = question.text("ask");
    const auto texts = rows >> tacit::dp::text<Metric>(question.text("column"));
    const std::vector<std::string> keys = question.texts("keys");
    if (ask == "histogram") return with_noise(question, shares, texts >> tacit::dp::tally(keys), visit);
    const Cost epsilon = shares.of_epsilon(question.cost("epsilon"));
    if (ask == "select") return visit(texts >> tacit::dp::approvals(keys) >> tacit::dp::select(epsilon));
    visit(texts >> tacit::dp::approvals(keys) >> tacit::dp::exponential(epsilon));
}

/// Calls visit(measurement) with what is asked of these rows.
template <class Metric, class Chain, class Visit>
void ask_rows(const Question& question, const dp::Shares& shares, const Chain& rows, const Visit& visit) {
    const std::string ask = question.text("ask");
    const auto is_one_of = [&](std::initializer_list<const char*> names) {
        return std::ranges::find(names, ask) != names.end();
    };
    if (ask == "count") {
        if constexpr (std::is_same_v<Metric, AddRemove>) {
            return with_noise(question, shares, rows >> tacit::dp::count(), visit);
        }
        question.wrong("ask", "is a count, and the number of rows is public under this ledger");
    }
    if (is_one_of({"sum", "mean", "variance", "quantile"})) return ask_numbers<Metric>(question, shares, rows, visit);
    if (is_one_of({"histogram", "select", "exponential"})) return ask_texts<Metric>(question, shares, rows, visit);
    question.wrong("ask", "must be count, sum, mean, variance, quantile, histogram, select or exponential");
}

/// A question about each group, or about units whose rows are bounded, or both.
template <class Visit>
void ask_groups(const Question& question, std::uint64_t rows_per_unit, const Visit& visit) {
    const std::string by = question.has("by") ? question.text("by") : "";
    const auto keys = by.empty() ? std::vector<std::string>{} : question.texts("groups");
    const auto each = [&](const auto& chain) {
        return [&](const auto& measurement) { visit(chain >> tacit::dp::for_each(by, keys, measurement)); };
    };
    if (!question.has("unit")) {
        const auto chain = chosen_rows<AddRemove>(question);
        return ask_rows<AddRemove>(question, {rows_per_unit, 1}, tacit::dp::rows(), each(chain));
    }
    const std::string unit = question.text("unit");
    const std::uint64_t rows = question.how_many("rows_of_unit");
    const std::uint64_t groups = question.how_many("groups_of_unit");
    const auto chosen = chosen_rows<ByUnit>(question);
    if (by.empty()) {
        return ask_rows<AddRemove>(question, {}, chosen >> tacit::dp::contributions_of(unit, rows), visit);
    }
    const auto chain = chosen >> tacit::dp::contributions_of(unit, rows, by, groups);
    const dp::Shares shares{rows, std::min<std::uint64_t>(groups, std::max<std::size_t>(1, keys.size()))};
    ask_rows<AddRemove>(question, shares, tacit::dp::rows(), each(chain));
}

}  // namespace detail

/// Calls visit(measurement) with what the question measures, for a ledger whose units have so many rows.
template <class Metric, class Visit>
void with_measurement(const Question& question, std::uint64_t rows_per_unit, const Visit& visit) {
    if (!question.has("by") && !question.has("unit")) {
        return detail::ask_rows<Metric>(question, {rows_per_unit, 1}, detail::chosen_rows<Metric>(question), visit);
    }
    if constexpr (std::is_same_v<Metric, tacit::dp::AddRemove>) {
        detail::ask_groups(question, rows_per_unit, visit);
    } else {
        question.wrong(question.has("unit") ? "unit" : "by", "is not for a ledger whose number of rows is public");
    }
}

}  // namespace tacit::app
