#include "tacit/compile/cost.hpp"

#include <algorithm>

#include "base/fail.hpp"
#include "compile/fresh_errors.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/compile/counts.hpp"
#include "tacit/compile/interpret.hpp"

namespace tacit::compile {

namespace {

/// An instruction as timed operations: which, at which level, and how many times as large.
struct Timed {
    TimedOperation operation;
    int level;
    double times = 1;
};

Timed timed(const ManagedCircuit& program, const Instruction& i) {
    const ckks::CiphertextType& from = operand_count(i.step) == 0 ? i.type : program.instructions()[i.lhs].type;
    const double size = (from.degree + 1) / 2.0;
    const auto constant = [&](TimedOperation number, TimedOperation vector) {
        return program.circuit().constant(i.attribute).size() == 1 ? number : vector;
    };
    switch (i.step) {
        case Step::input:
        case Step::zero:
        case Step::refresh: return {TimedOperation::add, from.level, 0};
        case Step::add:
        case Step::sub: return {TimedOperation::add, from.level, (i.type.degree + 1) / 2.0};
        case Step::negate:
        case Step::mul_integer: return {TimedOperation::negate, from.level, size};
        case Step::add_constant: return {constant(TimedOperation::add_number, TimedOperation::add_vector), from.level};
        case Step::mul_constant: return {constant(TimedOperation::mul_number, TimedOperation::mul_vector), from.level};
        case Step::mul: return {TimedOperation::mul, from.level};
        case Step::relinearize_rescale: return {TimedOperation::relinearize_rescale, from.level};
        case Step::rescale: return {TimedOperation::rescale, from.level, size};
        case Step::drop_level: return {TimedOperation::drop_level, i.type.level + 1, size};
        case Step::rotate:
        case Step::conjugate: return {TimedOperation::rotate, from.level};
    }
    return {TimedOperation::add, 0, 0};
}

}  // namespace

const char* to_string(TimedOperation operation) noexcept {
    switch (operation) {
        case TimedOperation::add: return "add";
        case TimedOperation::negate: return "negate";
        case TimedOperation::add_number: return "add_number";
        case TimedOperation::add_vector: return "add_vector";
        case TimedOperation::mul: return "mul";
        case TimedOperation::mul_number: return "mul_number";
        case TimedOperation::mul_vector: return "mul_vector";
        case TimedOperation::relinearize_rescale: return "relinearize_rescale";
        case TimedOperation::rescale: return "rescale";
        case TimedOperation::drop_level: return "drop_level";
        case TimedOperation::rotate: return "rotate";
        case TimedOperation::rotate_more: return "rotate_more";
        case TimedOperation::encode: return "encode";
    }
    return "unknown";
}

double Calibration::at(TimedOperation operation, int level) const {
    const std::vector<double>& measured = seconds[static_cast<std::size_t>(operation)];
    const auto above = std::ranges::lower_bound(levels, level);
    if (above == levels.end()) return measured.back();
    const auto i = static_cast<std::size_t>(above - levels.begin());
    if (i == 0 || *above == level) return measured[i];
    const double share = static_cast<double>(level - levels[i - 1]) / static_cast<double>(levels[i] - levels[i - 1]);
    return measured[i - 1] + share * (measured[i] - measured[i - 1]);
}

namespace {

/// The most bytes of encoded constants at once, one instruction after the other.
std::size_t peak_plaintext_bytes(const ManagedCircuit& program, const ckks::Parameters& parameters) {
    std::vector<std::size_t> begun(program.instructions().size()), ended(begun.size());
    for (const auto& [needed, users] : encodings(program)) {
        const std::size_t bytes = parameters.ciphertext_bytes(needed.level, 0);
        begun[users.front()] += bytes;
        ended[users.back()] += bytes;
    }
    std::size_t alive = 0, most = 0;
    for (std::size_t n = 0; n < begun.size(); ++n) {
        alive += begun[n];
        most = std::max(most, alive);
        alive -= ended[n];
    }
    return most;
}

}  // namespace

Memory predict_memory(const ManagedCircuit& program, const ckks::Parameters& parameters) {
    check_parameters("predict_memory", program, parameters);
    const auto& instructions = program.instructions();
    const auto bytes = [&](std::uint32_t n) {
        const ckks::CiphertextType& type = instructions[n].type;
        return parameters.ciphertext_bytes(type.level, type.degree);
    };
    Memory memory;
    const ckks::KeyRequest keys = program.key_request();
    memory.key_bytes = (keys.rotations.size() + (keys.relinearization ? 1U : 0U) + (keys.conjugation ? 1U : 0U)) *
                       parameters.key_switch_key_bytes();
    for (const int level : program.input_levels()) memory.input_bytes += parameters.ciphertext_bytes(level);
    for (const std::uint32_t output : program.outputs()) memory.output_bytes += bytes(output);
    // All inputs are there from the beginning; one that nothing reads goes at its own instruction.
    const std::vector<std::uint32_t> last = last_uses(program);
    std::size_t alive = memory.input_bytes;
    memory.peak_ciphertext_bytes = alive;
    for (std::uint32_t n = 0; n < instructions.size(); ++n) {
        const Instruction& i = instructions[n];
        if (i.step != Step::input) alive += bytes(n);
        memory.peak_ciphertext_bytes = std::max(memory.peak_ciphertext_bytes, alive);
        const int operands = operand_count(i.step);
        if (operands > 0 && last[i.lhs] == n) alive -= bytes(i.lhs);
        if (operands > 1 && i.rhs != i.lhs && last[i.rhs] == n) alive -= bytes(i.rhs);
        if (last[n] == n) alive -= bytes(n);
    }
    memory.peak_plaintext_bytes = peak_plaintext_bytes(program, parameters);
    return memory;
}

Duration predict_duration(const Plan& plan, const ckks::Parameters& parameters, const Calibration& calibration) {
    const ManagedCircuit& program = plan.program();
    check_parameters("predict_duration", program, parameters);
    if (calibration.parameters != to_hex(parameters.fingerprint())) {
        fail(ErrorCode::invalid_argument,
             "predict_duration: the calibration was measured under other parameters than {}; calibrate for these",
             parameters.summary());
    }
    Duration duration;
    duration.by_level.assign(static_cast<std::size_t>(program.depth()) + 1, 0);
    const auto spend = [&](const Timed& work) {
        const double seconds = work.times * calibration.at(work.operation, work.level);
        duration.by_level[static_cast<std::size_t>(work.level)] += seconds;
        duration.seconds += seconds;
    };
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        const auto members = plan.instructions(task);
        for (const std::uint32_t n : members) {
            Timed work = timed(program, program.instructions()[n]);
            if (n != members.front()) work.operation = TimedOperation::rotate_more;
            spend(work);
        }
    }
    for (const auto& [needed, users] : encodings(program)) spend({TimedOperation::encode, needed.level});
    return duration;
}

}  // namespace tacit::compile
