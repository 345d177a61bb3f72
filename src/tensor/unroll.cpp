#include "tacit/tensor/unroll.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "base/fail.hpp"
#include "tacit/base/error.hpp"

namespace tacit::tensor {

namespace {

void require_cost(const char* name, double cost) {
    if (std::isfinite(cost) && cost >= 0) return;
    fail(ErrorCode::invalid_argument, "unroll: {} is {}; it has to be finite and not negative", name, cost);
}

/// What comes out goes in again.
void require_loop(const Program& program) {
    std::vector<std::size_t> in, out;
    for (const VectorInfo& v : program.vectors()) {
        if (!v.known) in.push_back(v.size);
    }
    for (const std::uint32_t output : program.outputs()) out.push_back(program.nodes()[output].size);
    if (in.empty()) fail(ErrorCode::invalid_argument, "unroll: the loop encrypts no vector; its state has to be one");
    if (in != out) {
        fail(ErrorCode::invalid_argument,
             "unroll: {} vectors go in and {} come out, or their sizes differ; outputs are the state of the next step",
             in.size(), out.size());
    }
}

/// Whether an owner makes the block out of the state.
bool holds_state(const InputBlock& block) {
    for (const InputBlock::Part* part : {&block.real, &block.imaginary}) {
        if (std::ranges::any_of(part->terms, &InputBlock::Term::times_vector)) return true;
    }
    return false;
}

UnrollingChoice price(int steps, int runs, int total, const Compiled& made, const Refresh& refresh,
                      const Requirements& requirements) {
    UnrollingChoice choice{steps,
                           runs,
                           made.managed.depth(),
                           made.parameters.log_ring_dimension(),
                           made.predicted_seconds,
                           refresh.round_trip_seconds,
                           0,
                           0};
    const compile::Calibration calibration = requirements.calibrate(made.parameters);
    const auto travel = [&](int level) {  // encrypting and decrypting transform two polynomials, encoding one
        constexpr double transforms = 3;
        choice.refresh_bytes += made.parameters.ciphertext_bytes(level);
        choice.refresh_seconds += transforms * calibration.at(compile::TimedOperation::encode, level);
    };
    for (std::size_t i = 0; i < made.lowered.inputs.size(); ++i) {
        if (holds_state(made.lowered.inputs[i])) travel(made.managed.input_levels()[i]);
    }
    for (std::size_t i = 0; i < made.managed.outputs().size(); ++i) travel(0);
    choice.refresh_seconds += refresh.seconds_per_byte * static_cast<double>(choice.refresh_bytes);
    choice.seconds_per_step =
        (runs * choice.run_seconds + (runs - 1) * choice.refresh_seconds) / static_cast<double>(total);
    return choice;
}

}  // namespace

Unrolled unroll(const Loop& loop, int steps, const Refresh& refresh, const Requirements& requirements) {
    if (steps <= 0) fail(ErrorCode::invalid_argument, "unroll: {} steps; at least one is needed", steps);
    require_cost("the round trip", refresh.round_trip_seconds);
    require_cost("the time of a byte", refresh.seconds_per_byte);
    std::optional<Unrolled> best;
    std::vector<UnrollingChoice> compared;
    for (int each = 1, runs = 0; each <= steps; ++each) {
        const int needed = (steps + each - 1) / each;
        if (needed == std::exchange(runs, needed)) continue;
        const Program program = loop(each);
        require_loop(program);
        std::optional<Compiled> made;
        try {
            made = compile(program, requirements);
        } catch (const Error&) {  // too deep for a secure ring, and more steps are deeper
            if (!best) throw;
            break;
        }
        compared.push_back(price(each, runs, steps, *made, refresh, requirements));
        if (best && compared.back().seconds_per_step >= best->chosen.seconds_per_step) continue;
        best.emplace(Unrolled{compared.back(), std::move(*made), {}});
    }
    best->compared = std::move(compared);
    return std::move(*best);
}

}  // namespace tacit::tensor
