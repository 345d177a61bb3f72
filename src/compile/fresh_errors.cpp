#include "compile/fresh_errors.hpp"

#include <cmath>

#include "base/fail.hpp"
#include "tacit/ckks/noise.hpp"

namespace tacit::compile {

namespace {

namespace noise = ckks::noise;

double& at(Parts& parts, ErrorSource source) { return parts[static_cast<std::size_t>(source)]; }

/// Errors of coefficients become errors of slots: each of N random coefficients adds to every slot.
double in_slots(const ckks::Parameters& parameters, const ckks::CiphertextType& type, double coefficient_error,
                double coefficients) {
    const double scale = std::pow(parameters.scale(type.level), type.scale_power);
    return coefficient_error * std::sqrt(coefficients) / scale;
}

/// An encoded constant. Its period fills as many coefficients as it has real and imaginary parts; a single number is
/// rounded once, and how far is known.
double constant_error(const ckks::Parameters& parameters, const ckks::CiphertextType& type,
                      std::span<const double> slots) {
    if (slots.size() > 1) {
        return in_slots(parameters, type, noise::encoding(), 2 * static_cast<double>(slots.size()));
    }
    const long double scale = std::pow(parameters.exact_scale(type.level), static_cast<long double>(type.scale_power));
    const long double scaled = static_cast<long double>(slots[0]) * scale;
    return static_cast<double>(std::fabs(scaled - std::rint(scaled)) / scale);
}

Parts input_errors(const ckks::Parameters& parameters, const ckks::CiphertextType& type, Encryption encryption,
                   int parties) {
    const auto n = static_cast<double>(parameters.ring_dimension());
    const double fresh = encryption == Encryption::public_key ? noise::fresh_public(parameters, parties)
                                                              : noise::fresh_symmetric(parameters);
    Parts parts{};
    at(parts, ErrorSource::encoding) = in_slots(parameters, type, noise::encoding(), n);
    at(parts, ErrorSource::encryption) = in_slots(parameters, type, fresh, n);
    return parts;
}

}  // namespace

Parts fresh_errors(const ManagedCircuit& program, const ckks::Parameters& parameters, const Instruction& i,
                   Encryption encryption, int parties) {
    const auto n = static_cast<double>(parameters.ring_dimension());
    const auto slots = [&](double error) { return in_slots(parameters, i.type, error, n); };
    Parts parts{};
    switch (i.step) {
        case Step::input:
        case Step::refresh: return input_errors(parameters, i.type, encryption, parties);
        case Step::add_constant:
            at(parts, ErrorSource::encoding) =
                constant_error(parameters, i.type, program.circuit().constant(i.attribute));
            break;
        case Step::mul_constant:
            at(parts, ErrorSource::encoding) =
                constant_error(parameters, {i.type.level, 1, 0}, program.circuit().constant(i.attribute));
            break;
        case Step::relinearize_rescale: {
            const double rounding = noise::rescaling(parameters, 1, parties);
            const double both = noise::fused_relinearization(parameters, i.type.level + 1, parties);
            at(parts, ErrorSource::key_switching) = slots(std::sqrt(std::max(0.0, both * both - rounding * rounding)));
            at(parts, ErrorSource::rescaling) = slots(rounding);
            break;
        }
        case Step::rescale:
        case Step::drop_level:
            at(parts, ErrorSource::rescaling) = slots(noise::rescaling(parameters, i.type.degree, parties));
            break;
        case Step::rotate:
        case Step::conjugate:
            at(parts, ErrorSource::key_switching) = slots(noise::key_switching(parameters, i.type.level, parties));
            break;
        case Step::zero:
        case Step::add:
        case Step::sub:
        case Step::negate:
        case Step::mul:
        case Step::mul_integer: break;
    }
    return parts;
}

void check_parameters(const char* operation, const ManagedCircuit& program, const ckks::Parameters& parameters) {
    if (parameters.slots() < program.slots()) {
        fail(ErrorCode::invalid_argument,
             "{}: the circuit was managed for {} slots but the parameters have {}; create them with "
             "ParameterSpec::min_slots",
             operation, program.slots(), parameters.slots());
    }
    if (parameters.depth() < program.depth()) {
        fail(ErrorCode::invalid_argument,
             "{}: the circuit needs {} levels but the parameters have {}; use parameters of depth {}", operation,
             program.depth(), parameters.depth(), program.depth());
    }
}

}  // namespace tacit::compile
