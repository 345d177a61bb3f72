#pragma once

#include <optional>

#include "tacit/tensor/lowered.hpp"

namespace tacit::tensor {

/// Steps of the search that can be left out to see what each saves (bench/ablation_bench); every combination gives
/// correct circuits. Summation and association are in SearchSpace.
struct Techniques {
    /// Products of an owner's matrices and vectors are its own to compute.
    bool owner_products = true;
    /// block * p(x) is (block o x) o h(x).
    bool folded_polynomials = true;
    /// Vectors change encoding in the imaginary part of a product that is taken anyway.
    bool carried_conversions = true;
    /// Two halves of an output in the real and imaginary part of one ciphertext.
    bool paired_outputs = true;
    /// This grid and no other.
    std::optional<Grid> grid{};
};

}  // namespace tacit::tensor
