#include "oracle/prediction.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "ring/automorphism.hpp"
#include "ring/samplers.hpp"

namespace tacit::oracle {

SlotMap::SlotMap(int log_ring_dimension)
    : mask_((std::uint64_t{2} << log_ring_dimension) - 1), slot_of_(std::size_t{1} << log_ring_dimension) {
    const std::size_t slots = slot_of_.size() / 2;
    std::uint64_t exponent = 1;
    std::uint64_t power_of_3 = 1;
    for (std::size_t j = 0; j < slots; ++j) {
        exponents_.push_back(exponent);
        powers_of_3_.push_back(power_of_3);
        slot_of_[exponent / 2] = {static_cast<std::uint32_t>(j), false};
        slot_of_[(mask_ + 1 - exponent) / 2] = {static_cast<std::uint32_t>(j), true};
        exponent = exponent * 5 & mask_;
        power_of_3 = power_of_3 * 3 & mask_;
    }
}

std::uint64_t SlotMap::seal_element(std::int64_t steps) const {
    const auto slots = static_cast<std::int64_t>(powers_of_3_.size());
    return powers_of_3_[static_cast<std::size_t>(((steps % slots) + slots) % slots)];
}

std::int64_t SlotMap::seal_steps(std::uint64_t element) const {
    const auto found = std::ranges::find(powers_of_3_, element);
    if (found == powers_of_3_.end()) throw std::invalid_argument("not a rotation of SEAL");
    return found - powers_of_3_.begin();
}

Complexes SlotMap::automorphism(const Complexes& values, std::uint64_t element) const {
    Complexes out;
    for (const std::uint64_t exponent : exponents_) {
        const Slot slot = slot_of_[(exponent * element & mask_) / 2];
        out.push_back(slot.conjugated ? std::conj(values[slot.index]) : values[slot.index]);
    }
    return out;
}

std::vector<double> SlotMap::automorphism(const std::vector<double>& variances, std::uint64_t element) const {
    std::vector<double> out;
    for (const std::uint64_t exponent : exponents_) {
        out.push_back(variances[slot_of_[(exponent * element & mask_) / 2].index]);
    }
    return out;
}

std::vector<double> SlotMap::to_seal(const std::vector<double>& values) const {
    std::vector<double> out;
    for (const std::uint64_t exponent : powers_of_3_) out.push_back(values[slot_of_[exponent / 2].index]);
    return out;
}

std::vector<double> SlotMap::from_seal(const std::vector<double>& values) const {
    std::vector<double> out(values.size());
    for (std::size_t j = 0; j < values.size(); ++j) out[slot_of_[powers_of_3_[j] / 2].index] = values[j];
    return out;
}

std::vector<double> SlotMap::constant_gain() const {
    std::vector<double> gain;
    for (const std::uint64_t exponent : exponents_) {
        // (1 - zeta^(e N)) / (1 - zeta^e) = 2 / (1 - zeta^e)
        const double angle = std::numbers::pi * static_cast<double>(exponent) / static_cast<double>(slot_of_.size());
        gain.push_back(1 / std::pow(std::sin(angle / 2), 2));
    }
    return gain;
}

namespace {

constexpr double rounding_variance = 1.0 / 12;
constexpr double error_variance = ring::error_standard_deviation * ring::error_standard_deviation;

template <class Operation>
Expectation slotwise(const Expectation& a, const Expectation& b, const Operation& operation) {
    Expectation out;
    for (std::size_t j = 0; j < a.values.size(); ++j) {
        const auto [value, variance] = operation(a.values[j], a.variance[j], b.values[j], b.variance[j]);
        out.values.push_back(value);
        out.variance.push_back(variance);
    }
    return out;
}

}  // namespace

Predictor::Predictor(const ckks::Parameters& parameters)
    : parameters_(parameters),
      slots_(parameters.log_ring_dimension()),
      constant_gain_(slots_.constant_gain()),
      n_(static_cast<double>(parameters.ring_dimension())) {}

void Predictor::add_error(Expectation& a, double coefficient_variance, double scale) const {
    for (double& variance : a.variance) variance += n_ * coefficient_variance / (2 * scale * scale);
}

double Predictor::scale(int level, int scale_power) const {
    return std::pow(parameters_.scale(level), static_cast<double>(scale_power));
}

Expectation Predictor::encrypted(const Complexes& values, Encryption encryption, int level) const {
    Expectation out{values, std::vector<double>(values.size(), 0.0)};
    const double secret_variance = 2.0 / 3;
    // v e + e_0 + e_1 s: the mask v, the key's error e and the secret s have N coefficients each.
    const double public_variance = error_variance * (2 * n_ * secret_variance + 1);
    double variance = rounding_variance;  // of the encoding
    if (encryption == Encryption::tacit_symmetric || encryption == Encryption::seal_symmetric) {
        variance += error_variance;
    } else if (encryption == Encryption::tacit_public) {
        variance += public_variance;
    } else {
        // SEAL encrypts zero one prime higher, divides by that prime, and adds the message.
        const std::size_t next = parameters_.limbs(level);
        const auto dropped = static_cast<double>(next < parameters_.primes().size() ? parameters_.primes()[next]
                                                                                    : parameters_.special_primes()[0]);
        variance += public_variance / (dropped * dropped) + rounding_variance * (1 + n_ * secret_variance);
    }
    add_error(out, variance, scale(level, 1));
    return out;
}

Expectation Predictor::sum(const Expectation& a, const Expectation& b) const {
    return slotwise(a, b, [](auto x, double var_x, auto y, double var_y) { return std::pair(x + y, var_x + var_y); });
}

Expectation Predictor::product(const Expectation& a, const Expectation& b) const {
    return slotwise(a, b, [](auto x, double var_x, auto y, double var_y) {
        return std::pair(x * y, std::norm(x) * var_y + std::norm(y) * var_x + 2 * var_x * var_y);
    });
}

Expectation Predictor::square(const Expectation& a) const {
    return slotwise(a, a, [](auto x, double variance, auto, double) {
        return std::pair(x * x, 4 * std::norm(x) * variance + 4 * variance * variance);
    });
}

Expectation Predictor::times(const Expectation& a, std::complex<double> constant) const {
    return slotwise(a, a, [&](auto x, double variance, auto, double) {
        return std::pair(x * constant, std::norm(constant) * variance);
    });
}

Expectation Predictor::rescaled(const Expectation& a, int level) const {
    Expectation out = a;
    add_error(out, rounding_variance * (1 + 2 * n_ / 3), scale(level, 1));
    return out;
}

Expectation Predictor::relinearized(const Expectation& a, Library by, int level, int scale_power) const {
    Expectation out = a;
    const auto p = static_cast<double>(parameters_.special_primes()[0]);
    const double delta = scale(level, scale_power);
    double squares = 0;  // of digits over P
    for (std::size_t digit = 0; digit < parameters_.limbs(level); ++digit) {
        squares += std::pow(static_cast<double>(parameters_.primes()[digit]) / p, 2);
    }
    // Digits spread evenly over an interval of length q, times the error of the key; then the division by P.
    add_error(out, n_ * error_variance * squares / 12 + rounding_variance * (1 + 2 * n_ / 3), delta);
    if (by == Library::seal) {
        // Digits in [0, q) have a mean of q/2, the polynomial q/2 (1 + X + ... + X^(N-1)): large at the slots
        // near zeta^0.
        for (std::size_t j = 0; j < out.variance.size(); ++j) {
            out.variance[j] += constant_gain_[j] * squares / 4 * n_ * error_variance / (2 * delta * delta);
        }
    }
    return out;
}

Expectation Predictor::galois(const Expectation& a, std::uint64_t element, Library by, int level) const {
    const Expectation permuted{slots_.automorphism(a.values, element), slots_.automorphism(a.variance, element)};
    return relinearized(permuted, by, level, 1);
}

Comparison compare(const Complexes& measured, const Expectation& expected) {
    if (measured.size() != expected.values.size()) throw std::invalid_argument("compare: different lengths");
    Comparison out;
    double squares = 0;
    for (std::size_t j = 0; j < measured.size(); ++j) {
        const double deviation = std::sqrt(expected.variance[j]);
        const std::complex<double> difference = measured[j] - expected.values[j];
        for (const double error : {std::fabs(difference.real()), std::fabs(difference.imag())}) {
            const double bound = allowed_deviations * deviation;
            squares += std::pow(error / deviation, 2);
            // Written so that NaN counts as the worst.
            if (!(error <= out.error)) {
                out.error = error;
                out.bound = bound;
            }
            if (!(error / bound <= out.worst)) out.worst = error / bound;
        }
    }
    out.rms = std::sqrt(squares / static_cast<double>(2 * measured.size()));
    return out;
}

}  // namespace tacit::oracle
