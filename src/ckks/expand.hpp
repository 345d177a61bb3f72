#pragma once

#include "ckks/context.hpp"
#include "tacit/base/random.hpp"
#include "tacit/ring/rns_poly.hpp"

namespace tacit::ckks {

/// The uniform polynomial that a public seed stands for: row i is ring::sample_uniform over stream
/// first_stream + i of the seed, read as values in the evaluation domain. Part of the file formats.
[[nodiscard]] ring::EvaluationPoly expand_uniform(const Context& context, const Seed& seed, std::uint64_t first_stream,
                                                  std::size_t limbs);

}  // namespace tacit::ckks
