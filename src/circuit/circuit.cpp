#include "tacit/circuit/circuit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "tacit/base/error.hpp"
#include "tacit/circuit/interpret.hpp"

namespace tacit::circuit {

const char* to_string(Op op) noexcept {
    switch (op) {
        case Op::input: return "input";
        case Op::constant: return "constant";
        case Op::add: return "add";
        case Op::sub: return "sub";
        case Op::mul: return "mul";
        case Op::negate: return "negate";
        case Op::rotate: return "rotate";
        case Op::conjugate: return "conjugate";
        case Op::refresh: return "refresh";
    }
    return "unknown";
}

std::string prefix(Location location) {
    return location.line > 0 ? fmt::format("{}:{}: ", location.file, location.line) : std::string();
}

bool is_integer(std::span<const double> constant) noexcept {
    return constant.size() == 1 && std::fabs(constant[0]) <= 0x1p53 && std::trunc(constant[0]) == constant[0];
}

bool Circuit::takes_level(ValueId value) const {
    const Node& n = node(value);
    return n.op == Op::mul && !(is_constant(n.rhs) && is_integer(constant(node(n.rhs).attribute)));
}

std::span<const double> Circuit::constant(std::int32_t number) const {
    const auto at = static_cast<std::size_t>(number);
    TACIT_ASSERT(at < constant_ends_.size());
    const std::size_t begin = at == 0 ? 0 : constant_ends_[at - 1];
    return std::span(constant_values_).subspan(begin, constant_ends_[at] - begin);
}

Location Circuit::location(ValueId value) const {
    const Place place = places_[value.index];
    return {files_[place.file], place.line};
}

bool operator==(const Circuit& a, const Circuit& b) {
    // Constants by bits, as the builder compares them: 0.0 and -0.0 differ.
    const bool same_values =
        a.constant_values_.size() == b.constant_values_.size() &&
        (a.constant_values_.empty() || std::memcmp(a.constant_values_.data(), b.constant_values_.data(),
                                                   a.constant_values_.size() * sizeof(double)) == 0);
    return a.nodes_ == b.nodes_ && same_values && a.constant_ends_ == b.constant_ends_ && a.inputs_ == b.inputs_ &&
           a.outputs_ == b.outputs_ && a.output_names_ == b.output_names_;
}

std::vector<std::uint32_t> last_uses(const Circuit& circuit) {
    const auto nodes = circuit.nodes();
    std::vector<std::uint32_t> last(nodes.size());
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
        last[i] = i;
        if (operand_count(nodes[i].op) > 0) last[nodes[i].lhs.index] = i;
        if (operand_count(nodes[i].op) > 1) last[nodes[i].rhs.index] = i;
    }
    for (const ValueId v : circuit.outputs()) last[v.index] = static_cast<std::uint32_t>(nodes.size());
    return last;
}

}  // namespace tacit::circuit
