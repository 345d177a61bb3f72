// The noise meaning over data: values in the clear, each with a drawn error for every source.
#include <cmath>
#include <memory>
#include <random>

#include "base/fail.hpp"
#include "compile/fresh_errors.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/compile/interpret.hpp"

namespace tacit::compile {

const char* to_string(ErrorSource source) noexcept {
    switch (source) {
        case ErrorSource::encoding: return "encoding";
        case ErrorSource::encryption: return "encryption";
        case ErrorSource::key_switching: return "key switching";
        case ErrorSource::rescaling: return "rescaling";
    }
    return "unknown";
}

namespace {

using circuit::Slots;
using Complexes = std::vector<std::complex<double>>;

/// A value and its error by source. Kept apart, so that the error is never a difference of nearly equal numbers.
struct Erring {
    Slots value;
    std::vector<Slots> errors;
};

double root_mean_square(const Slots& slots) {
    double squares = 0;
    for (const auto& z : slots.values()) squares += std::norm(z);
    return std::sqrt(squares / static_cast<double>(slots.size()));
}

/// As the encoder repeats vectors over all slots.
std::vector<Complexes> repeated(std::vector<Complexes> inputs, std::size_t period, std::size_t slots) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (inputs[i].size() != period) {
            fail(ErrorCode::invalid_argument,
                 "predict_noise: input {} has {} values for {} slots; give one value per slot, zeros at the end", i,
                 inputs[i].size(), period);
        }
        inputs[i].resize(slots);
        for (std::size_t j = period; j < slots; ++j) inputs[i][j] = inputs[i][j - period];
    }
    return inputs;
}

class SampledNoise {
public:
    using Value = Erring;
    SampledNoise(const ManagedCircuit& program, const ckks::Parameters& parameters, Encryption encryption, int parties,
                 std::uint64_t seed, const std::vector<Complexes>& inputs)
        : program_(program),
          parameters_(parameters),
          encryption_(encryption),
          parties_(parties),
          random_(seed),
          plain_(parameters.slots(), inputs),
          none_(Complexes(parameters.slots())) {}

    void run() {
        const auto& instructions = program_.instructions();
        const std::vector<std::uint32_t> last = last_uses(program_);
        std::vector<std::shared_ptr<const Erring>> values(instructions.size());
        for (std::uint32_t n = 0; n < instructions.size(); ++n) {
            const Instruction& i = instructions[n];
            Erring result = inherited(i, values);
            err(result, i, values);
            note(result);
            values[n] = std::make_shared<const Erring>(std::move(result));
            if (operand_count(i.step) > 0 && last[i.lhs] == n) values[i.lhs].reset();
            if (operand_count(i.step) > 1 && last[i.rhs] == n) values[i.rhs].reset();
        }
    }
    std::vector<PredictedError> found;

private:
    using Values = std::vector<std::shared_ptr<const Erring>>;

    /// f on the value and on every error.
    template <class F>
    static Erring map(const Erring& a, const F& f) {
        Erring out{f(a.value), {}};
        for (const Slots& error : a.errors) out.errors.push_back(f(error));
        return out;
    }
    template <class F>
    static Erring zip(const Erring& a, const Erring& b, const F& f) {
        Erring out{f(a.value, b.value), {}};
        for (std::size_t k = 0; k < error_sources; ++k) out.errors.push_back(f(a.errors[k], b.errors[k]));
        return out;
    }
    [[nodiscard]] Slots total(const Erring& a) const {
        Slots sum = none_;
        for (const Slots& error : a.errors) sum += error;
        return sum;
    }

    Erring inherited(const Instruction& i, const Values& values) {
        const auto constant = [&] { return plain_.constant(program_.circuit().constant(i.attribute)); };
        switch (i.step) {
            case Step::input: return {plain_.input(i.attribute), std::vector(error_sources, none_)};
            case Step::zero: return {none_, std::vector(error_sources, none_)};
            case Step::add: return zip(*values[i.lhs], *values[i.rhs], [](auto& x, auto& y) { return x + y; });
            case Step::sub: return zip(*values[i.lhs], *values[i.rhs], [](auto& x, auto& y) { return x - y; });
            case Step::negate: return map(*values[i.lhs], [](auto& x) { return -x; });
            case Step::mul: return product(*values[i.lhs], *values[i.rhs]);
            case Step::add_constant: return {values[i.lhs]->value + constant(), values[i.lhs]->errors};
            case Step::mul_constant:
            case Step::mul_integer: return map(*values[i.lhs], [c = constant()](auto& x) { return x * c; });
            case Step::rotate: return map(*values[i.lhs], [&](auto& x) { return rotate(x, i.attribute); });
            case Step::conjugate: return map(*values[i.lhs], [](auto& x) { return conjugate(x); });
            case Step::relinearize_rescale:
            case Step::rescale:
            case Step::drop_level:
            case Step::refresh: break;
        }
        return *values[i.lhs];
    }

    /// (a + sum e_k)(b + sum f_k) = a b + sum_k ((a + sum e) f_k + b e_k)
    [[nodiscard]] Erring product(const Erring& a, const Erring& b) const {
        const Slots erring_a = a.value + total(a);
        Erring out{a.value * b.value, {}};
        for (std::size_t k = 0; k < error_sources; ++k) {
            out.errors.push_back(erring_a * b.errors[k] + b.value * a.errors[k]);
        }
        return out;
    }

    /// Adds the instruction's own errors.
    void err(Erring& result, const Instruction& i, const Values& values) {
        const Parts parts = fresh_errors(program_, parameters_, i, encryption_, parties_);
        for (std::size_t k = 0; k < error_sources; ++k) {
            if (parts[k] == 0) continue;
            const Slots drawn = draw(parts[k], period(i));
            result.errors[k] +=
                i.step == Step::mul_constant ? drawn * (values[i.lhs]->value + total(*values[i.lhs])) : drawn;
        }
    }

    [[nodiscard]] std::size_t period(const Instruction& i) const {
        const bool constant = i.step == Step::add_constant || i.step == Step::mul_constant;
        return constant ? program_.circuit().constant(i.attribute).size() : parameters_.slots();
    }

    /// The same in all slots for a single number, whose error is known.
    Slots draw(double deviation, std::size_t period) {
        if (period == 1) return none_.constant(deviation);
        std::normal_distribution<double> part(0, deviation * std::sqrt(0.5));
        Complexes slots(parameters_.slots());
        for (std::size_t j = 0; j < slots.size(); ++j) {
            if (j < period) {
                slots[j] = {part(random_), part(random_)};
            } else {
                slots[j] = slots[j - period];
            }
        }
        return Slots(std::move(slots));
    }

    void note(const Erring& a) {
        PredictedError error{root_mean_square(total(a)), {}, a.value.magnitude()};
        for (std::size_t k = 0; k < error_sources; ++k) error.parts[k] = root_mean_square(a.errors[k]);
        found.push_back(error);
    }

    const ManagedCircuit& program_;
    const ckks::Parameters& parameters_;
    Encryption encryption_;
    int parties_;
    std::mt19937_64 random_;
    circuit::Plain plain_;
    Slots none_;
};

}  // namespace

std::vector<PredictedError> predict_noise(const ManagedCircuit& program, const ckks::Parameters& parameters,
                                          const std::vector<Complexes>& inputs, Encryption encryption,
                                          std::uint64_t seed, int parties) {
    check_parameters("predict_noise", program, parameters);
    SampledNoise noise(program, parameters, encryption, parties, seed,
                       repeated(inputs, program.slots(), parameters.slots()));
    noise.run();
    return std::move(noise.found);
}

}  // namespace tacit::compile
