#include "tacit/learn/training_plan.hpp"

#include <algorithm>
#include <bit>
#include <set>
#include <span>
#include <utility>

#include "base/fail.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/compile/cost.hpp"
#include "tacit/tensor/optimise.hpp"

namespace tacit::learn {

namespace {

using compile::Instruction;

constexpr int most_steps_of_a_training = 1 << 16;
constexpr int most_steps = 64;      // of a segment: deeper than any ring
constexpr int largest_side = 4096;  // of a minibatch

void check_size(const char* name, int value, int limit) {
    if (value > limit) {
        fail(ErrorCode::invalid_argument, "encrypted training: {} is {}, the limit is {}; choose less", name, value,
             limit);
    }
}

std::size_t fewest_slots(Method method, const TrainingRecipe& recipe) {
    const int slots = method == Method::baseline ? recipe.features : 2 * recipe.minibatch_size;
    return static_cast<std::size_t>(slots);
}

void hash_instruction(Hasher& hasher, const Instruction& i) {
    for (const auto field :
         {static_cast<std::int64_t>(i.step), std::int64_t{i.lhs}, std::int64_t{i.rhs}, std::int64_t{i.attribute},
          std::int64_t{i.type.level}, std::int64_t{i.type.scale_power}, std::int64_t{i.type.degree}}) {
        hasher.update(static_cast<std::uint64_t>(field));
    }
}

ckks::Parameters make_parameters(const TrainingChoice& choice, int steps, int depth, std::size_t min_slots) {
    try {
        return ckks::Parameters::create({.depth = depth,
                                         .scale_bits = choice.scale_bits,
                                         .security_bits = choice.security_bits,
                                         .min_slots = min_slots});
    } catch (const Error& error) {
        fail(error.code(), "{} steps by the {} circuit have depth {}: {} (fewer steps have less depth)", steps,
             to_string(choice.method), depth, error.what());
    }
}

}  // namespace

Digest TrainingPlan::fingerprint() const {
    Hasher hasher;
    hasher.update(static_cast<std::uint64_t>(program.slots()));
    for (const Instruction& i : program.instructions()) hash_instruction(hasher, i);
    for (std::size_t number = 0; number < program.circuit().constant_count(); ++number) {
        const auto constant = program.circuit().constant(static_cast<std::int32_t>(number));
        hasher.update(static_cast<std::uint64_t>(constant.size()));
        hasher.update(std::as_bytes(constant));
    }
    for (const std::uint32_t output : program.outputs()) hasher.update(std::uint64_t{output});
    return hasher.finish();
}

TrainingPlan make_training_plan(Method method, const TrainingRecipe& recipe, std::size_t slots, Segment segment) {
    check_size("the number of steps", recipe.steps(), most_steps_of_a_training);
    check_size("the number of steps of a segment", segment.steps, most_steps);
    check_size("the minibatch size", recipe.minibatch_size, largest_side);
    check_size("the number of features", recipe.features, largest_side);
    TrainingCircuit training = make_training_circuit(method, recipe, slots, segment);
    compile::ManagedCircuit program = compile::manage(training.lowered.circuit, slots);
    return {std::move(training), std::move(program)};
}

namespace {

/// Reading and expanding a byte of keys or inputs, as typical as compile::typical_calibration.
constexpr double seconds_per_read_byte = 6e-9;

std::uint64_t bits_of(std::span<const std::uint64_t> primes) {
    std::uint64_t bits = 0;
    for (const std::uint64_t prime : primes) bits += static_cast<std::uint64_t>(std::bit_width(prime));
    return bits;
}

/// One of the ways to cut a training into segments. Segments between the first and the last differ in numbers alone, so
/// one stands for all of them.
class Cut {
public:
    Cut(const TrainingChoice& choice, int steps)
        : choice_(choice),
          segments_(split_into_segments(choice.recipe, steps)),
          parameters_(make_parameters(choice, segments_.front().steps, 0, fewest_slots(choice.method, choice.recipe))) {
        for (const std::size_t at : {std::size_t{0}, std::size_t{1}, segments_.size() - 1}) {
            if (at < segments_.size() && (samples_.empty() || at > samples_.back().at)) samples_.push_back({at, {}});
        }
        find_ring();
        for (Sample& sample : samples_) {
            const std::size_t next = &sample == &samples_.back() ? segments_.size() : (&sample + 1)->at;
            add_cost(*sample.plan, next - sample.at);
        }
        cost_.key_bytes = key_bytes();
        const auto read = static_cast<double>(cost_.input_bytes + cost_.key_bytes);
        cost_.total_seconds =
            cost_.run_seconds + refresh_seconds() + (choice.refresh.seconds_per_byte + seconds_per_read_byte) * read;
    }
    [[nodiscard]] const TrainingCost& cost() const { return cost_; }

    /// What does not shrink with fewer segments.
    [[nodiscard]] double work_seconds() const {
        const auto sent = static_cast<double>(cost_.input_bytes + cost_.key_bytes);
        return cost_.run_seconds + choice_.refresh.seconds_per_byte * sent;
    }

    [[nodiscard]] PlannedTraining plan() && {
        for (;;) {
            PlannedTraining planned{{}, parameters_, cost_};
            int depth = 0;
            for (const Segment segment : segments_) {
                planned.segments.push_back(plan_of(segment, parameters_.slots()));
                depth = std::max(depth, planned.segments.back().program.depth());
            }
            if (depth <= parameters_.depth()) return planned;
            // Where minibatches have several owners, a segment may be deeper than the samples.
            parameters_ = make_parameters(choice_, segments_.front().steps, depth, parameters_.slots());
        }
    }

private:
    struct Sample {
        std::size_t at = 0;  ///< number of the segment
        std::optional<TrainingPlan> plan{};
    };

