// The noise meaning over bounds: every error as a sum over its origins.
#include <algorithm>
#include <cmath>
#include <map>

#include "compile/fresh_errors.hpp"
#include "tacit/compile/interpret.hpp"

namespace tacit::compile {

namespace {

/// sum size_k e_k of independent errors e_k of deviation 1. One origin gives one error in each slot; those of different
/// slots, and an error and its conjugate, are uncorrelated.
struct Origin {
    std::uint32_t number = 0;
    std::uint32_t steps = 0;
    bool conjugated = false;
    friend auto operator<=>(const Origin&, const Origin&) = default;
};
using ErrorForm = std::map<Origin, double>;

double deviation(const ErrorForm& form) {
    double squares = 0;
    for (const auto& [origin, size] : form) squares += size * size;
    return std::sqrt(squares);
}

void add_scaled(ErrorForm& out, const ErrorForm& form, double factor) {
    if (factor == 0) return;
    for (const auto& [origin, size] : form) out[origin] += factor * size;
}

/// One instruction after the other.
class BoundedNoise {
public:
    BoundedNoise(const ManagedCircuit& program, const ckks::Parameters& parameters, Encryption encryption, int parties)
        : program_(program),
          parameters_(parameters),
          encryption_(encryption),
          parties_(parties),
          last_(last_uses(program)),
          forms_(program.instructions().size()),
          magnitudes_(program.instructions().size()) {}

    PredictedError step(std::uint32_t n, double magnitude) {
        const Instruction& i = program_.instructions()[n];
        magnitudes_[n] = magnitude;
        forms_[n] = inherited(i);
        Parts parts = fresh_errors(program_, parameters_, i, encryption_, parties_);
        if (i.step == Step::mul_constant) {
            for (double& part : parts) part *= magnitudes_[i.lhs] + deviation(forms_[i.lhs]);
        }
        add_origin(forms_[n], parts);
        condense(forms_[n]);
        const PredictedError result = summary(forms_[n], magnitude);
        const int operands = operand_count(i.step);
        if (operands > 0 && last_[i.lhs] == n) forms_[i.lhs].clear();
        if (operands > 1 && last_[i.rhs] == n) forms_[i.rhs].clear();
        return result;
    }

private:
    static constexpr std::size_t most_origins = 512;

    [[nodiscard]] ErrorForm inherited(const Instruction& i) const {
        ErrorForm out;
        switch (i.step) {
            case Step::input:
            case Step::zero: break;
            case Step::add:
            case Step::sub:
                out = forms_[i.lhs];
                add_scaled(out, forms_[i.rhs], 1);
                break;
            case Step::mul:
                add_scaled(out, forms_[i.lhs], magnitudes_[i.rhs] + deviation(forms_[i.rhs]));
                add_scaled(out, forms_[i.rhs], magnitudes_[i.lhs]);
                break;
            case Step::mul_constant:
            case Step::mul_integer: add_scaled(out, forms_[i.lhs], largest(i.attribute)); break;
            case Step::rotate:
            case Step::conjugate:
                for (const auto& [origin, size] : forms_[i.lhs]) out.emplace(moved(origin, i), size);
                break;
            case Step::negate:
            case Step::add_constant:
            case Step::relinearize_rescale:
            case Step::rescale:
            case Step::drop_level:
            case Step::refresh: out = forms_[i.lhs]; break;
        }
        return out;
    }

    /// The error that a rotation or conjugation brings to a slot.
    [[nodiscard]] Origin moved(Origin origin, const Instruction& i) const {
        if (i.step == Step::conjugate) {
            origin.conjugated = !origin.conjugated;
        } else {
            origin.steps = static_cast<std::uint32_t>((origin.steps + static_cast<std::size_t>(i.attribute)) %
                                                      parameters_.slots());
        }
        return origin;
    }

    [[nodiscard]] double largest(std::int32_t constant) const {
        double most = 0;
        for (const double value : program_.circuit().constant(constant)) most = std::max(most, std::fabs(value));
        return most;
    }

    void add_origin(ErrorForm& form, const Parts& parts) {
        double squares = 0;
        for (const double part : parts) squares += part * part;
        if (squares == 0) return;
        Parts fractions{};
        for (std::size_t k = 0; k < error_sources; ++k) fractions[k] = parts[k] * parts[k] / squares;
        form.emplace(Origin{static_cast<std::uint32_t>(fractions_.size()), 0, false}, std::sqrt(squares));
        fractions_.push_back(fractions);
    }

    void condense(ErrorForm& form) {
        if (form.size() <= most_origins) return;
        std::vector<double> sizes;
        for (const auto& [origin, size] : form) sizes.push_back(size);
        const auto first_merged = sizes.begin() + most_origins / 2;
        std::ranges::nth_element(sizes, first_merged, std::greater<>());
        const double limit = *first_merged;
        Parts squares{};
        std::erase_if(form, [&](const auto& term) {
            if (term.second > limit) return false;
            for (std::size_t k = 0; k < error_sources; ++k) {
                squares[k] += term.second * term.second * fractions_[term.first.number][k];
            }
            return true;
        });
        std::ranges::transform(squares, squares.begin(), [](double square) { return std::sqrt(square); });
        add_origin(form, squares);
    }

    [[nodiscard]] PredictedError summary(const ErrorForm& form, double magnitude) const {
        PredictedError result{deviation(form), {}, magnitude};
        for (const auto& [origin, size] : form) {
            for (std::size_t k = 0; k < error_sources; ++k) {
                result.parts[k] += size * size * fractions_[origin.number][k];
            }
        }
        for (double& part : result.parts) part = std::sqrt(part);
        return result;
    }

    const ManagedCircuit& program_;
    const ckks::Parameters& parameters_;
    Encryption encryption_;
    int parties_;
    std::vector<std::uint32_t> last_;
    std::vector<ErrorForm> forms_;
    std::vector<double> magnitudes_;
    std::vector<Parts> fractions_;  // of the variance of each origin, by source
};

}  // namespace

std::vector<PredictedError> predict_noise(const ManagedCircuit& program, const ckks::Parameters& parameters,
                                          std::vector<circuit::Bounds> inputs, Encryption encryption, int parties) {
    check_parameters("predict_noise", program, parameters);
    circuit::Interval interval(std::move(inputs));
    BoundedNoise noise(program, parameters, encryption, parties);
    std::vector<PredictedError> found;
    interpret(program, interval, [&](std::uint32_t n, const circuit::Interval::Value& value) {
        found.push_back(noise.step(n, value.bounds().magnitude()));
    });
    return found;
}

}  // namespace tacit::compile
