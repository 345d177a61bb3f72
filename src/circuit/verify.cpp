// What every reader of a circuit may rely on, checked.
#include <algorithm>
#include <bit>
#include <cmath>
#include <string_view>
#include <unordered_set>

#include "base/fail.hpp"
#include "circuit/contents.hpp"
#include "circuit/slotwise.hpp"
#include "tacit/circuit/circuit.hpp"

namespace tacit::circuit {

namespace {

/// Whether `number`, an attribute, counts one of `count` things.
bool is_one_of(std::int32_t number, std::size_t count) {
    return number >= 0 && static_cast<std::size_t>(number) < count;
}

void require_different(const char* what, bool printable, bool added, std::string_view name) {
    if (!printable) fail(ErrorCode::internal, "circuit: an {} has a name that the text form cannot hold", what);
    if (!added) fail(ErrorCode::internal, "circuit: two {}s have the name '{}'", what, name);
}

}  // namespace

void Circuit::verify() const {
    verify_constants();
    verify_nodes();
    verify_names();
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
        if (outputs_[i].index >= nodes_.size()) fail(ErrorCode::internal, "circuit: output {} is no value", i);
    }
    if (outputs_.empty()) fail(ErrorCode::internal, "circuit: there is no output");
}

void Circuit::verify_constants() const {
    if (!std::ranges::is_sorted(constant_ends_) ||
        (constant_ends_.empty() ? 0 : constant_ends_.back()) != constant_values_.size()) {
        fail(ErrorCode::internal, "circuit: the constants do not fill their pool");
    }
    FlatIndex seen;
    for (std::uint32_t number = 0; number < constant_ends_.size(); ++number) {
        const auto fail_here = [&](const char* what) {
            fail(ErrorCode::internal, "circuit: constant {}: {}", number, what);
        };
        const auto values = constant(static_cast<std::int32_t>(number));
        if (!std::has_single_bit(values.size())) fail_here("its length is no power of two");
        if (!std::ranges::all_of(values, [](double x) { return std::isfinite(x); })) fail_here("a slot is not finite");
        if (shortest_period(values).size() != values.size()) fail_here("it has a shorter period");
        const auto equal = [&](std::uint32_t other) {
            return same_bits(values, constant(static_cast<std::int32_t>(other)));
        };
        if (seen.find_or_insert(hash_of(values), equal, [&] { return number; }) != number) {
            fail_here("another one is equal");
        }
    }
}

void Circuit::verify_nodes() const {
    if (places_.size() != nodes_.size()) fail(ErrorCode::internal, "circuit: not every value has one location");
    FlatIndex seen;
    std::size_t inputs = 0, constants = 0;
    for (std::uint32_t n = 0; n < nodes_.size(); ++n) {
        std::string what = flaw(n);
        const auto equal = [&](std::uint32_t other) { return nodes_[n] == nodes_[other]; };
        if (what.empty() && seen.find_or_insert(hash_of(nodes_[n]), equal, [&] { return n; }) != n) {
            what = "another value is equal";
        }
        if (!what.empty()) fail(ErrorCode::internal, "circuit: value %{} ({}): {}", n, to_string(nodes_[n].op), what);
        if (nodes_[n].op == Op::input) ++inputs;
        if (nodes_[n].op == Op::constant) ++constants;
    }
    if (inputs != inputs_.size()) fail(ErrorCode::internal, "circuit: an input has no value");
    if (constants != constant_ends_.size()) fail(ErrorCode::internal, "circuit: a constant has no value");
}

std::string Circuit::flaw(std::size_t n) const {
    const Node& node = nodes_[n];
    const int operands = operand_count(node.op);
    if (std::string_view(to_string(node.op)) == "unknown") return "there is no such operation";
    if (places_[n].file >= files_.size()) return "its location is none of the files";
    if ((operands > 0 && node.lhs.index >= n) || (operands > 1 && node.rhs.index >= n)) {
        return "an operand does not stand before it";
    }
    if ((operands < 1 && node.lhs.index != 0) || (operands < 2 && node.rhs.index != 0)) {
        return "it has more operands than it takes";
    }
    if (node.op == Op::input) {
        const bool known = is_one_of(node.attribute, inputs_.size()) &&
                           inputs_[static_cast<std::size_t>(node.attribute)].value.index == n;
        return known ? "" : "the list of inputs does not name it";
    }
    if (node.op == Op::constant) {
        return is_one_of(node.attribute, constant_ends_.size()) ? "" : "its constant does not exist";
    }
    if ((node.op == Op::rotate) != (node.attribute != 0)) {
        return node.op == Op::rotate ? "it rotates by 0 steps" : "it has an attribute but takes none";
    }
    if (is_constant(node.lhs) && (operands < 2 || is_constant(node.rhs))) return "its operands are constants";
    if (operands == 2 && node.op != Op::sub) {
        if (is_constant(node.lhs)) return "a constant stands on the left";
        if (!is_constant(node.rhs) && node.rhs.index < node.lhs.index) return "its operands are not in order";
    }
    return "";
}

void Circuit::verify_names() const {
    if (output_names_.size() != outputs_.size()) fail(ErrorCode::internal, "circuit: not every output has one name");
    std::unordered_set<std::string_view> inputs, outputs;
    for (const InputInfo& input : inputs_) {
        require_different("input", is_printable(input.name), inputs.insert(input.name).second, input.name);
    }
    for (const std::string& name : output_names_) {
        require_different("output", is_printable(name), outputs.insert(name).second, name);
    }
}

}  // namespace tacit::circuit
