#pragma once

#include <cstdint>
#include <vector>

#include "tacit/ckks/parameters.hpp"
#include "tacit/compile/plan.hpp"

namespace tacit::compile {

/// A plan whose sums were put in another order, and the group of each of its instructions.
struct Regrouped {
    Plan plan;
    std::vector<std::uint32_t> groups{};
};

/// Puts the terms of sums in another order: those whose values belong to one group are added up first, then the sums of
/// the groups by a tree that ends in the group of the result. Only additions that are tasks of their own move, so that
/// every value which something else reads keeps its bits: sums modulo primes are exact in any order.
///
/// groups[i] is the group of instruction i of the plan. For several machines a group is a machine, and what crosses
/// from one to another is a sum instead of its terms.
/// Cost: as Plan.
[[nodiscard]] Regrouped regroup_sums(const Plan& plan, const ckks::Parameters& parameters,
                                     const std::vector<std::uint32_t>& groups);

/// A sum as the plan has it: additions of single tasks whose results nothing else reads.
struct PlainSum {
    std::uint32_t result = 0;                ///< the last addition
    std::vector<std::uint32_t> terms{};      ///< what is added up, in order
    std::vector<std::uint32_t> additions{};  ///< ascending, the result last
};

/// All sums of three terms and more that regroup_sums may put in another order, by their results.
[[nodiscard]] std::vector<PlainSum> plain_sums(const Plan& plan);

}  // namespace tacit::compile
