#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tacit/dp/measurement.hpp"

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

}  // namespace tacit::app::dp
