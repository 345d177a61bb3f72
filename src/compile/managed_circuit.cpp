#include "tacit/compile/managed_circuit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/fail.hpp"

namespace tacit::compile {

const char* to_string(Step step) noexcept {
    switch (step) {
        case Step::input: return "input";
        case Step::zero: return "zero";
        case Step::add: return "add";
        case Step::sub: return "sub";
        case Step::negate: return "negate";
        case Step::mul: return "mul";
        case Step::add_constant: return "add_constant";
        case Step::mul_constant: return "mul_constant";
        case Step::mul_integer: return "mul_integer";
        case Step::relinearize_rescale: return "relinearize_rescale";
        case Step::rescale: return "rescale";
        case Step::drop_level: return "drop_level";
        case Step::rotate: return "rotate";
        case Step::conjugate: return "conjugate";
        case Step::refresh: return "refresh";
    }
    return "unknown";
}

int operand_count(Step step) noexcept {
    switch (step) {
        case Step::input:
        case Step::zero: return 0;
        case Step::add:
        case Step::sub:
        case Step::mul: return 2;
        case Step::negate:
        case Step::add_constant:
        case Step::mul_constant:
        case Step::mul_integer:
        case Step::relinearize_rescale:
        case Step::rescale:
        case Step::drop_level:
        case Step::rotate:
        case Step::conjugate:
        case Step::refresh: return 1;
    }
    return 0;
}

ckks::KeyRequest ManagedCircuit::key_request() const {
    ckks::KeyRequest request;
    request.relinearization = count(Step::relinearize_rescale) > 0;
    request.conjugation = count(Step::conjugate) > 0;
    std::set<int> steps;
    for (const Instruction& i : instructions_) {
        if (i.step == Step::rotate) steps.insert(i.attribute);
    }
    request.rotations.assign(steps.begin(), steps.end());
    return request;
}

std::size_t ManagedCircuit::count(Step step) const {
    return static_cast<std::size_t>(std::ranges::count(instructions_, step, &Instruction::step));
}

namespace {

constexpr int most_levels = 60;  // as many as parameters may have

/// The type that a step gives on operands of these types, or no level (-1) if it refuses them.
ckks::CiphertextType result_type(const Instruction& i, const ckks::CiphertextType& a, const ckks::CiphertextType& b) {
    constexpr ckks::CiphertextType refused{-1, 0, 0};
    switch (i.step) {
        case Step::input:
        case Step::zero: return {i.type.level, 1, 1};
        case Step::add:
        case Step::sub:
            return a.level == b.level && a.scale_power == b.scale_power
                       ? ckks::CiphertextType{a.level, a.scale_power, std::max(a.degree, b.degree)}
                       : refused;
        case Step::negate:
        case Step::mul_integer:
        case Step::add_constant: return a;
        case Step::mul:
            return a == b && a.scale_power == 1 && a.degree == 1 ? ckks::CiphertextType{a.level, 2, 2} : refused;
        case Step::mul_constant: return a.scale_power == 1 ? ckks::CiphertextType{a.level, 2, a.degree} : refused;
        case Step::relinearize_rescale:
            return a.degree == 2 && a.scale_power == 2 ? ckks::CiphertextType{a.level - 1, 1, 1} : refused;
        case Step::rescale: return a.scale_power == 2 ? ckks::CiphertextType{a.level - 1, 1, a.degree} : refused;
        case Step::drop_level:
            return a.scale_power == 1 && i.type.level < a.level ? ckks::CiphertextType{i.type.level, 1, a.degree}
                                                                : refused;
        case Step::rotate:
        case Step::conjugate: return a.degree == 1 ? a : refused;
        case Step::refresh:
            return a == ckks::CiphertextType{0, 1, 1} ? ckks::CiphertextType{i.type.level, 1, 1} : refused;
    }
    return refused;
}

/// What is wrong with the attribute of an instruction; empty if nothing is.
std::string attribute_flaw(const circuit::Circuit& circuit, std::size_t slots, const Instruction& i) {
    const auto outside = [&](std::size_t count) {
        return i.attribute < 0 || static_cast<std::size_t>(i.attribute) >= count;
    };
    switch (i.step) {
        case Step::input:
            return outside(circuit.inputs().size()) ? fmt::format("input {} does not exist", i.attribute) : "";
        case Step::add_constant:
        case Step::mul_constant:
        case Step::mul_integer:
            if (outside(circuit.constant_count())) return fmt::format("constant {} does not exist", i.attribute);
            if (i.step == Step::mul_integer && !circuit::is_integer(circuit.constant(i.attribute))) {
                return fmt::format("constant {} is no integer", i.attribute);
            }
            return circuit.constant(i.attribute).size() > slots
                       ? fmt::format("the constant has more than {} slots", slots)
                       : "";
        case Step::rotate:
            return i.attribute == 0 || outside(slots)
                       ? fmt::format("{} steps are outside 1 to {}", i.attribute, slots - 1)
                       : "";
        case Step::zero:
        case Step::add:
        case Step::sub:
        case Step::negate:
        case Step::mul:
        case Step::relinearize_rescale:
        case Step::rescale:
        case Step::drop_level:
        case Step::conjugate:
        case Step::refresh: return i.attribute != 0 ? "the step has no attribute" : "";
    }
    return "the step is unknown";
}

}  // namespace

std::string ManagedCircuit::flaw(std::size_t n) const {
    const Instruction& i = instructions_[n];
    const int operands = operand_count(i.step);
    if ((operands > 0 && i.lhs >= n) || (operands > 1 && i.rhs >= n)) return "an operand stands behind its user";
    if (i.source.index >= circuit_.nodes().size()) return "its value is none of the circuit";
    const ckks::CiphertextType a = operands > 0 ? instructions_[i.lhs].type : ckks::CiphertextType{};
    const ckks::CiphertextType b = operands > 1 ? instructions_[i.rhs].type : ckks::CiphertextType{};
    if (i.type.level < 0 || i.type.level > most_levels || !(result_type(i, a, b) == i.type)) {
        std::string what = fmt::format("{} cannot give {}", to_string(i.step), ckks::to_string(i.type));
        if (operands > 0) what += fmt::format(" from ({})", ckks::to_string(a));
        if (operands > 1) what += fmt::format(" and ({})", ckks::to_string(b));
        return what;
    }
    return attribute_flaw(circuit_, slots_, i);
}

void ManagedCircuit::verify() const {
    for (std::size_t n = 0; n < instructions_.size(); ++n) {
        if (const std::string what = flaw(n); !what.empty()) {
            fail(ErrorCode::internal, "managed circuit: instruction {} ({}): {}", n, to_string(instructions_[n].step),
                 what);
        }
    }
    if (outputs_.size() != circuit_.outputs().size()) {
        fail(ErrorCode::internal, "managed circuit: {} outputs but the circuit has {}", outputs_.size(),
             circuit_.outputs().size());
    }
    for (const std::uint32_t output : outputs_) {
        if (output >= instructions_.size()) fail(ErrorCode::internal, "managed circuit: an output does not exist");
        if (!(instructions_[output].type == ckks::CiphertextType{0, 1, 1})) {
            fail(ErrorCode::internal, "managed circuit: an output has {}", ckks::to_string(instructions_[output].type));
        }
    }
}

void ManagedCircuit::measure() {
    depth_ = 0;
    input_levels_.assign(circuit_.inputs().size(), 0);
    for (const Instruction& i : instructions_) {
        depth_ = std::max(depth_, i.type.level);
        if (i.step == Step::input) input_levels_[static_cast<std::size_t>(i.attribute)] = i.type.level;
    }
}

bool operator==(const ManagedCircuit& a, const ManagedCircuit& b) {
    return a.slots_ == b.slots_ && a.circuit_ == b.circuit_ && a.instructions_ == b.instructions_ &&
           a.outputs_ == b.outputs_;
}

}  // namespace tacit::compile
