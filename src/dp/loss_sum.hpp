#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dp/loss_grid.hpp"

/// The sum of many privacy losses on a grid.
namespace tacit::dp {

struct CountedGrid {
    LossGrid grid;
    std::uint64_t count = 1;
};

/// ln E[e^(theta loss)] of the sum of all, over the finite losses of `over`, with its first derivative, the tilted
/// mean, and the second, the tilted variance.
struct Cumulant {
    double value = 0;
    double mean = 0;
    double variance = 0;
};
[[nodiscard]] Cumulant cumulant(std::span<const CountedGrid> mechanisms, double theta,
                                std::vector<double> LossGrid::*measure = &LossGrid::over);

/// A range of losses in steps, outside which the tilted sum of either measure has at most 2^-60 of the mass of `over`
/// on each side (Chernoff).
struct LossWindow {
    std::int64_t low = 0;
    std::int64_t high = 0;
    [[nodiscard]] std::int64_t points() const noexcept { return high - low + 1; }
};
[[nodiscard]] LossWindow window_of(std::span<const CountedGrid> mechanisms, double theta);

/// The distribution of the sum of all losses, computed where e^(theta loss) weighs it, so that round-off is small
/// beside the delta for which theta was chosen, however small that is.
class LossSum {
public:
    /// Preconditions: one step for all, theta >= 0, a window of theirs of at most 2^24 points.
    LossSum(std::span<const CountedGrid> mechanisms, double theta, const LossWindow& window);

    [[nodiscard]] Bounds epsilon(double delta) const;
    [[nodiscard]] Bounds delta(double epsilon) const;

private:
    class Descent;
    /// Without the error of the losses.
    [[nodiscard]] Bounds delta_near(double epsilon) const;
    void convolve(std::span<const CountedGrid> mechanisms);
    void add_up_errors(std::span<const CountedGrid> mechanisms);
    /// Of what is left outside or falls back into the window, and of round-off, for the tail above a loss.
    [[nodiscard]] double error_above(double loss) const noexcept;
    /// e^(total - theta loss): takes the weight off again.
    [[nodiscard]] double unweighted(double loss) const noexcept;

    double step_;
    double theta_;
    LossWindow window_;
    double log_total_ = 0;      ///< cumulant at theta
    std::vector<double> over_;  ///< weighted masses in the window, of total 1
    std::vector<double> under_;
    Bounds infinite_{};
    double growth_ = 1;      ///< every mass may be too small or too large by this factor
    double round_off_ = 0;   ///< 2-norm of the round-off in the weighted masses
    double loss_error_ = 0;  ///< of the losses themselves
};

}  // namespace tacit::dp
