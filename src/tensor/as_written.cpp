// The depth of a program that is compiled operation by operation.
#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>
#include <vector>

#include "tacit/tensor/optimise.hpp"
#include "tensor/levels.hpp"

namespace tacit::tensor {

namespace {

using Kind = VectorNode::Kind;

/// A level, and the encoding unless either is at hand: inputs come in both, zero and constants in any.
struct Value {
    int level = 0;
    std::optional<Encoding> encoding{};
    bool known = false;  ///< zero, or a constant
};

/// The product with the identity that changes an encoding, and the mask that goes with it.
int conversion(Encoding to) { return to == Encoding::outer ? 2 : 1; }

Value sum(const Value& a, const Value& b) {
    if (a.known && b.known) return a;
    if (!a.encoding || !b.encoding || a.encoding == b.encoding) {
        return {std::max(a.level, b.level), a.encoding ? a.encoding : b.encoding};
    }
    const Value& inner = a.encoding == Encoding::inner ? a : b;
    const Value& outer = a.encoding == Encoding::inner ? b : a;
    return {std::max(inner.level, outer.level + conversion(Encoding::inner)), Encoding::inner};
}

/// One matrix after the other: into the inner encoding, then into the outer one with a mask, and so on.
Value product(Value x, std::size_t matrices) {
    if (x.known) return {1, std::nullopt};
    for (std::size_t i = 0; i < matrices; ++i) {
        const Encoding from = x.encoding.value_or(Encoding::inner);
        x = {x.level + (from == Encoding::inner ? 2 : 1), other(from)};
    }
    return x;
}

/// Horner's rule is deeper: powers first, then coefficients. In the Chebyshev basis the interval is scaled first.
Value polynomial(Value x, const polynomial::Polynomial& p) {
    if (x.known || p.degree() == 0) return {0, std::nullopt, true};
    x.level += static_cast<int>(std::bit_width(p.degree() - 1)) + (p.coefficients().back() == 1 ? 0 : 1);
    if (p.basis() == polynomial::Basis::chebyshev && p.interval().half_width() != 1) ++x.level;
    return x;
}

}  // namespace

int depth_as_written(const Program& program) {
    std::vector<Value> values;
    for (const VectorNode& node : program.nodes()) {
        Value value;
        switch (node.kind) {
            case Kind::input: break;
            case Kind::zero: value.known = true; break;
            case Kind::add: value = sum(values[node.lhs], values[node.rhs]); break;
            case Kind::product: value = product(values[node.lhs], node.chain.size()); break;
            case Kind::polynomial: value = polynomial(values[node.lhs], *node.entrywise); break;
            case Kind::scale:
                value = values[node.lhs];
                if (!value.known && std::abs(node.factor) != 1) ++value.level;
                break;
        }
        values.push_back(value);
    }
    int depth = 0;
    for (const std::uint32_t output : program.outputs()) depth = std::max(depth, values[output].level);
    return depth;
}

}  // namespace tacit::tensor
