// Remez' exchange in the Chebyshev basis.
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "base/fail.hpp"
#include "polynomial/chebyshev.hpp"
#include "polynomial/samples.hpp"

namespace tacit::polynomial {

namespace {

/// Solves a square system by elimination with row pivoting; rows hold the right side last.
std::vector<double> solve(std::vector<std::vector<double>> rows) {
    const std::size_t n = rows.size();
    for (std::size_t column = 0; column < n; ++column) {
        const auto below = rows.begin() + static_cast<std::ptrdiff_t>(column);
        const auto larger = [column](const auto& a, const auto& b) {
            return std::fabs(a[column]) < std::fabs(b[column]);
        };
        std::iter_swap(below, std::max_element(below, rows.end(), larger));
        for (std::size_t row = column + 1; row < n; ++row) {
            const double factor = rows[row][column] / rows[column][column];
            for (std::size_t k = column; k <= n; ++k) rows[row][k] -= factor * rows[column][k];
        }
    }
    std::vector<double> x(n);
    for (std::size_t row = n; row-- > 0;) {
        double sum = rows[row][n];
        for (std::size_t k = row + 1; k < n; ++k) sum -= rows[row][k] * x[k];
        x[row] = sum / rows[row][row];
    }
    return x;
}

/// A polynomial whose error alternates between +level and -level on the points of a reference.
struct Levelled {
    std::vector<double> coefficients;
    double level = 0;
};

Levelled level_on(const Samples& f, const std::vector<double>& reference) {
    const std::size_t n = reference.size();
    std::vector<std::vector<double>> rows(n, std::vector<double>(n + 1));
    for (std::size_t i = 0; i < n; ++i) {
        const double t = reference[i];
        double previous = t, current = 1;  // T_{-1} = T_1 and T_0
        for (std::size_t k = 0; k + 1 < n; ++k) {
            rows[i][k] = current;
            previous = std::exchange(current, 2 * t * current - previous);
        }
        rows[i][n - 1] = i % 2 == 0 ? 1 : -1;
        rows[i][n] = f(t);
    }
    std::vector<double> solution = solve(std::move(rows));
    const double level = std::fabs(solution.back());
    solution.pop_back();
    return {std::move(solution), level};
}

struct Extremum {
    double t = 0;
    double error = 0;
};

/// The largest error of each run of one sign: signs alternate.
std::vector<Extremum> alternating_extrema(const Samples& f, const std::vector<double>& coefficients) {
    std::vector<std::pair<std::size_t, double>> runs;  // grid point and error
    for (std::size_t i = 0; i < f.grid().size(); ++i) {
        const double error = f.values()[i] - clenshaw(coefficients, f.grid()[i]);
        if (runs.empty() || (error < 0) != (runs.back().second < 0)) {
            runs.emplace_back(i, error);
        } else if (std::fabs(error) > std::fabs(runs.back().second)) {
            runs.back() = {i, error};
        }
    }
    std::vector<Extremum> extrema;
    for (const auto& [at, error] : runs) {
        const double t = f.refine(coefficients, at);
        extrema.push_back({t, std::fabs(f(t) - clenshaw(coefficients, t))});
    }
    return extrema;
}

/// The next reference: the largest extrema whose signs still alternate; nothing if there are too few.
std::optional<std::vector<double>> exchange_reference(std::vector<Extremum> extrema, std::size_t size) {
    if (extrema.size() < size) return std::nullopt;
    while (extrema.size() > size) {
        const auto last = extrema.end() - 1;
        auto smallest = std::ranges::min_element(extrema, {}, &Extremum::error);
        if (extrema.size() == size + 1 || smallest == extrema.begin() || smallest == last) {
            extrema.erase(extrema.front().error < extrema.back().error ? extrema.begin() : last);
        } else {  // with the smaller neighbour, so that the others alternate
            if ((smallest - 1)->error < (smallest + 1)->error) --smallest;
            extrema.erase(smallest, smallest + 2);
        }
    }
    std::vector<double> reference;
    for (const Extremum& extremum : extrema) reference.push_back(extremum.t);
    return reference;
}

}  // namespace

Fit minimax(const Function& f, int degree, const Interval& interval) {
    constexpr int most_rounds = 100;
    constexpr double close_enough = 1e-9, rounding = 1e-14;
    const Samples samples("minimax", f, degree, interval);
    const std::size_t size = samples.degree() + 2;
    // Alternation points of T_{degree+1}, shifted: on a symmetric reference the level of a symmetric f may be 0, and
    // only where it is not does the error change its sign between any two points.
    std::vector<double> start;
    for (std::size_t i = 0; i < size; ++i) {
        const double t = chebyshev_extremum(i, size - 1);
        start.push_back(t + 0.1 * (1 - t * t));
    }
    Levelled trial = level_on(samples, start);
    double largest = 0;
    for (int round = 0; round < most_rounds; ++round) {
        const auto extrema = alternating_extrema(samples, trial.coefficients);
        largest = std::ranges::max_element(extrema, {}, &Extremum::error)->error;
        const bool settled = largest - trial.level <= close_enough * trial.level + rounding * samples.magnitude();
        if (settled) return samples.finish(std::move(trial.coefficients));
        const auto reference = exchange_reference(extrema, size);
        if (!reference) break;
        trial = level_on(samples, *reference);
    }
    fail(
        ErrorCode::invalid_argument,
        "minimax: the exchange does not settle at degree {} on [{}, {}], error {}; give a continuous function, a lower "
        "degree or use interpolate",
        degree, interval.lower, interval.upper, largest);
}

}  // namespace tacit::polynomial
