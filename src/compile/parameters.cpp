#include "tacit/compile/parameters.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>

#include "base/fail.hpp"
#include "base/log_line.hpp"
#include "tacit/base/error.hpp"

namespace tacit::compile {

namespace {

using Complexes = std::vector<std::complex<double>>;

constexpr double deviations = 6;  // |e| of a complex Gaussian exceeds them once in 2^52
constexpr int least_scale_bits = 20;
constexpr int most_scale_bits = 90;
constexpr int most_integer_bits = 60;

using Predict = std::function<std::vector<PredictedError>(const ckks::Parameters&)>;

/// Half the modulus over the scale: what values of a type stay below, in bits.
double capacity_bits(const ckks::Parameters& parameters, const ckks::CiphertextType& type) {
    double bits = -1;
    for (std::size_t i = 0; i < parameters.limbs(type.level); ++i) {
        bits += std::log2(static_cast<double>(parameters.primes()[i]));
    }
    return bits - type.scale_power * std::log2(parameters.scale(type.level));
}

/// The search for one circuit.
class Search {
public:
    Search(const ManagedCircuit& program, const Accuracy& accuracy, double spare_bits, Predict predict)
        : program_(program), accuracy_(accuracy), spare_bits_(spare_bits), predict_(std::move(predict)) {}

    /// A search between a scale that is too small and one that is large enough, or insecure, guided by the error:
    /// doubling the scale halves it. Where the error says nothing, half way.
    ScaleEstimate run() {
        int below = least_scale_bits - 1;
        int above = most_scale_bits + 1;
        std::optional<ScaleEstimate> best;
        std::optional<Error> insecure;
        double reached = std::numeric_limits<double>::infinity();
        for (int bits = 40; above - below > 1;) {
            const auto found = attempt(bits, insecure);
            const double excess = found ? deviations * found->deviation / accuracy_.precision : 0;
            if (found && excess > 1) reached = std::min(reached, deviations * found->deviation);
            if (found && excess <= 1) best = found;
            const bool too_small = found ? excess > 1 : !insecure_at_last_;
            (too_small ? below : above) = bits;
            const bool guided = std::isfinite(excess) && excess > 0;
            const double guess = guided ? bits + std::ceil(std::log2(excess)) : (below + above) / 2;
            bits = static_cast<int>(std::clamp<double>(guess, below + 1, std::max(below + 1, above - 1)));
        }
        if (best) {
            log(LogLevel::info, "estimate_scale: scale 2^{} in the ring N = 2^{}, {} integer bits",
                best->spec.scale_bits, *best->spec.log_ring_dimension, best->spec.integer_bits);
            return *best;
        }
        if (insecure) throw *insecure;
        fail(ErrorCode::invalid_argument,
             "estimate_scale: an output errs by up to {:.2g} even at scale 2^{}, {:.2g} is wanted; ask for less or "
             "scale "
             "the inputs down",
             reached, most_scale_bits, accuracy_.precision);
    }

private:
    /// One scale; nothing where there are no such primes or no secure ring, which is kept in `insecure`.
    std::optional<ScaleEstimate> attempt(int scale_bits, std::optional<Error>& insecure) {
        insecure_at_last_ = false;
        try {
            return at(scale_bits);
        } catch (const Error& error) {
            const bool no_primes = error.code() == ErrorCode::invalid_argument &&
                                   std::string_view(error.what()).starts_with("parameters: there are too few primes");
            if (error.code() != ErrorCode::insecure_parameters && !no_primes) throw;
            insecure_at_last_ = !no_primes;
            if (insecure_at_last_) insecure = error;
            return std::nullopt;
        }
    }

    ScaleEstimate at(int scale_bits) {
        for (int integer_bits = 1;;) {
            ckks::ParameterSpec spec{.depth = program_.depth(),
                                     .scale_bits = scale_bits,
                                     .integer_bits = integer_bits,
                                     .security_bits = accuracy_.security_bits,
                                     .attacks = accuracy_.attacks,
                                     .min_slots = program_.slots()};
            const auto parameters = ckks::Parameters::create(spec);
            spec.log_ring_dimension = parameters.log_ring_dimension();
            ScaleEstimate found = assess(parameters, spec);
            const double short_of = spare_bits_ - *std::ranges::min_element(found.headroom_bits);
            if (short_of <= 0) return found;
            if (!(integer_bits + short_of <= most_integer_bits)) {  // for errors, as the values would fit
                found.deviation = std::numeric_limits<double>::infinity();
                return found;
            }
            integer_bits += static_cast<int>(std::ceil(short_of));
        }
    }

    ScaleEstimate assess(const ckks::Parameters& parameters, const ckks::ParameterSpec& spec) {
        const auto predicted = predict_(parameters);
        ScaleEstimate found{spec, 0, 0, {}};
        found.headroom_bits.assign(static_cast<std::size_t>(program_.depth()) + 1,
                                   std::numeric_limits<double>::infinity());
        for (std::size_t n = 0; n < predicted.size(); ++n) {
            const Instruction& i = program_.instructions()[n];
            const double value = predicted[n].magnitude + deviations * predicted[n].deviation;
            refuse_giants(i, predicted[n].magnitude);
            found.magnitude = std::max(found.magnitude, value);
            double& headroom = found.headroom_bits[static_cast<std::size_t>(i.type.level)];
            headroom = std::min(headroom, capacity_bits(parameters, i.type) - std::log2(value));
        }
        for (const std::uint32_t output : program_.outputs()) {
            found.deviation = std::max(found.deviation, predicted[output].deviation);
        }
        return found;
    }

    void refuse_giants(const Instruction& i, double magnitude) const {
        if (magnitude < std::exp2(most_integer_bits - spare_bits_)) return;
        fail(ErrorCode::invalid_argument,
             "{}estimate_scale: values may reach {:.3g} here, and {:.0f} bits are the limit; scale the inputs down or "
             "state narrower bounds",
             prefix(program_.circuit().location(i.source)), magnitude, most_integer_bits - spare_bits_);
    }

    const ManagedCircuit& program_;
    const Accuracy& accuracy_;
    double spare_bits_;
    Predict predict_;
    bool insecure_at_last_ = false;
};

void check(const Accuracy& accuracy) {
    if (accuracy.precision > 0 && std::isfinite(accuracy.precision)) return;
    fail(ErrorCode::invalid_argument, "estimate_scale: a precision of {}; it must be positive and finite",
         accuracy.precision);
}

}  // namespace

ScaleEstimate estimate_scale(const ManagedCircuit& program, const std::vector<circuit::Bounds>& inputs,
                             const Accuracy& accuracy) {
    check(accuracy);
    return Search(program, accuracy, 0,
                  [&](const ckks::Parameters& parameters) {
                      return predict_noise(program, parameters, inputs, accuracy.encryption);
                  })
        .run();
}

ScaleEstimate estimate_scale(const ManagedCircuit& program, const std::vector<Complexes>& inputs,
                             const Accuracy& accuracy) {
    check(accuracy);
    return Search(program, accuracy, 1,
                  [&](const ckks::Parameters& parameters) {
                      return predict_noise(program, parameters, inputs, accuracy.encryption);
                  })
        .run();
}

std::size_t rotation_key_budget(const ManagedCircuit& program, const ckks::Parameters& parameters, std::size_t bytes) {
    const ckks::KeyRequest request = program.key_request();
    const std::size_t others = (request.relinearization ? 1U : 0U) + (request.conjugation ? 1U : 0U);
    const std::size_t keys = bytes / parameters.key_switch_key_bytes();
    return keys - std::min(keys, others);
}

}  // namespace tacit::compile
