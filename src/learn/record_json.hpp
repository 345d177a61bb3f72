#pragma once

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fail.hpp"
#include "base/format_version.hpp"
#include "tacit/base/expected.hpp"
#include "tacit/base/files.hpp"

/// Records as JSON files; for the sources that write them alone.
namespace tacit::learn {

using nlohmann::json;

inline constexpr std::uint64_t largest_record_bytes = std::uint64_t{1} << 24;
/// 2: models of several classes and of numbers, passes, segments, and fingerprints of inputs by their checksums.
inline constexpr std::uint64_t record_version = 2;

/// The choice whose to_string is `name`.
template <class Choice>
Choice named(const char* what, const std::string& name, std::initializer_list<Choice> choices) {
    for (const Choice choice : choices) {
        if (name == to_string(choice)) return choice;
    }
    fail(ErrorCode::malformed_input, "there is no {} '{}'", what, name);
}

/// Numbers of a record have to be finite; JSON has no NaN, but 1e999 is infinite.
inline double finite(const json& value) {
    const double number = value.get<double>();
    if (!std::isfinite(number)) fail(ErrorCode::malformed_input, "a number is not finite");
    return number;
}

inline std::vector<double> finite_list(const json& values) {
    std::vector<double> numbers;
    for (const json& value : values) numbers.push_back(finite(value));
    return numbers;
}

/// Throws unless the file says what it is.
inline void check_format(const json& j, const char* format_name) {
    const auto format = j.at("format").get<std::string>();
    if (format != format_name) fail(ErrorCode::malformed_input, "it holds '{}', not '{}'", format, format_name);
    if (const auto found = j.at("version").get<std::uint64_t>(); found != record_version) {
        fail(ErrorCode::malformed_input, "{}", other_version(found, record_version));
    }
}

/// The part of a message of the JSON library that is for people.
inline std::string reason(const json::exception& error) {
    const std::string text = error.what();
    const std::size_t end = text.find("] ");
    return end == std::string::npos ? text : text.substr(end + 2);
}

/// What the text says; every flaw is a malformed_input error.
template <class Record, class Decode>
Expected<Record> parse_json(std::string_view text, const char* format_name, const Decode& decode) {
    return catching([&] {
        Record record;
        try {
            const json j = json::parse(text);
            check_format(j, format_name);
            decode(j, record);
        } catch (const json::exception& error) {
            fail(ErrorCode::malformed_input, "{}", reason(error));
        }
        return record;
    });
}

/// The same for a file, and the path before the message; a missing file is an io_failure.
template <class Record, class Decode>
Expected<Record> read_json(const std::filesystem::path& path, const char* format_name, const Decode& decode) {
    return catching([&] {
        const std::vector<std::byte> bytes = read_file(path, largest_record_bytes);
        auto record =
            parse_json<Record>({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, format_name, decode);
        if (record) return *std::move(record);
        const std::string flaw = record.error().what();
        const bool has_remedy = flaw.find("; ") != std::string::npos;
        fail(ErrorCode::malformed_input, "'{}': {}{}", path.string(), flaw,
             has_remedy ? "" : "; is it the right file, and whole?");
    });
}

/// Indented by so many spaces, or with -1 on one line.
inline std::string json_text(const char* format_name, json j, int indent) {
    j["format"] = format_name;
    j["version"] = record_version;
    return j.dump(indent, ' ', false, json::error_handler_t::replace);
}

inline void write_json(const std::filesystem::path& path, const char* format_name, const json& j, FileMode mode) {
    const std::string text = json_text(format_name, j, 2) + "\n";
    write_file_atomically(path, std::as_bytes(std::span(text)), mode);
}

}  // namespace tacit::learn
