#pragma once

#include <algorithm>
#include <string>

namespace tacit::service {

/// Another party's text, fit for a terminal and a log.
inline std::string printable(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

}  // namespace tacit::service
