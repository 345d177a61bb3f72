#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tacit/circuit/circuit.hpp"

namespace tacit::circuit {

// The one place where circuits do arithmetic in the clear, so that folded constants, `Slots` and `Plain`
// agree bit for bit: complex slots whose imaginary parts are 0 compute what doubles compute, and keep
// imaginary parts of 0. Operands repeat; their lengths are powers of two.

/// a op b for add, sub and mul, as long as the longer operand.
[[nodiscard]] std::vector<double> slotwise(Op op, std::span<const double> a, std::span<const double> b);
[[nodiscard]] std::vector<std::complex<double>> slotwise(Op op, std::span<const std::complex<double>> a,
                                                         std::span<const std::complex<double>> b);
[[nodiscard]] std::vector<double> negated(std::span<const double> a);
[[nodiscard]] std::vector<std::complex<double>> negated(std::span<const std::complex<double>> a);
[[nodiscard]] std::vector<std::complex<double>> conjugated(std::span<const std::complex<double>> a);
/// Slot i of the result is slot i + steps of `a`.
[[nodiscard]] std::vector<double> rotated(std::span<const double> a, std::int32_t steps);
[[nodiscard]] std::vector<std::complex<double>> rotated(std::span<const std::complex<double>> a, std::int32_t steps);
/// `period` repeated up to `size` values.
[[nodiscard]] std::vector<double> repeated(std::span<const double> period, std::size_t size);
/// `steps` modulo `size`, a power of two: in [0, size).
[[nodiscard]] std::size_t normalised_steps(std::int32_t steps, std::size_t size);

/// The absolute value; NaN if either part is.
[[nodiscard]] double magnitude(std::complex<double> value);
/// The larger of two magnitudes; NaN if either is.
[[nodiscard]] double larger(double a, double b);
/// The shortest period of a vector whose length is a power of two.
[[nodiscard]] std::span<const double> shortest_period(std::span<const double> values);

}  // namespace tacit::circuit
