#pragma once

#include <cstdint>

#include "dp/words.hpp"

namespace tacit::dp {

/// Uniform in 0 .. below-1, by rejection.
inline std::uint64_t uniform(Words& source, std::uint64_t below) {
    const std::uint64_t cutoff = (~std::uint64_t{0} / below) * below;
    std::uint64_t word = source.next();
    while (word >= cutoff) word = source.next();
    return word % below;
}

}  // namespace tacit::dp
