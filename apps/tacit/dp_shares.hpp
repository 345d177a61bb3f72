#pragma once

#include <cstdint>

#include "tacit/dp/cost.hpp"

namespace tacit::app::dp {

/// What of a unit's loss is for one row: a ledger's rows come one by one, in one group or without groups.
struct Shares {
    std::uint64_t rows = 1;
    std::uint64_t groups = 1;
    [[nodiscard]] tacit::dp::Cost of_epsilon(const tacit::dp::Cost& whole) const {
        return whole.split(rows).split(groups);
    }
    [[nodiscard]] tacit::dp::Cost of_rho(const tacit::dp::Cost& whole) const {
        return whole.split(rows).split(rows).split(groups);
    }
};

}  // namespace tacit::app::dp
