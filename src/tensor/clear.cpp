#include "tensor/clear.hpp"

#include <algorithm>
#include <span>

#include "base/fail.hpp"

namespace tacit::tensor {

namespace {

using Kind = VectorNode::Kind;

std::vector<double> times(const ClearMatrix& m, bool transposed, const std::vector<double>& x) {
    std::vector<double> y(transposed ? m.columns : m.rows, 0.0);
    for (std::size_t r = 0; r < m.rows; ++r) {
        for (std::size_t c = 0; c < m.columns; ++c) {
            if (transposed) {
                y[c] += m(r, c) * x[r];
            } else {
                y[r] += m(r, c) * x[c];
            }
        }
    }
    return y;
}

ClearMatrix transposed(const ClearMatrix& m) {
    ClearMatrix t{m.columns, m.rows, std::vector<double>(m.values.size())};
    for (std::size_t r = 0; r < m.rows; ++r) {
        for (std::size_t c = 0; c < m.columns; ++c) t.values[c * m.rows + r] = m(r, c);
    }
    return t;
}

ClearMatrix product(const ClearMatrix& a, const ClearMatrix& b) {
    ClearMatrix out{a.rows, b.columns, std::vector<double>(a.rows * b.columns, 0.0)};
    for (std::size_t r = 0; r < a.rows; ++r) {
        for (std::size_t i = 0; i < a.columns; ++i) {
            for (std::size_t c = 0; c < b.columns; ++c) out.values[r * b.columns + c] += a(r, i) * b(i, c);
        }
    }
    return out;
}

std::vector<double> value(const VectorNode& node, const Values& inputs,
                          const std::vector<std::vector<double>>& values) {
    if (node.kind == Kind::input) return inputs.vector(node.lhs);
    if (node.kind == Kind::zero) return std::vector<double>(node.size, 0.0);
    std::vector<double> x = values[node.lhs];
    switch (node.kind) {
        case Kind::add:
            for (std::size_t i = 0; i < x.size(); ++i) x[i] += values[node.rhs][i];
            break;
        case Kind::scale:
            for (double& entry : x) entry *= node.factor;
            break;
        case Kind::product: return inputs.times(node.chain, std::move(x));
        case Kind::polynomial:
            for (double& entry : x) entry = (*node.entrywise)(entry);
            break;
        case Kind::input:
        case Kind::zero: break;
    }
    return x;
}

template <class Info>
std::size_t inputs_among(std::span<const Info> all) {
    return static_cast<std::size_t>(std::ranges::count_if(all, [](const Info& info) { return !info.known; }));
}

}  // namespace

void check_inputs(const Program& program, const ClearInputs& inputs) {
    const std::size_t matrices = inputs_among(program.matrices()), vectors = inputs_among(program.vectors());
    if (inputs.matrices.size() != matrices || inputs.vectors.size() != vectors) {
        fail(ErrorCode::invalid_argument, "tensor inputs: {} matrices and {} vectors for a program of {} and {}",
             inputs.matrices.size(), inputs.vectors.size(), matrices, vectors);
    }
    const Values values(program, &inputs);
    for (std::uint32_t i = 0; i < program.matrices().size(); ++i) {
        const ClearMatrix& m = values.matrix(i);
        const MatrixInfo& info = program.matrices()[i];
        if (m.rows != info.rows || m.columns != info.columns || m.values.size() != m.rows * m.columns) {
            fail(ErrorCode::invalid_argument, "tensor inputs: matrix '{}' is {} x {} with {} values, expected {} x {}",
                 info.name, m.rows, m.columns, m.values.size(), info.rows, info.columns);
        }
    }
    for (std::uint32_t i = 0; i < program.vectors().size(); ++i) {
        const VectorInfo& info = program.vectors()[i];
        if (values.vector(i).size() != info.size) {
            fail(ErrorCode::invalid_argument, "tensor inputs: vector '{}' has {} entries, expected {}", info.name,
                 values.vector(i).size(), info.size);
        }
    }
}

Values::Values(const Program& program, const ClearInputs* inputs) {
    std::size_t given = 0;
    for (const MatrixInfo& info : program.matrices()) {
        const ClearMatrix* owned = inputs != nullptr && !info.known ? &inputs->matrices[given++] : nullptr;
        matrices_.push_back(info.known ? &*info.known : owned);
    }
    given = 0;
    for (const VectorInfo& info : program.vectors()) {
        const std::vector<double>* owned = inputs != nullptr && !info.known ? &inputs->vectors[given++] : nullptr;
        vectors_.push_back(info.known ? &*info.known : owned);
    }
}

ClearMatrix Values::product(const Chain& chain) const {
    const auto factor = [&](const Factor& f) { return f.transposed ? transposed(matrix(f.matrix)) : matrix(f.matrix); };
    ClearMatrix result = factor(chain.front());
    for (std::size_t i = 1; i < chain.size(); ++i) result = tensor::product(result, factor(chain[i]));
    return result;
}

std::vector<double> Values::times(const Chain& chain, std::vector<double> x) const {
    for (std::size_t i = chain.size(); i-- > 0;) x = tensor::times(matrix(chain[i].matrix), chain[i].transposed, x);
    return x;
}

std::vector<std::vector<double>> evaluate(const Program& program, const ClearInputs& inputs) {
    check_inputs(program, inputs);
    const Values given(program, &inputs);
    std::vector<std::vector<double>> values;
    for (const VectorNode& node : program.nodes()) values.push_back(value(node, given, values));
    std::vector<std::vector<double>> outputs;
    for (const std::uint32_t output : program.outputs()) outputs.push_back(values[output]);
    return outputs;
}

}  // namespace tacit::tensor
