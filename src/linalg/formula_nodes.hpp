#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tacit/linalg/formula.hpp"

namespace tacit::linalg::detail {

/// One operation of a formula. Operands are positions of earlier nodes.
struct FormulaNode {
    enum class Op : std::uint8_t {
        input,  ///< attribute: number of the input
        add,
        sub,
        scale,  ///< by `number`
        add_number,
        add_public,  ///< `matrix`
        product,
        public_product,  ///< `matrix` times lhs
        transpose,
        hadamard,  ///< equal shapes, or lhs is a column that scales the rows of rhs
        hadamard_public,
        sum_rows,
        inverse,  ///< bound in `number`, iterations in attribute
    };
    Op op = Op::input;
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::size_t lhs = 0;
    std::size_t rhs = 0;
    double number = 0;
    int attribute = 0;
    std::optional<Dense> matrix{};
    Location where{};

    [[nodiscard]] bool is_scalar() const noexcept { return rows == 1 && columns == 1; }
    [[nodiscard]] bool is_vector() const noexcept { return (rows == 1) != (columns == 1); }
};

/// How many operands a node has.
[[nodiscard]] int operand_count(FormulaNode::Op op) noexcept;

struct FormulaInput {
    std::string name{};
    std::size_t node = 0;
    std::optional<Description> stated{};
};

struct FormulaOutput {
    std::string name{};
    std::size_t node = 0;
};

struct FormulaNodes {
    std::vector<FormulaNode> nodes{};
    std::vector<FormulaInput> inputs{};
    std::vector<FormulaOutput> outputs{};

    static const std::shared_ptr<FormulaNodes>& of(const Term& term) { return term.nodes_; }
    static std::size_t index(const Term& term) { return term.index_; }
    static Term term(const std::shared_ptr<FormulaNodes>& nodes, std::size_t index) { return {nodes, index}; }
};

}  // namespace tacit::linalg::detail
