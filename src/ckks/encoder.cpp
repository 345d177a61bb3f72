#include "tacit/ckks/encoder.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <mutex>
#include <utility>

#include "base/fail.hpp"
#include "ckks/coefficients.hpp"
#include "ckks/context.hpp"
#include "math/bit_reversal.hpp"
#include "math/fft_table.hpp"
#include "math/kernels.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks {

namespace {

constexpr int smallest_log_slots = std::countr_zero(IntegerPlaintext::least_values);  // of the vector transform

/// The transform over 2^log_slots points and where it keeps each slot.
struct SlotTransform {
    explicit SlotTransform(int log_slots) : fft(log_slots), leaf(std::size_t{1} << log_slots) {
        // Slot j has exponent 5^j mod 4n; leaf i of the transform has exponent 4 brv(i) + 1.
        const std::uint64_t mask = 4 * leaf.size() - 1;
        std::uint64_t exponent = 1;
        for (std::uint32_t& position : leaf) {
            position = static_cast<std::uint32_t>(math::reverse_bits(exponent >> 2, log_slots));
            exponent = exponent * 5 & mask;
        }
    }
    math::FftTable fft;
    std::vector<std::uint32_t> leaf;
};

}  // namespace

/// One transform per length, made on first use.
struct Encoder::Tables {
    const SlotTransform& of(int log_slots) const {
        const auto i = static_cast<std::size_t>(log_slots);
        std::call_once(once[i], [&] { transforms[i] = std::make_unique<const SlotTransform>(log_slots); });
        return *transforms[i];
    }
    mutable std::array<std::once_flag, 20> once;
    mutable std::array<std::unique_ptr<const SlotTransform>, 20> transforms;
};

Encoder::Encoder(const Parameters& parameters) : parameters_(parameters), tables_(std::make_unique<const Tables>()) {}
Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;

namespace {

int checked_log_slots(std::size_t count, std::size_t slots) {
    if (count == 0 || !std::has_single_bit(count) || count > slots) {
        fail(ErrorCode::invalid_argument,
             "{} values do not fill the slots evenly; give a power of two of at most {} (pad with zeros)", count,
             slots);
    }
    return std::max(smallest_log_slots, std::countr_zero(count));
}

template <class Value>
void check_finite(std::span<const Value> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::complex<double> z = values[i];
        if (!std::isfinite(z.real()) || !std::isfinite(z.imag())) {
            fail(ErrorCode::invalid_argument,
                 "value {} is not a finite number ({} + {}i); remove or replace it before encoding", i, z.real(),
                 z.imag());
        }
    }
}

/// The coefficients of the interpolating polynomial, its real and imaginary halves apart.
template <class Value>
std::pair<AlignedBuffer, AlignedBuffer> interpolate(const SlotTransform& transform, std::span<const Value> values) {
    const std::size_t n = transform.leaf.size();
    AlignedBuffer re(n);
    AlignedBuffer im(n);
    for (std::size_t j = 0; j < n; ++j) {
        const std::complex<double> z = values[j & (values.size() - 1)];
        re.data()[transform.leaf[j]] = z.real();
        im.data()[transform.leaf[j]] = z.imag();
    }
    math::kernels().fft_inverse(re.data(), im.data(), transform.fft);
    return {std::move(re), std::move(im)};
}

double scale_of(const Parameters& parameters, int level, int scale_power) {
    return static_cast<double>(std::pow(parameters.exact_scale(level), static_cast<long double>(scale_power)));
}

template <class Value>
Plaintext encode_values(const Parameters& parameters, const SlotTransform& transform, std::span<const Value> values,
                        int level, int scale_power) {
    auto [re, im] = interpolate(transform, values);
    return {parameters,
            scaled_coefficients_to_rns(parameters.context(), re.data(), im.data(), re.size(),
                                       scale_of(parameters, level, scale_power), parameters.limbs(level)),
            level, scale_power};
}

void check_level(const Parameters& parameters, int level, int scale_power) {
    static_cast<void>(parameters.limbs(level));
    if (scale_power != 1 && scale_power != 2) {
        fail(ErrorCode::invalid_argument, "scale power {} does not exist; use 1, or 2 to add to a product",
             scale_power);
    }
}

}  // namespace

Plaintext Encoder::encode(std::span<const double> values, int level, int scale_power) const {
    check_level(parameters_, level, scale_power);
    const SlotTransform& transform = tables_->of(checked_log_slots(values.size(), parameters_.slots()));
    check_finite(values);
    return encode_values(parameters_, transform, values, level, scale_power);
}

Plaintext Encoder::encode(std::span<const std::complex<double>> values, int level, int scale_power) const {
    check_level(parameters_, level, scale_power);
    const SlotTransform& transform = tables_->of(checked_log_slots(values.size(), parameters_.slots()));
    check_finite(values);
    return encode_values(parameters_, transform, values, level, scale_power);
}

IntegerPlaintext Encoder::encode_integers(std::span<const double> values, int level, int scale_power) const {
    check_level(parameters_, level, scale_power);
    const SlotTransform& transform = tables_->of(checked_log_slots(values.size(), parameters_.slots()));
    check_finite(values);
    auto [re, im] = interpolate(transform, values);
    const bool below_2_51 = round_coefficients(parameters_.context(), re.data(), im.data(), re.size(),
                                               scale_of(parameters_, level, scale_power), parameters_.limbs(level));
    return {parameters_, std::move(re), std::move(im), below_2_51, level, scale_power};
}

std::vector<std::complex<double>> Encoder::decode(const Plaintext& plaintext, std::size_t count) const {
    if (!(plaintext.parameters() == parameters_)) {
        fail(ErrorCode::parameter_mismatch,
             "decode: the plaintext was made under other parameters; use its own encoder");
    }
    if (count == 0) count = parameters_.slots();
    static_cast<void>(checked_log_slots(count, parameters_.slots()));
    const std::size_t n = parameters_.slots();
    const SlotTransform& transform = tables_->of(std::countr_zero(n));
    AlignedBuffer re(n);
    AlignedBuffer im(n);
    const Context& context = parameters_.context();
    const long double delta =
        std::pow(context.scale(plaintext.level()), static_cast<long double>(plaintext.scale_power()));
    rns_to_scaled_coefficients(context, plaintext.poly(), static_cast<double>(1 / delta), re.data(), im.data());
    math::kernels().fft_forward(re.data(), im.data(), transform.fft);
    std::vector<std::complex<double>> values(count);
    for (std::size_t j = 0; j < count; ++j) values[j] = {re.data()[transform.leaf[j]], im.data()[transform.leaf[j]]};
    re.wipe();
    im.wipe();
    return values;
}

std::vector<double> Encoder::decode_real(const Plaintext& plaintext, std::size_t count) const {
    const std::vector<std::complex<double>> values = decode(plaintext, count);
    std::vector<double> real(values.size());
    std::ranges::transform(values, real.begin(), [](const std::complex<double>& z) { return z.real(); });
    return real;
}

}  // namespace tacit::ckks
