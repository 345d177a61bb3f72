#include "tensor/clear.hpp"

#include "base/fail.hpp"
#include "tacit/polynomial/polynomial.hpp"

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

std::vector<double> value(const VectorNode& node, const ClearInputs& inputs,
                          const std::vector<std::vector<double>>& values) {
    if (node.kind == Kind::input) return inputs.vectors[node.lhs];
    if (node.kind == Kind::zero) return std::vector<double>(node.size, 0.0);
    std::vector<double> x = values[node.lhs];
    switch (node.kind) {
        case Kind::add:
            for (std::size_t i = 0; i < x.size(); ++i) x[i] += values[node.rhs][i];
            break;
        case Kind::scale:
            for (double& entry : x) entry *= node.factor;
            break;
        case Kind::product: return chain_times(inputs, node.chain, std::move(x));
        case Kind::polynomial: {
            const auto p = polynomial::Polynomial::power(node.coefficients);
            for (double& entry : x) entry = p(entry);
            break;
        }
        case Kind::input:
        case Kind::zero: break;
    }
    return x;
}

}  // namespace

void check_inputs(const Program& program, const ClearInputs& inputs) {
    if (inputs.matrices.size() != program.matrices().size() || inputs.vectors.size() != program.vectors().size()) {
        fail(ErrorCode::invalid_argument, "tensor inputs: {} matrices and {} vectors for a program of {} and {}",
             inputs.matrices.size(), inputs.vectors.size(), program.matrices().size(), program.vectors().size());
    }
    for (std::size_t i = 0; i < inputs.matrices.size(); ++i) {
        const ClearMatrix& m = inputs.matrices[i];
        const MatrixInfo& info = program.matrices()[i];
        if (m.rows != info.rows || m.columns != info.columns || m.values.size() != m.rows * m.columns) {
            fail(ErrorCode::invalid_argument, "tensor inputs: matrix '{}' is {} x {} with {} values, expected {} x {}",
                 info.name, m.rows, m.columns, m.values.size(), info.rows, info.columns);
        }
    }
    for (std::size_t i = 0; i < inputs.vectors.size(); ++i) {
        const VectorInfo& info = program.vectors()[i];
        if (inputs.vectors[i].size() != info.size) {
            fail(ErrorCode::invalid_argument, "tensor inputs: vector '{}' has {} entries, expected {}", info.name,
                 inputs.vectors[i].size(), info.size);
        }
    }
}

ClearMatrix chain_product(const ClearInputs& inputs, const Chain& chain) {
    const auto factor = [&](const Factor& f) {
        const ClearMatrix& m = inputs.matrices[f.matrix];
        return f.transposed ? transposed(m) : m;
    };
    ClearMatrix result = factor(chain.front());
    for (std::size_t i = 1; i < chain.size(); ++i) result = product(result, factor(chain[i]));
    return result;
}

std::vector<double> chain_times(const ClearInputs& inputs, const Chain& chain, std::vector<double> x) {
    for (std::size_t i = chain.size(); i-- > 0;) x = times(inputs.matrices[chain[i].matrix], chain[i].transposed, x);
    return x;
}

std::vector<std::vector<double>> evaluate(const Program& program, const ClearInputs& inputs) {
    check_inputs(program, inputs);
    std::vector<std::vector<double>> values;
    for (const VectorNode& node : program.nodes()) values.push_back(value(node, inputs, values));
    std::vector<std::vector<double>> outputs;
    for (const std::uint32_t output : program.outputs()) outputs.push_back(values[output]);
    return outputs;
}

}  // namespace tacit::tensor
