#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tacit/dp/mechanisms.hpp"

/// Logistic regression whose weights may be published: noise on every gradient, so that training is the release.
namespace tacit::dp {

/// One column as features. What is said here is public and must not come from the data.
struct PublicFeature {
    std::string column{};
    double low = 0;  ///< of numbers; what is outside counts as the bound, what is no number as the middle
    double high = 1;
    std::vector<std::string> levels{};  ///< or of categories: one feature for each; other texts are none of them
};

struct LogisticQuestion {
    std::vector<PublicFeature> features{};
    std::string label{};     ///< a column of texts
    std::string positive{};  ///< what counts as 1; all else as 0
    Cost rho{};              ///< of the whole training
    std::uint32_t steps = 20;
};

/// P[positive] = 1 / (1 + e^-(sum of weights times features)); the first is 1, numbers come as they are in the data, a
/// category is 1 or 0.
struct LogisticModel {
    std::vector<std::string> names{};  ///< "intercept", "age", "sex=female"
    std::vector<double> weights{};     ///< [features + 1]
};

namespace detail {

/// A question with what follows from it and from the relation alone.
struct LogisticSetup {
    LogisticQuestion question{};
    std::size_t width = 0;  ///< features with the constant
    double clip = 1;        ///< a row's gradient is scaled to this 2-norm at most, where features are within -1 .. 1
    std::vector<NoiseEffect> noise{};
    Cost rho{};  ///< what the noise costs, at most what was asked for
    std::string said{};
    ColumnsUsed columns{};
};
/// Throws invalid_argument for no feature or more than 1024, a column twice, bounds that are not finite and in order,
/// levels twice, or not 1 to 1000 steps; and as calibrate_gaussian.
[[nodiscard]] LogisticSetup prepare(const LogisticQuestion& question, bool change_one);
[[nodiscard]] LogisticModel train(const LogisticSetup& setup, const Rows::Carrier& rows,
                                  std::span<const std::int64_t> drawn);

}  // namespace detail

/// Gradient descent with Nesterov's momentum over all rows. A row's gradient, a vector of integers with a 2-norm of at
/// most 2^16 that is checked in integers, goes into an exact sum, and discrete Gaussian noise is added to that [CKS20,
/// BST14]. With m steps each costs 19/20 of rho / m; with AddRemove 1/20 goes to a noisy count of the rows. Work is
/// that of `steps` passes over the rows. The answer's interval is not known. Errors as detail::prepare.
template <class Metric = AddRemove>
[[nodiscard]] Measurement<Rows, Metric, LogisticModel, Zcdp> logistic_regression(const LogisticQuestion& question) {
    detail::LogisticSetup setup = detail::prepare(question, std::is_same_v<Metric, ChangeOne>);
    auto chain = rows<Metric>();
    for (const auto& column : setup.columns.numbers) {
        chain = detail::Catalogue::reading(std::move(chain), &ColumnsUsed::numbers, column);
    }
    for (const auto& column : setup.columns.texts) {
        chain = detail::Catalogue::reading(std::move(chain), &ColumnsUsed::texts, column);
    }
    const auto noise = setup.noise;
    const Loss loss{.rho = setup.rho};
    std::string said = setup.said;
    return detail::Maker::measure<LogisticModel, Zcdp>(
        chain, std::move(said), loss, noise,
        [setup = std::move(setup)](const Rows::Carrier& in, std::span<const std::int64_t> drawn) {
            return detail::train(setup, in, drawn);
        });
}

/// P[positive] of features as LogisticModel takes them, without the constant. Throws invalid_argument for another
/// number of them.
[[nodiscard]] double probability(const LogisticModel& model, std::span<const double> features);

}  // namespace tacit::dp
