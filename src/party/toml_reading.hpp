#pragma once

#include <toml++/toml.h>

#include <algorithm>
#include <initializer_list>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "base/fail.hpp"
#include "tacit/base/expected.hpp"

/// Reading TOML that somebody else wrote. Every refusal is malformed_input and names the kind of file and the line.
namespace tacit::party::toml_reading {

inline constexpr std::size_t largest_bytes = std::size_t{1} << 20;

/// Another's text, cut to what fits a message, without control characters.
inline std::string shown(std::string_view text) {
    std::string out(text.substr(0, 80));
    std::ranges::replace_if(
        out, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
    return out;
}

/// parse() puts the kind of file before it.
template <class... Args>
[[noreturn]] void refuse(const toml::node& where, fmt::format_string<Args...> text, Args&&... args) {
    fail(ErrorCode::malformed_input, "line {}: {}", where.source().begin.line,
         fmt::format(text, std::forward<Args>(args)...));
}

inline void check_keys(const toml::table& table, std::initializer_list<std::string_view> known) {
    for (const auto& [key, value] : table) {
        if (std::ranges::find(known, key.str()) == known.end()) {
            refuse(value, "nobody knows a '{}' here; the keys are {}", shown(key.str()), fmt::join(known, ", "));
        }
    }
}

/// make(table) of a file of that kind: "roster". Larger ones than 1 MiB are not read.
template <class Make>
auto parse(const char* kind, std::string_view text, const Make& make)
    -> Expected<decltype(make(std::declval<const toml::table&>()))> {
    if (text.size() > largest_bytes) {
        return Error(ErrorCode::malformed_input, fmt::format("{} of {} bytes; at most 1 MiB", kind, text.size()));
    }
    try {
        return make(toml::parse(text));
    } catch (const toml::parse_error& error) {
        return Error(ErrorCode::malformed_input,
                     fmt::format("{}, line {}: {}", kind, error.source().begin.line, shown(error.description())));
    } catch (const Error& error) {
        return Error(error.code(), fmt::format("{}, {}", kind, error.what()));
    }
}

}  // namespace tacit::party::toml_reading
