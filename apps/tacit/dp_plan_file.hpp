#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "tacit/dp/cost.hpp"

/// The file of `tacit dp plan`: bytes from outside, which become questions or malformed_input.
namespace tacit::app {

/// One question of the file, with the fields that it has. Views the file. Every getter throws malformed_input that
/// names question and field if there is no such value.
class Question {
public:
    /// Throws for a field that no question has.
    Question(const nlohmann::json& object, std::size_t number);
    [[nodiscard]] bool has(const char* name) const { return object_->contains(name); }
    [[nodiscard]] std::string text(const char* name) const;
    [[nodiscard]] double number(const char* name) const;
    /// 1 if it is not there; else 1 to 2^32.
    [[nodiscard]] std::uint64_t how_many(const char* name) const;
    /// A text, because 0.1 is no binary fraction.
    [[nodiscard]] tacit::dp::Cost cost(const char* name) const;
    [[nodiscard]] std::vector<std::string> texts(const char* name) const;
    /// Columns and the texts that they must hold.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> conditions() const;
    [[noreturn]] void wrong(const std::string& field, const char* why) const;

private:
    const nlohmann::json* object_;
    std::size_t number_;
};

class PlanFile {
public:
    static constexpr std::size_t largest_bytes = std::size_t{1} << 20;

    /// Throws malformed_input; `name` is for its text.
    PlanFile(std::span<const std::byte> bytes, const std::string& name);
    PlanFile(const PlanFile&) = delete;
    PlanFile& operator=(const PlanFile&) = delete;
    std::vector<Question> questions;
    tacit::dp::Cost delta;

private:
    nlohmann::json content_;
};

}  // namespace tacit::app
