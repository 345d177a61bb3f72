#include "tacit/tensor/compile.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "tacit/base/error.hpp"
#include "tensor/search.hpp"

namespace tacit::tensor {

namespace {

/// What reading an input takes, in additions of its level.
constexpr double input_additions = 2;

double predicted_seconds(const compile::ManagedCircuit& managed, const ckks::Parameters& parameters,
                         const compile::Calibration& calibration) {
    double seconds = compile::predict_duration(compile::Plan(managed, parameters), parameters, calibration).seconds;
    for (const int level : managed.input_levels()) {
        seconds += input_additions * calibration.at(compile::TimedOperation::add, level);
    }
    return seconds;
}

ckks::Parameters make_parameters(const Requirements& requirements, int depth, std::size_t min_slots) {
    return ckks::Parameters::create({.depth = depth,
                                     .scale_bits = requirements.scale_bits,
                                     .security_bits = requirements.security_bits,
                                     .min_slots = min_slots});
}

/// A circuit with levels and parameters, and what it takes.
struct Priced {
    compile::ManagedCircuit managed;
    ckks::Parameters parameters;
    double seconds;
};

/// Rings for the circuits of one number of slots, by their depth.
class Rings {
public:
    Rings(const Requirements& requirements, std::size_t slots) : requirements_(requirements), slots_(slots) {}

    /// The circuit in the smallest secure ring of at least this many slots.
    [[nodiscard]] Priced price(const circuit::Circuit& circuit) {
        auto managed = compile::manage(circuit, slots_);
        auto at = known_.find(managed.depth());
        if (at == known_.end()) {
            const auto parameters = make_parameters(requirements_, managed.depth(), slots_);
            at = known_.emplace(managed.depth(), std::pair(parameters, requirements_.calibrate(parameters))).first;
        }
        const auto& [parameters, calibration] = at->second;
        const double seconds = predicted_seconds(managed, parameters, calibration);
        return {std::move(managed), parameters, seconds};
    }

private:
    const Requirements& requirements_;
    std::size_t slots_;
    std::map<int, std::pair<ckks::Parameters, compile::Calibration>> known_;
};

/// One way of summation, and of association unless that is left open.
class Way {
public:
    Way(const Program& program, const Requirements& requirements, const Techniques& techniques, Summation summation,
        std::optional<Association> association)
        : program_(program), requirements_(requirements), techniques_(techniques), space_{summation, association} {}

    /// The circuit in the smallest secure ring. A circuit may be deeper than its ring was chosen for, since the
    /// cheapest one is not always the one of least depth; then the ring grows.
    [[nodiscard]] Compiled smallest() const {
        constexpr std::size_t fewest = 4;
        const std::size_t grid = techniques_.grid ? techniques_.grid->height * techniques_.grid->width : fewest;
        const Association shallow = space_.association.value_or(Association::multiplied_out);
        const int depth = least_depth(program_, *space_.summation, shallow);
        std::size_t slots = make_parameters(requirements_, depth, grid).slots();
        for (;;) {
            Compiled made = in_ring(slots);
            if (made.parameters.slots() == slots) return made;
            slots = made.parameters.slots();
        }
    }

    /// The circuit for this many slots; its parameters have more if these are not secure.
    [[nodiscard]] Compiled in_ring(std::size_t slots) const {
        Rings rings(requirements_, slots);
        SearchSpace space = space_;
        space.cost = [&, least = std::numeric_limits<double>::infinity()](const circuit::Circuit& circuit) mutable {
            constexpr double hopeless = 1.5;  // levels and keys take longer to place than circuits to write
            const double rough = estimated_cost(circuit);
            least = std::min(least, rough);
            if (rough > hopeless * least) return std::numeric_limits<double>::infinity();
            try {
                return rings.price(circuit).seconds;
            } catch (const Error&) {  // too deep for any secure ring
                return std::numeric_limits<double>::infinity();
            }
        };
        Lowered lowered = optimise(program_, slots, space, techniques_);
        Priced priced = rings.price(lowered.circuit);
        return {std::move(lowered), std::move(priced.managed), priced.parameters, priced.seconds};
    }

private:
    const Program& program_;
    const Requirements& requirements_;
    const Techniques& techniques_;
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
            if (!best_ || made.predicted_seconds < best_->predicted_seconds) best_ = std::move(made);
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

Compiled compile(const Program& program, const Requirements& requirements, const Techniques& techniques) {
    // What is left open has all associations, in the ring that the shallowest needs; as written may take another one.
    std::vector<std::optional<Association>> associations{Association::as_written, std::nullopt};
    if (requirements.association) associations = {requirements.association};
    Best best;
    for (const Summation summation : {Summation::masked, Summation::mask_free}) {
        if (requirements.summation && *requirements.summation != summation) continue;
        for (const auto association : associations) {
            const Way way(program, requirements, techniques, summation, association);
            const auto slots = best.offer([&] { return way.smallest(); });
            if (slots) best.offer([&] { return way.in_ring(2 * *slots); });
        }
    }
    return std::move(best).take();
}

Compiled compile(const Program& program, const Requirements& requirements) {
    return compile(program, requirements, {});
}

}  // namespace tacit::tensor
