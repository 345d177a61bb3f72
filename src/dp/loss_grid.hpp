#pragma once

#include <cstdint>
#include <vector>

#include "tacit/dp/privacy_loss.hpp"

/// Privacy losses on the multiples of a step.
namespace tacit::dp {

/// Two measures on the losses step * (first + i) between which a dominating pair's privacy-loss distribution lies:
/// every hockey-stick divergence of `over` is at least the pair's, every one of `under` at most, also after
/// composition.
struct LossGrid {
    double step = 0;
    std::int64_t first = 0;
    std::vector<double> over;
    std::vector<double> under;
    double infinite_over = 0;  ///< mass at an infinite loss
    double infinite_under = 0;
    double mass_error = 0;  ///< relative error that every mass may have
    double loss_error = 0;  ///< absolute error that every loss may have
};

/// The row that neighbours differ in; pairs of samples are different for the two.
enum class Row { goes, comes };

/// Cost: a few exponentials for each loss that the grid has, and for each of at most 2^25 outcomes of a discrete
/// mechanism.
[[nodiscard]] LossGrid discretise(const DominatingPair& pair, double step, Row row = Row::goes);

/// The largest loss of a pair of samples that a grid has points for; 0 for other pairs.
[[nodiscard]] double reach_of_sample(const DominatingPair& pair) noexcept;

/// A fraction that all losses of one probability are multiples of: on a grid of such a step they are not split. 0 if
/// there are none.
[[nodiscard]] Cost unit_of_losses(const DominatingPair& pair);

/// About the mean of the privacy loss, for choosing a step.
[[nodiscard]] double rough_mean_loss(const DominatingPair& pair) noexcept;

}  // namespace tacit::dp
