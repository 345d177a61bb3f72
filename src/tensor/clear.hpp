#pragma once

#include <vector>

#include "tacit/tensor/program.hpp"

namespace tacit::tensor {

/// Throws invalid_argument unless the inputs are those of the program.
void check_inputs(const Program& program, const ClearInputs& inputs);

/// The matrices and vectors of a program by their numbers, public ones and those that owners put in.
class Values {
public:
    /// Views its arguments. Without inputs only what is public is there.
    explicit Values(const Program& program, const ClearInputs* inputs = nullptr);

    [[nodiscard]] const ClearMatrix& matrix(std::uint32_t number) const { return *matrices_[number]; }
    [[nodiscard]] const std::vector<double>& vector(std::uint32_t number) const { return *vectors_[number]; }
    /// The product of a chain [rows x columns] of at least one matrix.
    [[nodiscard]] ClearMatrix product(const Chain& chain) const;
    /// chain * x.
    [[nodiscard]] std::vector<double> times(const Chain& chain, std::vector<double> x) const;

private:
    std::vector<const ClearMatrix*> matrices_;
    std::vector<const std::vector<double>*> vectors_;
};

}  // namespace tacit::tensor
