#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace tacit::runtime {

/// What one run does of a plan; the rest is done by runs elsewhere.
struct Portion {
    std::vector<std::uint32_t> tasks{};     ///< ascending
    std::vector<int> reads{};               ///< of every value: by these tasks, by sending it, and as an output
    std::vector<std::uint32_t> arriving{};  ///< values from elsewhere, each read here; inputs among them
    bool gives_outputs = true;
    std::size_t ahead = 1;  ///< how many places behind the first task that is not done others may start
    std::function<void(std::uint32_t)> left{};  ///< called for every value that a task left, with the run's lock held
};

}  // namespace tacit::runtime
