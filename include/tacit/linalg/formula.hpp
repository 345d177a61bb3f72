#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tacit/linalg/dense.hpp"
#include "tacit/linalg/program.hpp"
#include "tacit/linalg/value.hpp"

namespace tacit::linalg {

namespace detail {
struct FormulaNodes;
}

/// A matrix of known shape in a formula; a vector is a matrix of one column or row, a scalar has one of each. Nothing
/// says how it lies in slots: `lay_out` chooses that for the whole formula.
///
/// Errors of the operations are `invalid_argument` and name the line: shapes that do not fit, terms of two formulas.
class Term {
public:
    [[nodiscard]] std::size_t rows() const;
    [[nodiscard]] std::size_t columns() const;

    friend Term operator+(const Located<Term>& a, const Term& b);
    friend Term operator-(const Located<Term>& a, const Term& b);
    friend Term operator-(const Located<Term>& a);
    friend Term operator+(const Located<Term>& a, const Dense& b);
    friend Term operator-(const Located<Term>& a, const Dense& b);
    /// The number is added to every element.
    friend Term operator+(const Located<Term>& a, double b);
    friend Term operator-(const Located<Term>& a, double b);
    friend Term operator*(const Located<Term>& a, double b);
    friend Term operator*(double a, const Located<Term>& b);
    /// The product of matrices; a factor of one element multiplies every element of the other one.
    friend Term operator*(const Located<Term>& a, const Term& b);
    /// Products with a public matrix. The encrypted factor has more than one element where they meet.
    friend Term operator*(const Dense& a, const Located<Term>& b);
    friend Term operator*(const Located<Term>& a, const Dense& b);

    friend Term transpose(const Located<Term>& a);
    /// Element by element, for equal shapes. A vector of one column times a matrix as high scales its rows, one of one
    /// row scales its columns.
    friend Term hadamard(const Located<Term>& a, const Term& b);
    friend Term hadamard(const Located<Term>& a, const Dense& b);
    /// The sums of the columns' elements: 1 x columns.
    friend Term sum_rows(const Located<Term>& a);
    /// The sums of the rows' elements: rows x 1.
    friend Term sum_columns(const Located<Term>& a);
    /// See tacit/linalg/inverse.hpp.
    friend Term inverse_positive_definite(const Located<Term>& a, double bound, int iterations);

private:
    friend class FormulaBuilder;
    friend struct detail::FormulaNodes;
    Term(std::shared_ptr<detail::FormulaNodes> nodes, std::size_t index) : nodes_(std::move(nodes)), index_(index) {}
    std::shared_ptr<detail::FormulaNodes> nodes_;
    std::size_t index_;
};

Term operator+(const Located<Term>& a, const Term& b);
Term operator-(const Located<Term>& a, const Term& b);
Term operator-(const Located<Term>& a);
Term operator*(const Located<Term>& a, const Term& b);
[[nodiscard]] Term transpose(const Located<Term>& a);
[[nodiscard]] Term hadamard(const Located<Term>& a, const Term& b);
[[nodiscard]] Term hadamard(const Located<Term>& a, const Dense& b);
[[nodiscard]] Term sum_rows(const Located<Term>& a);
[[nodiscard]] Term sum_columns(const Located<Term>& a);
[[nodiscard]] Term inverse_positive_definite(const Located<Term>& a, double bound, int iterations);

/// What is computed, by shapes alone. Immutable; made by FormulaBuilder.
class Formula {
public:
    [[nodiscard]] const detail::FormulaNodes& nodes() const noexcept { return *nodes_; }

private:
    friend class FormulaBuilder;
    explicit Formula(std::shared_ptr<const detail::FormulaNodes> nodes) : nodes_(std::move(nodes)) {}
    std::shared_ptr<const detail::FormulaNodes> nodes_;
};

/// Makes a formula. Names and shapes are checked as ProgramBuilder does; `invalid_argument` otherwise.
class FormulaBuilder {
public:
    FormulaBuilder();
    [[nodiscard]] Term input(const std::string& name, std::size_t rows, std::size_t columns,
                             Location where = Location::here());
    /// An input whose layout is stated, and kept.
    [[nodiscard]] Term input(const Description& stated, Location where = Location::here());
    void output(const std::string& name, const Term& value, Location where = Location::here());
    /// At least one output is needed. The builder and its terms are unusable afterwards.
    [[nodiscard]] Formula finish() &&;

private:
    std::shared_ptr<detail::FormulaNodes> nodes_;
};

/// The formula on matrices in the clear, one for each input in their order: what every program made from it has to
/// compute. One matrix for each output. `invalid_argument` if a number or a shape is wrong.
[[nodiscard]] std::vector<Dense> evaluate(const Formula& formula, std::span<const Dense> inputs,
                                          Location where = Location::here());

}  // namespace tacit::linalg
