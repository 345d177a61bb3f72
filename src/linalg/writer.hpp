#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "tacit/circuit/expr.hpp"
#include "tacit/linalg/layout.hpp"

namespace tacit::circuit {

// The friends of Expr, for operands that carry the line of the caller.
Expr operator+(const Located& a, const Located& b);
Expr operator*(const Located& a, const Located& b);
Expr operator-(const Located& a);
Expr rotate(const Located& a, std::int32_t steps);

}  // namespace tacit::circuit

namespace tacit::linalg {

using circuit::Expr;

/// Writes operations on tiles on behalf of a line of the user's program.
class Writer {
public:
    explicit Writer(Location where) : where_(where) {}

    [[nodiscard]] Expr add(const Expr& a, const Expr& b) const { return at(a) + b; }
    [[nodiscard]] Expr sub(const Expr& a, const Expr& b) const { return at(a) - b; }
    [[nodiscard]] Expr mul(const Expr& a, const Expr& b) const { return at(a) * b; }
    [[nodiscard]] Expr negate(const Expr& a) const { return -at(a); }
    [[nodiscard]] Expr mul(const Expr& a, std::vector<double> slots) const {
        const circuit::Constant constant(std::move(slots));
        return at(a) * circuit::Located(constant, where_);
    }
    [[nodiscard]] Expr add(const Expr& a, std::vector<double> slots) const {
        const circuit::Constant constant(std::move(slots));
        return at(a) + circuit::Located(constant, where_);
    }
    [[nodiscard]] Expr rotate(const Expr& a, std::ptrdiff_t steps) const {
        return circuit::rotate(at(a), static_cast<std::int32_t>(steps));
    }
    /// At least one term.
    [[nodiscard]] Expr sum(std::span<const Expr> terms) const {
        Expr total = terms.front();
        for (const Expr& term : terms.subspan(1)) total = add(total, term);
        return total;
    }
    /// sum_o rotate(x, stride * o) over o = -backwards .. count - 1 - backwards; count is a power of two and
    /// backwards < count. log2(count) rotations: the bits of `backwards` say which of them go to the right.
    [[nodiscard]] Expr window_sum(Expr x, std::size_t stride, std::size_t count, std::size_t backwards) const {
        for (std::size_t step = 1; step < count; step *= 2) {
            const auto steps = static_cast<std::ptrdiff_t>(stride * step);
            x = add(x, rotate(x, (backwards & step) != 0 ? -steps : steps));
        }
        return x;
    }
    /// Repeats the first `from` columns (stride 1) or rows (stride = width) until there are `to`; both are powers of
    /// two and the others hold zero. log2(to / from) rotations.
    [[nodiscard]] Expr repeat(Expr x, std::size_t stride, std::size_t from, std::size_t to) const {
        for (; from < to; from *= 2) x = add(x, rotate(x, -static_cast<std::ptrdiff_t>(stride * from)));
        return x;
    }

private:
    [[nodiscard]] circuit::Located at(const Expr& a) const { return {a, where_}; }
    Location where_;
};

/// `value` in the slots of a tile that hold elements, 0 in the rest.
[[nodiscard]] inline std::vector<double> element_mask(const Layout& layout, std::size_t tile, double value = 1) {
    std::vector<double> mask(layout.unit().slots());
    for (std::size_t slot = 0; slot < mask.size(); ++slot) {
        if (layout.element(tile, slot)) mask[slot] = value;
    }
    return mask;
}

}  // namespace tacit::linalg
