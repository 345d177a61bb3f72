#include "dp_plan_file.hpp"

#include <fmt/format.h>

#include <set>

#include "tacit/base/error.hpp"

namespace tacit::app {

using nlohmann::json;
using tacit::dp::Cost;
using tacit::dp::parse_cost;

namespace {

[[noreturn]] void refuse(const std::string& text) { throw Error(ErrorCode::malformed_input, text); }

}  // namespace

Question::Question(const json& object, std::size_t number) : object_(&object), number_(number) {
    static const std::set<std::string> known{"ask", "column", "low",   "high",         "step",
                                             "q",   "keys",   "where", "epsilon",      "rho",
                                             "by",  "groups", "unit",  "rows_of_unit", "groups_of_unit"};
    if (!object.is_object()) refuse(fmt::format("question {} of the plan is no JSON object", number));
    for (const auto& [name, value] : object.items()) {
        if (!known.contains(name)) wrong(name, "is not a field of a question");
    }
    for (const char* name : {"rows_of_unit", "groups_of_unit"}) {
        if (has(name) && !has("unit")) wrong(name, "needs 'unit', the column that says whose a row is");
    }
    if (has("groups") && !has("by")) wrong("groups", "needs 'by', the column of the groups");
}

std::string Question::text(const char* name) const {
    if (!has(name) || !object_->at(name).is_string()) wrong(name, "must be a text");
    return object_->at(name).get<std::string>();
}

double Question::number(const char* name) const {
    if (!has(name) || !object_->at(name).is_number()) wrong(name, "must be a number");
    return object_->at(name).get<double>();
}

std::uint64_t Question::how_many(const char* name) const {
    if (!has(name)) return 1;
    const json& value = object_->at(name);
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() == 0 ||
        value.get<std::uint64_t>() > std::uint64_t{1} << 32) {
        wrong(name, "must be a whole number from 1 to 2^32");
    }
    return value.get<std::uint64_t>();
}

Cost Question::cost(const char* name) const { return parse_cost(text(name)).value(); }

std::vector<std::string> Question::texts(const char* name) const {
    std::vector<std::string> all;
    if (!has(name) || !object_->at(name).is_array()) wrong(name, "must be a list of texts");
    for (const json& one : object_->at(name)) {
        if (!one.is_string()) wrong(name, "must be a list of texts");
        all.push_back(one.get<std::string>());
    }
    return all;
}

std::vector<std::pair<std::string, std::string>> Question::conditions() const {
    std::vector<std::pair<std::string, std::string>> all;
    if (!has("where")) return all;
    const json& where = object_->at("where");
    if (!where.is_object()) wrong("where", "must map columns to texts");
    for (const auto& [column, value] : where.items()) {
        if (!value.is_string()) wrong("where", "must map columns to texts");
        all.emplace_back(column, value.get<std::string>());
    }
    return all;
}

void Question::wrong(const std::string& field, const char* why) const {
    refuse(fmt::format("question {} of the plan: '{}' {}", number_, field, why));
}

PlanFile::PlanFile(std::span<const std::byte> bytes, const std::string& name) {
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    content_ = json::parse(text, nullptr, false);
    const bool good = content_.is_object() && content_.size() == 2 && content_.contains("questions") &&
                      content_["questions"].is_array() && content_.contains("delta") && content_["delta"].is_string();
    if (!good || content_["questions"].empty()) {
        refuse(fmt::format(
            R"('{}' is no plan; write {{"delta": "1e-6", "questions": [{{"ask": "count", "epsilon": "0.1"}}, ...]}})",
            name));
    }
    delta = parse_cost(content_["delta"].get<std::string>()).value();
    for (const json& one : content_["questions"]) questions.emplace_back(one, questions.size() + 1);
}

}  // namespace tacit::app
