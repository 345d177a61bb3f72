#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "tacit/dp/cost.hpp"
#include "tacit/dp/dataset.hpp"
#include "tacit/dp/integer.hpp"

/// What a chain from data to release passes on: domains of values and the metrics between neighbouring ones.
namespace tacit::dp {

/// Public bounds and the spacing of the numbers between them. A value is a whole multiple of the step, and its index
/// says which: low_index <= index <= high_index. All arithmetic between data and noise is on indices.
class Grid {
public:
    /// The multiples of `step` from low to high. Throws invalid_argument unless low < high are finite, the step is
    /// above 0, at least two multiples are between, and indices stay within 2^52.
    [[nodiscard]] static Grid between(double low, double high, const Cost& step);

    [[nodiscard]] std::int64_t low_index() const noexcept { return low_index_; }
    [[nodiscard]] std::int64_t high_index() const noexcept { return high_index_; }
    [[nodiscard]] const Cost& step() const noexcept { return step_; }
    /// The number that an index stands for, in the data's unit.
    [[nodiscard]] double value(double index) const noexcept;
    /// The index nearest to a number, within the bounds. Defined for every double; NaN gives low_index.
    [[nodiscard]] std::int64_t nearest(double number) const noexcept;
    /// "0 to 2500 in steps of 1"
    [[nodiscard]] std::string text() const;

private:
    std::int64_t low_index_ = 0;
    std::int64_t high_index_ = 1;
    Cost step_ = Cost::ratio(1, 1);
};

// Metrics.

/// Neighbouring data sets differ in one row that is there or not: the number of rows is private.
struct AddRemove {};
/// Neighbouring data sets have the same number of rows, which is public, and differ in one row's content.
struct ChangeOne {};
/// Neighbouring data sets differ in all rows of one unit of privacy, however many, that are there or not. A column says
/// whose a row is; contributions_of() leads from here to AddRemove.
struct ByUnit {};
/// |x - y| of two integers.
struct AbsoluteDistance {};
/// The sum of the coordinates' differences.
struct L1Distance {};
/// The largest minus the smallest difference of two score lists, 0 among them: what selection's privacy depends on.
struct RangeDistance {};

// Domains.

/// What one unit of privacy has at most in rows that contributions_of() bounded: so many values of a column of texts,
/// and so many rows with each.
struct ContributionBounds {
    std::string by{};  ///< the column; empty if the rows are bounded in all alone
    std::uint64_t groups = 1;
    std::uint64_t rows = 1;

    /// Whether they say something about the values of that column.
    [[nodiscard]] bool hold_for(std::string_view column) const noexcept { return !by.empty() && by == column; }
};

/// Rows of a data set, all or some.
struct Rows {
    struct Carrier {
        const Dataset* data = nullptr;
        std::vector<std::size_t> rows{};
    };
    ContributionBounds bounds{};
};
/// A column of any doubles, NaN and infinities among them.
struct Numbers {
    using Carrier = std::vector<double>;
};
/// A column of texts.
struct Texts {
    using Carrier = std::vector<std::string_view>;
};
/// Numbers brought within bounds and onto a grid: only clamp() makes them.
struct ClampedNumbers {
    using Carrier = std::vector<std::int64_t>;
    Grid grid{};
};
/// One integer that counts a unit of the data.
struct Total {
    using Carrier = Int128;
    double unit = 1;
    std::string what{};
};
/// One count for each public key.
struct Tally {
    using Carrier = std::vector<std::int64_t>;
    std::vector<std::string> keys{};
    std::uint64_t most_in_one = 1;  ///< how much a neighbour moves one count at most; the l1 distance is of all counts
};
/// One integer score for each public candidate; the largest is the best.
struct Scores {
    using Carrier = std::vector<std::int64_t>;
    std::vector<std::string> candidates{};
};

/// Which metrics belong to which domains; all other pairs are refused when a chain is written.
template <class Domain, class Metric>
inline constexpr bool is_metric_space =
    (std::is_same_v<Metric, AddRemove> || std::is_same_v<Metric, ChangeOne>)
        ? (std::is_same_v<Domain, Rows> || std::is_same_v<Domain, Numbers> || std::is_same_v<Domain, Texts> ||
           std::is_same_v<Domain, ClampedNumbers>)
        : (std::is_same_v<Domain, Rows> && std::is_same_v<Metric, ByUnit>) ||
              (std::is_same_v<Domain, Total> && std::is_same_v<Metric, AbsoluteDistance>) ||
              (std::is_same_v<Domain, Tally> && std::is_same_v<Metric, L1Distance>) ||
              (std::is_same_v<Domain, Scores> && std::is_same_v<Metric, RangeDistance>);

}  // namespace tacit::dp
