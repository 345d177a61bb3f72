#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "base/fail.hpp"
#include "tacit/dp/transformation.hpp"

namespace tacit::dp {

namespace detail {

namespace {

std::size_t index_of(std::span<const std::string> names, std::string_view column) {
    return static_cast<std::size_t>(std::ranges::find(names, column) - names.begin());
}

}  // namespace

std::string quoted(std::string_view name) { return fmt::format("'{}'", name); }

std::uint64_t sum_sensitivity(const Grid& grid, bool change_one) noexcept {
    const std::int64_t low = grid.low_index();
    const std::int64_t high = grid.high_index();
    return static_cast<std::uint64_t>(change_one ? high - low : std::max(std::abs(low), std::abs(high)));
}

Rows::Carrier Kernels::all_rows(const Dataset& data) {
    Rows::Carrier all{&data, std::vector<std::size_t>(data.rows_)};
    std::iota(all.rows.begin(), all.rows.end(), std::size_t{0});
    return all;
}

Numbers::Carrier Kernels::numbers(const Rows::Carrier& rows, std::string_view column) {
    const Dataset& data = *rows.data;
    const auto& values = std::get<std::vector<double>>(data.columns_[index_of(data.names_, column)]);
    Numbers::Carrier out;
    out.reserve(rows.rows.size());
    for (const std::size_t row : rows.rows) out.push_back(values[row]);
    return out;
}

Texts::Carrier Kernels::texts(const Rows::Carrier& rows, std::string_view column) {
    const Dataset& data = *rows.data;
    const auto& values = std::get<std::vector<std::string>>(data.columns_[index_of(data.names_, column)]);
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

std::vector<std::int64_t> Kernels::quantile_scores(std::span<const std::int64_t> indices, const Grid& grid,
                                                   std::uint64_t a, std::uint64_t b) {
    const auto points = static_cast<std::size_t>(grid.high_index() - grid.low_index() + 1);
    std::vector<std::int64_t> at(points);
    for (const std::int64_t index : indices) ++at[static_cast<std::size_t>(index - grid.low_index())];
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
    const auto require = [&](const std::string& column, std::size_t kind, const char* kind_name) {
        const std::size_t i = index_of(data.names_, column);
        if (i == data.names_.size()) {
            fail(ErrorCode::invalid_argument, "the data set has no column '{}'; it has: {}", column,
                 fmt::join(data.names_, ", "));
        }
        if (data.columns_[i].index() != kind) {
            fail(ErrorCode::invalid_argument, "column '{}' does not hold {}", column, kind_name);
        }
    };
    for (const std::string& column : numbers) require(column, 0, "numbers; add it by add_numbers()");
    for (const std::string& column : texts) require(column, 1, "texts; add it by add_texts()");
}

}  // namespace detail

TallyStep tally(std::vector<std::string> keys) {
    auto sorted = keys;
    std::ranges::sort(sorted);
    const auto twice = std::ranges::adjacent_find(sorted);
    if (keys.empty() || twice != sorted.end()) {
        fail(ErrorCode::invalid_argument,
             "a tally needs its keys, each once{}; they are public and cannot be taken from the data",
             keys.empty() ? "" : fmt::format(" ('{}' stands twice)", *twice));
    }
    return {std::move(keys)};
}

Transformation<Rows, AddRemove, Rows, AddRemove> where(std::string column, std::string value) {
    auto made = detail::Catalogue::append<AddRemove>(
        rows(), Rows{}, 1, fmt::format("rows where '{}' is '{}'", column, value),
        [column, value](const Rows::Carrier& in) { return detail::Kernels::where(in, column, value); });
    return detail::Catalogue::reading(std::move(made), &ColumnsUsed::texts, std::move(column));
}

}  // namespace tacit::dp
