#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "tensor/choices.hpp"

namespace tacit::tensor {

/// Which forms carry which conversions of polynomials in their imaginary parts.
///
/// With (M + i I) / 2 in place of M, the sum that gives x gives Y = (x + i s) / 2 for the polynomial s that it takes
/// in: x = Y + conj(Y), and -i s = conj(Y) - Y in the encoding of x. Public matrices are real constants: none of their
/// terms can carry one, or take in one that was carried.
class Hosts {
public:
    Hosts() = default;
    Hosts(const Targets& targets, const Levels& levels, const Choices& choices);

    /// The form that carries a polynomial into an encoding.
    [[nodiscard]] std::optional<Form> of(std::uint32_t polynomial, Encoding to) const;
    /// The term of a form that carries a polynomial along, and that polynomial.
    struct Carried {
        std::size_t term = 0;
        std::uint32_t polynomial = 0;
    };
    [[nodiscard]] std::optional<Carried> carried(const Form& form) const;

private:
    std::map<std::pair<std::uint32_t, Encoding>, Form> hosts_;
    std::map<Form, Carried> carried_;
};

}  // namespace tacit::tensor
