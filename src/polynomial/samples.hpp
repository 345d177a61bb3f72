#pragma once

#include <cstdint>
#include <vector>

#include "tacit/polynomial/fit.hpp"

namespace tacit::polynomial {

/// f on t in [-1, 1] in place of the interval, with checks of degree, interval and values.
class Samples {
public:
    /// `operation` begins the messages.
    Samples(const char* operation, const Function& f, int degree, const Interval& interval);

    [[nodiscard]] double operator()(double t) const;
    [[nodiscard]] std::size_t degree() const noexcept { return degree_; }
    /// The largest |f| on the grid.
    [[nodiscard]] double magnitude() const noexcept { return magnitude_; }
    /// Points t of the grid, from 1 down to -1, dense at the ends.
    [[nodiscard]] const std::vector<double>& grid() const noexcept { return grid_; }
    [[nodiscard]] const std::vector<double>& values() const noexcept { return values_; }

    /// The fit with these coefficients after the symmetry of f is made exact in them.
    [[nodiscard]] Fit finish(std::vector<double> coefficients) const;

    /// The t between the neighbours of grid point `at` where |f - p| is largest.
    [[nodiscard]] double refine(const std::vector<double>& coefficients, std::size_t at) const;

private:
    enum class Symmetry : std::uint8_t { none, even, odd_up_to_constant };
    [[nodiscard]] Symmetry symmetry() const;

    const char* operation_;
    const Function& f_;
    std::size_t degree_;
    Interval interval_;
    double magnitude_ = 0;
    std::vector<double> grid_;
    std::vector<double> values_;
};

}  // namespace tacit::polynomial
