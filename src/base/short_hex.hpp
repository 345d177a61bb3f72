#pragma once

#include <span>
#include <string>

#include "tacit/base/hash.hpp"

namespace tacit {

/// The first eight digits of a hash: enough to tell two apart in a message.
[[nodiscard]] inline std::string short_hex(const Digest& digest) { return to_hex(std::span(digest).first(4)); }

}  // namespace tacit
