#include "tacit/compile/managed_circuit.hpp"

#include <algorithm>
#include <set>

#include "base/fail.hpp"

namespace tacit::compile {

const char* to_string(Step step) noexcept {
    switch (step) {
        case Step::input: return "input";
        case Step::add: return "add";
        case Step::sub: return "sub";
        case Step::negate: return "negate";
        case Step::mul: return "mul";
        case Step::add_constant: return "add_constant";
        case Step::mul_constant: return "mul_constant";
        case Step::relinearize_rescale: return "relinearize_rescale";
        case Step::rescale: return "rescale";
        case Step::drop_level: return "drop_level";
        case Step::rotate: return "rotate";
        case Step::conjugate: return "conjugate";
    }
    return "unknown";
}

int operand_count(Step step) noexcept {
    switch (step) {
        case Step::input: return 0;
        case Step::add:
        case Step::sub:
        case Step::mul: return 2;
        case Step::negate:
        case Step::add_constant:
        case Step::mul_constant:
        case Step::relinearize_rescale:
        case Step::rescale:
        case Step::drop_level:
        case Step::rotate:
        case Step::conjugate: return 1;
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

/// The type that a step gives on operands of these types, or no level (-1) if it refuses them.
ckks::CiphertextType result_type(const Instruction& i, const ckks::CiphertextType& a, const ckks::CiphertextType& b) {
    constexpr ckks::CiphertextType refused{-1, 0, 0};
    switch (i.step) {
        case Step::input: return {i.type.level, 1, 1};
        case Step::add:
        case Step::sub:
            return a.level == b.level && a.scale_power == b.scale_power
                       ? ckks::CiphertextType{a.level, a.scale_power, std::max(a.degree, b.degree)}
                       : refused;
        case Step::negate:
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
    }
    return refused;
}

}  // namespace

void ManagedCircuit::verify() const {
    for (std::size_t n = 0; n < instructions_.size(); ++n) {
        const Instruction& i = instructions_[n];
        const int operands = operand_count(i.step);
        const bool ordered = (operands < 1 || i.lhs < n) && (operands < 2 || i.rhs < n);
        const ckks::CiphertextType a = operands > 0 && ordered ? instructions_[i.lhs].type : ckks::CiphertextType{};
        const ckks::CiphertextType b = operands > 1 && ordered ? instructions_[i.rhs].type : ckks::CiphertextType{};
        if (!ordered || i.type.level < 0 || !(result_type(i, a, b) == i.type)) {
            fail(ErrorCode::internal, "managed circuit: instruction {} ({}) cannot give {} from ({}) and ({})", n,
                 to_string(i.step), ckks::to_string(i.type), ckks::to_string(a), ckks::to_string(b));
        }
    }
    for (const std::uint32_t output : outputs_) {
        if (!(instructions_[output].type == ckks::CiphertextType{0, 1, 1})) {
            fail(ErrorCode::internal, "managed circuit: an output has {}", ckks::to_string(instructions_[output].type));
        }
    }
}

}  // namespace tacit::compile
