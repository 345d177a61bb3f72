#pragma once

#include <cstdint>
#include <vector>

#include "runtime/portion.hpp"
#include "tacit/cluster/schedule.hpp"

namespace tacit::cluster {

/// Which values go where.
struct Routes {
    std::vector<std::uint32_t> owner{};                 ///< of every value; of an input `everybody`
    std::vector<std::vector<std::uint32_t>> targets{};  ///< the other ranks that need it, ascending; none for inputs
    static constexpr std::uint32_t everybody = ~0U;
};

[[nodiscard]] Routes find_routes(const compile::Plan& plan, const std::vector<std::uint32_t>& rank_of);

/// What a rank does: its tasks but inputs, which arrive. Rank 0 gives the outputs.
[[nodiscard]] runtime::Portion portion_of(const compile::Plan& plan, const std::vector<std::uint32_t>& rank_of,
                                          const Routes& routes, std::uint32_t rank);

/// How far ahead of the first task that is not done a rank may work, in tasks for each thread: far enough that values
/// on their way do not keep it idle.
inline constexpr std::size_t tasks_ahead = 16;

}  // namespace tacit::cluster
