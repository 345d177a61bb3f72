#include "tacit/compile/cost.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/fail.hpp"
#include "compile/fresh_errors.hpp"
#include "compile/plan_order.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/compile/counts.hpp"

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
        case TimedOperation::sum_rotation: return "sum_rotation";
        case TimedOperation::sum_factor: return "sum_factor";
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

/// Bytes of the integer polynomials that the factors of a task's sums are while it runs.
std::size_t factor_bytes(const Plan& plan, std::size_t task) {
    const ManagedCircuit& program = plan.program();
    std::size_t bytes = 0;
    for (const PlannedSum& sum : plan.task(task).sums) {
        for (const PlannedTerm& term : sum.terms) {
            const auto needed = term.product ? encoding(program, program.instructions()[*term.product]) : std::nullopt;
            if (needed) bytes += ckks::IntegerPlaintext::bytes(program.circuit().constant(needed->constant).size());
        }
    }
    return bytes;
}

/// The most bytes of encoded constants at once, one task after the other.
std::size_t peak_plaintext_bytes(const Plan& plan, const ckks::Parameters& parameters) {
    std::vector<std::size_t> task_of(plan.program().instructions().size());
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        for (const std::uint32_t n : plan.task(task).instructions) task_of[n] = task;
    }
    std::vector<std::size_t> begun(plan.tasks()), ended(plan.tasks());
    for (const auto& [needed, users] : encodings(plan)) {
        const std::size_t bytes = parameters.ciphertext_bytes(needed.level, 0);
        begun[task_of[users.front()]] += bytes;
        ended[task_of[users.back()]] += bytes;
    }
    std::size_t alive = 0, most = 0;
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        alive += begun[task];
        most = std::max(most, alive + factor_bytes(plan, task));
        alive -= ended[task];
    }
    return most;
}

}  // namespace

Memory predict_memory(const Plan& plan, const ckks::Parameters& parameters) {
    const ManagedCircuit& program = plan.program();
    check_parameters("predict_memory", program, parameters);
    Memory memory;
    const ckks::KeyRequest keys = program.key_request();
    memory.key_bytes = (keys.rotations.size() + (keys.relinearization ? 1U : 0U) + (keys.conjugation ? 1U : 0U)) *
                       parameters.key_switch_key_bytes();
    for (const int level : program.input_levels()) memory.input_bytes += parameters.ciphertext_bytes(level);
    for (const std::uint32_t output : program.outputs()) {
        const ckks::CiphertextType& type = program.instructions()[output].type;
        memory.output_bytes += parameters.ciphertext_bytes(type.level, type.degree);
    }
    std::vector<int> uses;
    for (std::uint32_t n = 0; n < program.instructions().size(); ++n) uses.push_back(plan.uses(n));
    LiveValues live(program, parameters, std::move(uses));
    for (std::size_t task = 0; task < plan.tasks(); ++task) live.run(plan.task(task));
    memory.peak_ciphertext_bytes = live.peak_bytes();
    memory.peak_plaintext_bytes = peak_plaintext_bytes(plan, parameters);
    return memory;
}

Memory predict_memory(const ManagedCircuit& program, const ckks::Parameters& parameters) {
    check_parameters("predict_memory", program, parameters);
    return predict_memory(Plan(program, parameters), parameters);
}

namespace {

/// Sums with one division by P, made up of what was timed: a first rotation has a decomposition and a division beside
/// what every rotation of a sum takes, a further one the division alone.
template <class Spend>
void time_sums(const Plan& plan, std::size_t task, const Spend& spend) {
    const auto& all = plan.program().instructions();
    std::map<std::uint32_t, std::set<std::uint32_t>> rotations;
    for (const PlannedSum& sum : plan.task(task).sums) {
        const int level = all[sum.terms.front().value].type.level;
        spend({TimedOperation::rotate_more, level});
        spend({TimedOperation::sum_rotation, level, -1});
        for (const PlannedTerm& term : sum.terms) {
            if (term.rotation) rotations[term.value].insert(*term.rotation);
            const bool vector = term.product && encoding(plan.program(), all[*term.product]);
            spend({vector ? TimedOperation::sum_factor : TimedOperation::mul_number, level, vector ? 1.0 : 0.5});
        }
    }
    for (const auto& [value, turned] : rotations) {
        const int level = all[value].type.level;
        spend({TimedOperation::rotate, level});
        spend({TimedOperation::rotate_more, level, -1});
        spend({TimedOperation::sum_rotation, level, static_cast<double>(turned.size())});
    }
}

/// spend(task, work) for everything that the tasks do.
template <class Spend>
void time_tasks(const Plan& plan, const Spend& spend) {
    const auto& all = plan.program().instructions();
    std::vector<std::size_t> task_of(all.size());
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        const auto& members = plan.task(task).instructions;
        for (const std::uint32_t n : members) task_of[n] = task;
        if (!plan.task(task).sums.empty()) {
            time_sums(plan, task, [&](const Timed& work) { spend(task, work); });
            continue;
        }
        for (const std::uint32_t n : members) {
            Timed work = timed(plan.program(), all[n]);
            if (n != members.front()) work.operation = TimedOperation::rotate_more;
            spend(task, work);
        }
    }
    for (const auto& [needed, users] : encodings(plan)) {
        spend(task_of[users.front()], Timed{TimedOperation::encode, needed.level});
    }
}

void check_calibration(const char* operation, const Plan& plan, const ckks::Parameters& parameters,
                       const Calibration& calibration) {
    check_parameters(operation, plan.program(), parameters);
    if (calibration.parameters == to_hex(parameters.fingerprint())) return;
    fail(ErrorCode::invalid_argument,
         "{}: the calibration was measured under other parameters than {}; calibrate for these", operation,
         parameters.summary());
}

}  // namespace

Duration predict_duration(const Plan& plan, const ckks::Parameters& parameters, const Calibration& calibration) {
    check_calibration("predict_duration", plan, parameters, calibration);
    Duration duration;
    duration.by_level.assign(static_cast<std::size_t>(plan.program().depth()) + 1, 0);
    time_tasks(plan, [&](std::size_t, const Timed& work) {
        const double seconds = work.times * calibration.at(work.operation, work.level);
        duration.by_level[static_cast<std::size_t>(work.level)] += seconds;
        duration.seconds += seconds;
    });
    return duration;
}

std::vector<double> predict_tasks(const Plan& plan, const ckks::Parameters& parameters,
                                  const Calibration& calibration) {
    check_calibration("predict_tasks", plan, parameters, calibration);
    std::vector<double> seconds(plan.tasks());
    time_tasks(plan, [&](std::size_t task, const Timed& work) {
        seconds[task] += work.times * calibration.at(work.operation, work.level);
    });
    return seconds;
}

}  // namespace tacit::compile
