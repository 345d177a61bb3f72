#pragma once

#include "tacit/tensor/program.hpp"

namespace tacit::tensor::detail {

/// A program while it is made; shared by its Tracer and values, so that none of them can dangle.
class Recording {
public:
    std::uint32_t add_matrix(MatrixInfo info);
    std::uint32_t add_vector(VectorInfo info);
    /// Appends a node and returns its position.
    std::uint32_t push(VectorNode node);
    void output(std::uint32_t node);
    [[nodiscard]] Program finish();

    [[nodiscard]] const Program& program() const noexcept { return program_; }
    [[nodiscard]] std::size_t size(std::uint32_t node) const { return program_.nodes_[node].size; }
    void require_open() const;

private:
    Program program_;
    bool finished_ = false;
};

}  // namespace tacit::tensor::detail
