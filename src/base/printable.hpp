#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace tacit {

/// Another party's text, fit for a terminal and a log, cut to so many bytes.
inline std::string printable(std::string_view text, std::size_t longest = std::string_view::npos) {
    std::string out(text.substr(0, longest));
    std::ranges::replace_if(
        out, [](char c) { return c < ' ' || c > '~'; }, '?');
    return out;
}

}  // namespace tacit
