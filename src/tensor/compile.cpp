#include "tacit/tensor/compile.hpp"

#include <exception>
#include <utility>

#include "tacit/base/error.hpp"
#include "tacit/compile/counts.hpp"

namespace tacit::tensor {

namespace {

/// What passes over the memory of a limb take beside a transform of it, measured at N = 2^15 (docs/performance.md).
constexpr double product_passes = 1.2, constant_product_passes = 0.9, addition_passes = 1, input_passes = 2;

double predicted_cost(const compile::ManagedCircuit& managed, const ckks::Parameters& parameters) {
    const auto counts = compile::count_operations(compile::Plan(managed, parameters), parameters);
    double transforms = 0;
    for (std::size_t level = 0; level < counts.levels.size(); ++level) {
        const compile::LevelCounts& c = counts.levels[level];
        const auto limbs = static_cast<double>(parameters.limbs(static_cast<int>(level)));
        transforms += static_cast<double>(c.transforms) +
                      limbs * (product_passes * static_cast<double>(c.products) +
                               constant_product_passes * static_cast<double>(c.constant_products) +
                               addition_passes * static_cast<double>(c.additions + c.negations));
    }
    for (const int level : managed.input_levels()) {
        transforms += input_passes * static_cast<double>(parameters.limbs(level));
    }
    return transforms * static_cast<double>(parameters.ring_dimension()) * parameters.log_ring_dimension();
}

/// One way of summation and association.
class Way {
public:
    Way(const Program& program, const Requirements& requirements, Summation summation, Association association)
        : program_(program), requirements_(requirements), space_{summation, association} {}

    /// The circuit in the smallest secure ring. A circuit may be deeper than its ring was chosen for, since the
    /// cheapest one is not always the one of least depth; then the ring grows.
    [[nodiscard]] Compiled smallest() const {
        constexpr std::size_t fewest = 4;
        std::size_t slots = parameters(least_depth(program_, *space_.summation, *space_.association), fewest).slots();
        for (;;) {
            Compiled made = in_ring(slots);
            if (made.parameters.slots() == slots) return made;
            slots = made.parameters.slots();
        }
    }

    /// The circuit for this many slots; its parameters have more if these are not secure.
    [[nodiscard]] Compiled in_ring(std::size_t slots) const {
        Lowered lowered = optimise(program_, slots, space_);
        auto managed = compile::manage(lowered.circuit, slots);
        const auto chosen = parameters(managed.depth(), slots);
        const double cost = predicted_cost(managed, chosen);
        return {std::move(lowered), std::move(managed), chosen, cost};
    }

private:
    [[nodiscard]] ckks::Parameters parameters(int depth, std::size_t min_slots) const {
        return ckks::Parameters::create({.depth = depth,
                                         .scale_bits = requirements_.scale_bits,
                                         .security_bits = requirements_.security_bits,
                                         .min_slots = min_slots});
    }

    const Program& program_;
    const Requirements& requirements_;
    SearchSpace space_;
};

/// Keeps the cheapest of what could be made, or why nothing could.
class Best {
public:
    template <class Make>
    std::optional<std::size_t> offer(const Make& make) {
        try {
            Compiled made = make();
            const std::size_t slots = made.parameters.slots();
            if (!best_ || made.predicted_cost < best_->predicted_cost) best_ = std::move(made);
            return slots;
        } catch (const Error&) {  // too deep for any secure ring
            reason_ = std::current_exception();
            return std::nullopt;
        }
    }
    [[nodiscard]] Compiled take() && {
        if (!best_) std::rethrow_exception(reason_);
        return std::move(*best_);
    }

private:
    std::optional<Compiled> best_;
    std::exception_ptr reason_;
};

}  // namespace

Compiled compile(const Program& program, const Requirements& requirements) {
    Best best;
    for (const Summation summation : {Summation::masked, Summation::mask_free}) {
        if (requirements.summation && *requirements.summation != summation) continue;
        for (const Association association : {Association::multiplied_out, Association::as_written}) {
            if (requirements.association && *requirements.association != association) continue;
            const Way way(program, requirements, summation, association);
            const auto slots = best.offer([&] { return way.smallest(); });
            if (slots) best.offer([&] { return way.in_ring(2 * *slots); });
        }
    }
    return std::move(best).take();
}

}  // namespace tacit::tensor
