#include "circuit/slotwise.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "tacit/base/error.hpp"

namespace tacit::circuit {

namespace {

using Complex = std::complex<double>;

double times(double a, double b) { return a * b; }

/// By hand, as the operator of std::complex treats infinities in a way of its own. Real factors take no
/// part in the imaginary part, where an infinity times 0 would be NaN.
Complex times(Complex a, Complex b) {
    if (a.imag() == 0 && b.imag() == 0) return {a.real() * b.real(), 0};
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

template <class T, class F>
std::vector<T> zip(std::span<const T> a, std::span<const T> b, F f) {
    std::vector<T> result(std::max(a.size(), b.size()));
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = f(a[i & (a.size() - 1)], b[i & (b.size() - 1)]);
    return result;
}

template <class T, class F>
std::vector<T> map(std::span<const T> a, F f) {
    std::vector<T> result(a.size());
    std::ranges::transform(a, result.begin(), f);
    return result;
}

template <class T>
std::vector<T> combine(Op op, std::span<const T> a, std::span<const T> b) {
    TACIT_ASSERT(operand_count(op) == 2);
    switch (op) {
        case Op::add: return zip(a, b, [](T x, T y) { return x + y; });
        case Op::sub: return zip(a, b, [](T x, T y) { return x - y; });
        case Op::mul: return zip(a, b, [](T x, T y) { return times(x, y); });
        case Op::input:
        case Op::constant:
        case Op::negate:
        case Op::rotate:
        case Op::conjugate:
        case Op::refresh: break;
    }
    return {};
}

template <class T>
std::vector<T> turn(std::span<const T> a, std::int32_t steps) {
    std::vector<T> result(a.size());
    const auto middle = a.begin() + static_cast<std::ptrdiff_t>(normalised_steps(steps, a.size()));
    std::ranges::rotate_copy(a, middle, result.begin());
    return result;
}

}  // namespace

std::vector<double> slotwise(Op op, std::span<const double> a, std::span<const double> b) { return combine(op, a, b); }
std::vector<Complex> slotwise(Op op, std::span<const Complex> a, std::span<const Complex> b) {
    return combine(op, a, b);
}

// Of an imaginary part 0 - y, as -y would make -0 of 0.

std::vector<double> negated(std::span<const double> a) {
    return map(a, [](double x) { return -x; });
}
std::vector<Complex> negated(std::span<const Complex> a) {
    return map(a, [](Complex x) { return Complex(-x.real(), 0 - x.imag()); });
}

std::vector<Complex> conjugated(std::span<const Complex> a) {
    return map(a, [](Complex x) { return Complex(x.real(), 0 - x.imag()); });
}

std::vector<double> rotated(std::span<const double> a, std::int32_t steps) { return turn(a, steps); }
std::vector<Complex> rotated(std::span<const Complex> a, std::int32_t steps) { return turn(a, steps); }

std::vector<double> repeated(std::span<const double> period, std::size_t size) {
    std::vector<double> result(size);
    for (std::size_t i = 0; i < size; ++i) result[i] = period[i & (period.size() - 1)];
    return result;
}

double magnitude(Complex value) {
    // std::abs alone takes an infinity over a NaN.
    if (std::isnan(value.real()) || std::isnan(value.imag())) return std::numeric_limits<double>::quiet_NaN();
    return value.imag() == 0 ? std::abs(value.real()) : std::abs(value);
}

double larger(double a, double b) { return a >= b || std::isnan(a) ? a : b; }

std::size_t normalised_steps(std::int32_t steps, std::size_t size) {
    return static_cast<std::size_t>(std::int64_t{steps}) & (size - 1);
}

std::span<const double> shortest_period(std::span<const double> values) {
    while (values.size() > 1) {
        const std::size_t half = values.size() / 2;
        // By bits: 0.0 and -0.0 are different constants.
        if (std::memcmp(values.data(), values.data() + half, half * sizeof(double)) != 0) break;
        values = values.first(half);
    }
    return values;
}

}  // namespace tacit::circuit
