#pragma once

#include <cstddef>
#include <optional>

#include "tacit/circuit/cost.hpp"
#include "tacit/tensor/lowered.hpp"
#include "tacit/tensor/program.hpp"

namespace tacit::tensor {

/// Where to look; what is left open is chosen by cost.
struct SearchSpace {
    std::optional<Summation> summation{};
    std::optional<Association> association{};
    circuit::CostFunction cost = circuit::estimated_cost;
};

/// Finds a circuit of low depth for a program as a user wrote it.
///
/// The program is multiplied out into one sum between polynomials; what one owner can compute in the clear is left to
/// the owner (A (B x) becomes (A B) x), so that all that stays on the path from one polynomial to the next is one
/// product and the polynomial, folded into it; encodings alternate along the path; and every vector gets the smallest
/// level that this allows. The grid of slots, the way of summation, the encoding of outputs, and whether matrices are
/// multiplied out, term by term, are those of least cost; never dearer than with all multiplied out, or none.
///
/// `slots`: of a ciphertext, a power of two. Throws invalid_argument if slots is no power of two or below 4, or if an
/// output does not depend on an input. Cost: milliseconds to a second.
[[nodiscard]] Lowered optimise(const Program& program, std::size_t slots, const SearchSpace& space = {});

/// The depth of what `optimise` finds for a way of summation and association, without writing a circuit.
[[nodiscard]] int least_depth(const Program& program, Summation summation,
                              Association association = Association::multiplied_out);

/// The depth that the program has if each of its operations is compiled by itself: a product with a matrix takes a
/// level, and another to mask a sum along rows of the grid; a polynomial of degree d takes ceil(log2(d)) levels and one
/// for its coefficients, a scalar one, a sum of vectors that lie differently one or two to move one of them.
[[nodiscard]] int depth_as_written(const Program& program);

}  // namespace tacit::tensor
