#pragma once

#include <cmath>
#include <filesystem>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/fail.hpp"
#include "tacit/base/expected.hpp"
#include "tacit/base/files.hpp"

/// Records as JSON files; for the sources that write them alone.
namespace tacit::learn {

using nlohmann::json;

inline constexpr std::uint64_t largest_record_bytes = std::uint64_t{1} << 24;
inline constexpr int record_version = 1;

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
    if (const int found = j.at("version").get<int>(); found != record_version) {
        fail(ErrorCode::malformed_input, "it has version {}, this program reads {}", found, record_version);
    }
}

/// The part of a message of the JSON library that is for people.
inline std::string reason(const json::exception& error) {
    const std::string text = error.what();
    const std::size_t end = text.find("] ");
    return end == std::string::npos ? text : text.substr(end + 2);
}

/// Every flaw is a malformed_input error that begins with the path, a missing file an io_failure.
template <class Record, class Decode>
Expected<Record> read_json(const std::filesystem::path& path, const char* format_name, const Decode& decode) {
    return catching([&] {
        const std::vector<std::byte> bytes = read_file(path, largest_record_bytes);
        const auto refuse = [&](const std::string& why) {
            fail(ErrorCode::malformed_input, "'{}': {}; is it the right file, and whole?", path.string(), why);
        };
        Record record;
        try {
            const auto* text = reinterpret_cast<const char*>(bytes.data());
            const json j = json::parse(text, text + bytes.size());
            check_format(j, format_name);
            decode(j, record);
        } catch (const json::exception& error) {
            refuse(reason(error));
        } catch (const Error& error) {
            refuse(error.what());
        }
        return record;
    });
}

inline void write_json(const std::filesystem::path& path, const char* format_name, json j, FileMode mode) {
    j["format"] = format_name;
    j["version"] = record_version;
    const std::string text = j.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
    write_file_atomically(path, std::as_bytes(std::span(text)), mode);
}

}  // namespace tacit::learn
