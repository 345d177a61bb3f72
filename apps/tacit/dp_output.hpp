#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tacit/dp/session.hpp"

/// Answers of `tacit dp` as text and as JSON.
namespace tacit::app::dp {

inline std::string shown(double value) { return fmt::format("{:.10g}", value); }

inline std::string shown(const tacit::dp::Estimate& estimate) {
    return fmt::format("{} (95 %: {} to {})", shown(estimate.value), shown(estimate.low), shown(estimate.high));
}

inline std::string shown(const std::string& text) { return text; }

inline std::string shown(const std::vector<double>& values) {
    std::string text;
    for (const double value : values) text += fmt::format("{}{}", text.empty() ? "" : ", ", shown(value));
    return text;
}

template <class Answer>
std::string shown(const std::vector<tacit::dp::Keyed<Answer>>& all) {
    std::size_t width = 0;
    for (const auto& one : all) width = std::max(width, one.key.size());
    std::string text;
    for (const auto& one : all) {
        text += fmt::format("{}{:<{}}  {}", text.empty() ? "" : "\n", one.key, width, shown(one.answer));
    }
    return text;
}

inline nlohmann::json as_json(double value) { return value; }
inline nlohmann::json as_json(const std::string& text) { return text; }
inline nlohmann::json as_json(const std::vector<double>& values) { return values; }
inline nlohmann::json as_json(const tacit::dp::Estimate& e) {
    return {{"value", e.value}, {"low", e.low}, {"high", e.high}};
}
template <class Answer>
nlohmann::json as_json(const std::vector<tacit::dp::Keyed<Answer>>& all) {
    nlohmann::json object = nlohmann::json::object();
    for (const auto& one : all) object[one.key] = as_json(one.answer);
    return object;
}

inline nlohmann::json as_json(const tacit::dp::Loss& loss) {
    return {{"epsilon", to_string(loss.epsilon)}, {"delta", to_string(loss.delta)}, {"rho", to_string(loss.rho)}};
}

inline nlohmann::json as_json(const std::vector<tacit::dp::NoiseEffect>& noise) {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& effect : noise) {
        list.push_back({{"of", effect.of}, {"noise", to_string(effect.noise)}, {"reach_95", effect.reach()}});
    }
    return list;
}

/// Steps and noise, a line each.
inline std::string shown(const std::vector<std::string>& steps, const std::vector<tacit::dp::NoiseEffect>& noise) {
    std::string text;
    for (const auto& step : steps) text += fmt::format("  {}\n", step);
    for (const auto& effect : noise) {
        text += fmt::format("  {}: {}; off by at most {} (95 %)\n", effect.of, to_string(effect.noise),
                            shown(effect.reach()));
    }
    return text;
}

/// What a release says beside its answer.
inline std::string shown(const tacit::dp::Statement& s) {
    return shown(s.steps, s.noise) +
           fmt::format("  data set '{}'; cost {}; spent {} of {}\n", s.data_set, to_string(s.measure, s.loss),
                       to_string(s.measure, s.spent), to_string(s.measure, s.budget)) +
           fmt::format("  unit of privacy: {}; neighbours: {}\n  {}\n  ledger {}\n", s.unit, s.neighbours, s.adversary,
                       s.ledger_head);
}

inline nlohmann::json as_json(const tacit::dp::Statement& s) {
    return {{"data_set", s.data_set},      {"unit", s.unit},
            {"neighbours", s.neighbours},  {"measure", to_string(s.measure)},
            {"loss", as_json(s.loss)},     {"spent", as_json(s.spent)},
            {"budget", as_json(s.budget)}, {"steps", s.steps},
            {"noise", as_json(s.noise)},   {"adversary", s.adversary},
            {"ledger_head", s.ledger_head}};
}

}  // namespace tacit::app::dp
