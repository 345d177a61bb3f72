#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "tacit/base/parallel.hpp"

namespace tacit::ckks {

/// Rows [begin, end) cut into groups of at most five, each the work of one task: a group shares the rows that base
/// conversion reads, and as many groups for each thread keep all busy.
inline std::vector<std::vector<std::size_t>> row_groups(std::size_t begin, std::size_t end) {
    constexpr std::size_t most = 5;
    const std::size_t rows = end - begin;
    const auto threads = static_cast<std::size_t>(thread_count());
    const std::size_t wanted = (rows + most - 1) / most;
    const std::size_t count = std::min(rows, (wanted + threads - 1) / threads * threads);
    std::vector<std::vector<std::size_t>> groups(count);
    for (std::size_t i = 0; i < count; ++i) {
        groups[i].resize((i + 1) * rows / count - i * rows / count);
        std::iota(groups[i].begin(), groups[i].end(), begin + i * rows / count);
    }
    return groups;
}

}  // namespace tacit::ckks