    [[nodiscard]] TrainingPlan plan_of(Segment segment, std::size_t slots) const {
        return make_training_plan(choice_.method, choice_.recipe, slots, segment);
    }

    /// The smallest ring with the slots that the circuits were written for.
    void find_ring() {
        const int steps = segments_.front().steps;
        check_size("the number of steps of a segment", steps, most_steps);
        int depth = 0;
        for (const Sample& sample : samples_) depth = std::max(depth, shallowest(segments_[sample.at]));
        std::size_t slots = make_parameters(choice_, steps, depth, parameters_.slots()).slots();
        for (;;) {
            depth = 0;
            for (Sample& sample : samples_) {
                sample.plan = plan_of(segments_[sample.at], slots);
                depth = std::max(depth, sample.plan->program.depth());
            }
            parameters_ = make_parameters(choice_, steps, depth, slots);
            if (parameters_.slots() == slots) return;
            slots = parameters_.slots();
        }
    }

    /// No circuit has fewer levels, and one for too small a ring takes long to write.
    [[nodiscard]] int shallowest(Segment segment) const {
        if (choice_.method == Method::baseline) {
            return circuit::depth(
                make_training_circuit(choice_.method, choice_.recipe, parameters_.slots(), segment).lowered.circuit);
        }
        return tensor::least_depth(training_program(choice_.recipe, segment), summation_of(choice_.method));
    }

    void add_cost(const TrainingPlan& plan, std::size_t times) {
        const compile::Plan tasks(plan.program, parameters_);
        const auto calibration = compile::typical_calibration(parameters_);
        cost_.run_seconds +=
            static_cast<double>(times) * compile::predict_duration(tasks, parameters_, calibration).seconds;
        std::uint64_t rows = 0, states = 0;
        const auto bytes_of = [&](std::size_t input) { return polynomial_bytes(plan.program.input_levels()[input]); };
        for (const std::size_t input : row_inputs(plan.training)) rows += bytes_of(input);
        for (const std::size_t input : inputs_of(plan.training, owner_of_state)) states += bytes_of(input);
        constexpr std::uint64_t polynomials = 2;  // of a ciphertext without a seed
        const bool last = plan.training.segment == segments_.back();
        if (!last) states += polynomials * plan.program.outputs().size() * polynomial_bytes(0);
        cost_.input_bytes += times * rows;
        cost_.state_bytes += times * states;
    }

    [[nodiscard]] std::uint64_t key_bytes() const {
        std::set<std::uint64_t> elements;
        for (const Sample& sample : samples_) {
            for (const std::uint64_t e : galois_elements(parameters_, sample.plan->program.key_request()))
                elements.insert(e);
        }
        const std::uint64_t bits = bits_of(parameters_.primes()) + bits_of(parameters_.special_primes());
        const std::uint64_t digits = parameters_.digits(parameters_.depth());
        return (1 + elements.size()) * digits * parameters_.ring_dimension() * bits / 8;  // one polynomial and a seed
    }

    /// A fresh ciphertext of a level in a file: one polynomial and a seed.
    [[nodiscard]] std::uint64_t polynomial_bytes(int level) const {
        const auto primes = std::span(parameters_.primes()).first(parameters_.limbs(level));
        return parameters_.ring_dimension() * bits_of(primes) / 8;
    }

    /// Of all refreshes.
    [[nodiscard]] double refresh_seconds() const {
        return choice_.refresh.round_trip_seconds * static_cast<double>(segments_.size() - 1) +
               choice_.refresh.seconds_per_byte * static_cast<double>(cost_.state_bytes);
    }

    const TrainingChoice& choice_;
    std::vector<Segment> segments_;
    ckks::Parameters parameters_;
    std::vector<Sample> samples_{};
    TrainingCost cost_{};
};

/// The cut of least predicted time. Of the lengths that need as many segments the shortest is looked at, up to those
/// whose work alone takes much longer, or that no ring holds.
Cut cheapest_cut(const TrainingChoice& choice) {
    constexpr double hopeless = 1.5;  // the first segment is cheap, so that work may shrink a little
    std::optional<Cut> best;
    const int total = choice.recipe.steps();
    for (int steps = 1, segments = 0; steps <= std::min(total, most_steps); ++steps) {
        const int needed = (total + steps - 1) / steps;
        if (needed == std::exchange(segments, needed)) continue;
        try {
            Cut cut(choice, steps);
            if (best && cut.work_seconds() > hopeless * best->cost().total_seconds) break;
            if (!best || cut.cost().total_seconds < best->cost().total_seconds) best.emplace(std::move(cut));
        } catch (const Error&) {  // too deep for a secure ring, and more steps are deeper
            if (!best) throw;
            break;
        }
    }
    return std::move(*best);
}

}  // namespace

ckks::KeyRequest PlannedTraining::key_request() const {
    ckks::KeyRequest all{.relinearization = false};
    std::set<int> rotations;
    for (const TrainingPlan& segment : segments) {
        const ckks::KeyRequest request = segment.program.key_request();
        all.relinearization |= request.relinearization;
        all.conjugation |= request.conjugation;
        rotations.insert(request.rotations.begin(), request.rotations.end());
    }
    all.rotations.assign(rotations.begin(), rotations.end());
    return all;
}

PlannedTraining plan_training(const TrainingChoice& choice) {
    choice.recipe.validate();
    check_size("the number of steps", choice.recipe.steps(), most_steps_of_a_training);
    if (choice.segment_steps) return Cut(choice, *choice.segment_steps).plan();
    if (choice.method == Method::baseline) return Cut(choice, choice.recipe.steps()).plan();
    return cheapest_cut(choice).plan();
}

}  // namespace tacit::learn
