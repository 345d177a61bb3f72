#pragma once

#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

namespace tacit::circuit {

/// Public slots that repeat: 2^k finite values, checked where the constant meets a circuit.
class Constant {
public:
    Constant(double value) : values_{value} {}  // implicit: 0.5 * x
    explicit Constant(std::vector<double> values) : values_(std::move(values)) {}
    [[nodiscard]] std::span<const double> values() const noexcept { return values_; }

private:
    std::vector<double> values_;
};

/// A vector constant: x * values({1, 0}) keeps the even slots.
[[nodiscard]] inline Constant values(std::initializer_list<double> list) { return Constant(std::vector(list)); }
[[nodiscard]] inline Constant values(std::vector<double> list) { return Constant(std::move(list)); }

}  // namespace tacit::circuit
