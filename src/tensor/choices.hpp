#pragma once

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "tensor/levels.hpp"

namespace tacit::tensor {

/// One form of a target that has to be computed.
struct Form {
    std::uint32_t target = 0;
    Encoding encoding = Encoding::outer;
    bool final = false;  ///< only decrypted: needs no mask
    friend auto operator<=>(const Form&, const Form&) = default;
};

/// What is computed, and out of what, so that every target has its smallest level: where several alternatives reach it,
/// the one that needs no vector in a second encoding.
struct Choices {
    /// Every form that is computed, and for each of its product terms the encoding of the operand (of its argument, if
    /// it is a polynomial); the one of the form itself means a converted polynomial.
    std::map<Form, std::vector<Encoding>> forms;
    std::vector<Form> outputs;
    /// The polynomials that are converted, and to which encoding.
    std::set<std::pair<std::uint32_t, Encoding>> conversions;
};

/// `preferred` decides between equal levels of an output.
[[nodiscard]] Choices choose(const Targets& targets, const Levels& levels, Encoding preferred);

}  // namespace tacit::tensor
