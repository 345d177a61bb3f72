#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "base/fail.hpp"
#include "tacit/dp/transformation.hpp"

namespace tacit::dp {

namespace detail {

namespace {

/// Where a column of that kind stands, or columns.size().
template <class Values, class Column>
std::size_t index_of(std::span<const std::string> names, std::span<const Column> columns, std::string_view name) {
    std::size_t i = 0;
    while (i < names.size() && (names[i] != name || !std::holds_alternative<Values>(columns[i]))) ++i;
    return i;
}

using NumberColumn = std::vector<double>;
using TextColumn = std::vector<std::string>;

}  // namespace

std::string quoted(std::string_view name) { return fmt::format("'{}'", name); }

std::string where_text(std::string_view column, std::string_view value) {
    return fmt::format("rows where '{}' is '{}'", column, value);
}

std::uint64_t sum_sensitivity(const Grid& grid, bool change_one) noexcept {
    const std::int64_t low = grid.low_index();
    const std::int64_t high = grid.high_index();
    return static_cast<std::uint64_t>(change_one ? high - low : std::max(std::abs(low), std::abs(high)));
}

Rows::Carrier Kernels::all_rows(const Dataset& data) {
    Rows::Carrier all{&data, std::vector<std::size_t>(data.rows_.value_or(0))};
    std::iota(all.rows.begin(), all.rows.end(), std::size_t{0});
    return all;
}

Numbers::Carrier Kernels::numbers(const Rows::Carrier& rows, std::string_view column) {
    const Dataset& data = *rows.data;
    const auto& values = std::get<NumberColumn>(
        data.columns_[index_of<NumberColumn, Dataset::Column>(data.names_, data.columns_, column)]);
    Numbers::Carrier out;
    out.reserve(rows.rows.size());
    for (const std::size_t row : rows.rows) out.push_back(values[row]);
    return out;
}

Texts::Carrier Kernels::texts(const Rows::Carrier& rows, std::string_view column) {
    const Dataset& data = *rows.data;
    const auto& values =
        std::get<TextColumn>(data.columns_[index_of<TextColumn, Dataset::Column>(data.names_, data.columns_, column)]);
    Texts::Carrier out;
    out.reserve(rows.rows.size());
    for (const std::size_t row : rows.rows) out.emplace_back(values[row]);
    return out;
}

Rows::Carrier Kernels::where(const Rows::Carrier& rows, std::string_view column, std::string_view value) {
    const Texts::Carrier values = texts(rows, column);
    Rows::Carrier out{rows.data, {}};
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] == value) out.rows.push_back(rows.rows[i]);
    }
    return out;
}

std::vector<std::int64_t> Kernels::clamp(std::span<const double> numbers, const Grid& grid, bool leave_out_missing) {
    std::vector<std::int64_t> out;
    out.reserve(numbers.size());
    for (const double number : numbers) {
        if (!leave_out_missing || !std::isnan(number)) out.push_back(grid.nearest(number));
    }
    return out;
}

Int128 Kernels::sum(std::span<const std::int64_t> indices) {
    Int128 total = 0;
    for (const std::int64_t index : indices) total += index;
    return total;
}

Int128 Kernels::centred_sum(std::span<const std::int64_t> indices, const Grid& grid) {
    Int128 total = 0;
    for (const std::int64_t index : indices) total += 2 * index - grid.low_index() - grid.high_index();
    return total;
}

Int128 Kernels::centred_squares(std::span<const std::int64_t> indices, const Grid& grid) {
    const Int128 width = grid.high_index() - grid.low_index();
    Int128 total = 0;
    for (const std::int64_t index : indices) {
        const Int128 distance = 2 * index - grid.low_index() - grid.high_index();
        total += 2 * distance * distance - width * width;
    }
    return total;
}

std::vector<std::int64_t> Kernels::tally(std::span<const std::string_view> texts, std::span<const std::string> keys) {
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < keys.size(); ++i) places.emplace(keys[i], i);
    std::vector<std::int64_t> counts(keys.size() + 1);  // the last one for all other texts
    for (const std::string_view text : texts) {
        const auto place = places.find(text);
        ++counts[place == places.end() ? keys.size() : place->second];
    }
    counts.pop_back();
    return counts;
}

std::vector<std::int64_t> Kernels::approvals(std::span<const std::string_view> ballots,
                                             std::span<const std::string> candidates, char separator) {
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < candidates.size(); ++i) places.emplace(candidates[i], i);
    std::vector<std::int64_t> counts(candidates.size());
    std::vector<std::size_t> last_ballot(candidates.size(), 0);  // a name twice on one ballot counts once
    for (std::size_t ballot = 0; ballot < ballots.size(); ++ballot) {
        std::string_view rest = ballots[ballot];
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find(separator), rest.size());
            const auto place = places.find(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
            if (place == places.end() || last_ballot[place->second] == ballot + 1) continue;
            last_ballot[place->second] = ballot + 1;
            ++counts[place->second];
        }
    }
    return counts;
}

std::vector<std::int64_t> Kernels::quantile_scores(std::span<const std::int64_t> indices, std::int64_t low,
                                                   std::int64_t high, std::uint64_t a, std::uint64_t b) {
    std::vector<std::int64_t> at(static_cast<std::size_t>(high - low + 1));
    for (const std::int64_t index : indices) ++at[static_cast<std::size_t>(index - low)];
    const auto goal = static_cast<std::int64_t>(a) * static_cast<std::int64_t>(indices.size());
    const auto parts = static_cast<std::int64_t>(b);
    std::int64_t below = 0;
    for (std::int64_t& count : at) {
        const std::int64_t up_to = below + count;
        count = -std::max({std::int64_t{0}, parts * below - goal, goal - parts * up_to});
        below = up_to;
    }
    return at;
}

void Kernels::require_columns(const Dataset& data, std::span<const std::string> numbers,
                              std::span<const std::string> texts) {
    const auto refuse = [&](const std::string& column, const char* kind) {
        fail(ErrorCode::invalid_argument, "the data set has no column '{}' of {}; its columns are: {}", column, kind,
             fmt::join(data.names_, ", "));
    };
    const auto count = data.columns_.size();
    for (const std::string& column : numbers) {
        if (index_of<NumberColumn, Dataset::Column>(data.names_, data.columns_, column) == count) {
            refuse(column, "numbers");
        }
    }
    for (const std::string& column : texts) {
        if (index_of<TextColumn, Dataset::Column>(data.names_, data.columns_, column) == count) {
            refuse(column, "texts");
        }
    }
}

}  // namespace detail

std::vector<std::string> detail::checked_keys(std::vector<std::string> keys) {
    auto sorted = keys;
    std::ranges::sort(sorted);
    const auto twice = std::ranges::adjacent_find(sorted);
    if (keys.empty() || twice != sorted.end()) {
        fail(ErrorCode::invalid_argument,
             "keys are needed, each once{}; they are public and cannot be taken from the data",
             keys.empty() ? "" : fmt::format(" ('{}' stands twice)", *twice));
    }
    return keys;
}

void ColumnsUsed::add(const ColumnsUsed& more) {
    numbers.insert(numbers.end(), more.numbers.begin(), more.numbers.end());
    texts.insert(texts.end(), more.texts.begin(), more.texts.end());
    if (unit.empty()) unit = more.unit;
}

TallyStep tally(std::vector<std::string> keys) { return {detail::checked_keys(std::move(keys))}; }

ApprovalsStep approvals(std::vector<std::string> candidates, char separator) {
    return {detail::checked_keys(std::move(candidates)), separator};
}

}  // namespace tacit::dp
