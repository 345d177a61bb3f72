#pragma once

#include <cstddef>
#include <string_view>

namespace tacit::table {

/// Where the first byte lies that does not belong to well-formed UTF-8 (no overlong forms, no surrogates, nothing
/// above U+10FFFF); text.size() if all do.
[[nodiscard]] std::size_t utf8_prefix(std::string_view text) noexcept;

}  // namespace tacit::table
