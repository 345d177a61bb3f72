#include "tacit/circuit/slots.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/fail.hpp"
#include "circuit/slotwise.hpp"

namespace tacit::circuit {

Slots::Slots(std::vector<std::complex<double>> values) : values_(std::move(values)) {
    if (!std::has_single_bit(values_.size())) {
        fail(ErrorCode::invalid_argument,
             "Slots: {} values, but the number of slots is a power of two; pad the vector with zeros", values_.size());
    }
}

Slots::Slots(const std::vector<double>& values)
    : Slots(std::vector<std::complex<double>>(values.begin(), values.end())) {}

std::vector<double> Slots::real() const {
    std::vector<double> result(size());
    std::ranges::transform(values_, result.begin(), [](std::complex<double> value) { return value.real(); });
    return result;
}

double Slots::magnitude() const noexcept {
    double largest = 0;
    for (const std::complex<double> value : values_) largest = larger(largest, circuit::magnitude(value));
    return largest;
}

Slots Slots::constant(const Constant& value) const {
    const auto period = value.values();
    if (!std::has_single_bit(period.size()) || period.size() > size()) {
        fail(ErrorCode::invalid_argument,
             "constant: {} values for {} slots, but the number of values is a power of two that divides the number "
             "of slots; pad or shorten the constant",
             period.size(), size());
    }
    return Slots(repeated(period, size()));
}

Slots Slots::combine(Op op, const Slots& a, const Slots& b) {
    if (a.size() != b.size()) {
        fail(ErrorCode::invalid_argument, "{}: operands of {} and {} slots; give both the same number of slots",
             to_string(op), a.size(), b.size());
    }
    return Slots(slotwise(op, a.values_, b.values_));
}

Slots operator-(const Slots& a) { return Slots(negated(a.values_)); }

Slots rotate(const Slots& a, std::int32_t steps) { return Slots(rotated(a.values_, steps)); }

Slots conjugate(const Slots& a) { return Slots(conjugated(a.values_)); }

}  // namespace tacit::circuit
