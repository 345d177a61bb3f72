#include "tacit/dp/groups.hpp"

#include <cmath>
#include <map>

#include "base/fail.hpp"
#include "dp/geometric.hpp"
#include "dp/real.hpp"

namespace tacit::dp {

namespace {

constexpr std::uint64_t most_contributions = std::uint64_t{1} << 32;

/// Whether q^tail / (1 + q) <= min(delta / groups, 1 - q), q = e^(-1 / scale), for certain.
bool is_unlikely(std::int64_t tail, const Noise& noise, std::uint64_t groups, const Cost& delta) {
    constexpr mpfr_prec_t precision = 256;
    Real rate(precision), chance(precision), q(precision), bound(precision);
    mpfr_set_ui(rate, noise.scale.denominator(), MPFR_RNDD);
    mpfr_div_ui(rate, rate, noise.scale.numerator(), MPFR_RNDD);
    mpfr_mul_si(chance, rate, -tail, MPFR_RNDU);
    mpfr_exp(chance, chance, MPFR_RNDU);
    mpfr_set_ui(q, noise.scale.denominator(), MPFR_RNDU);
    mpfr_div_ui(q, q, noise.scale.numerator(), MPFR_RNDU);
    mpfr_neg(q, q, MPFR_RNDD);
    mpfr_exp(q, q, MPFR_RNDD);  // at most the true q
    mpfr_add_ui(bound, q, 1, MPFR_RNDD);
    mpfr_div(chance, chance, bound, MPFR_RNDU);
    mpfr_set_ui(bound, delta.numerator(), MPFR_RNDD);
    mpfr_div_ui(bound, bound, delta.denominator(), MPFR_RNDD);
    mpfr_div_ui(bound, bound, groups, MPFR_RNDD);
    if (mpfr_lessequal_p(chance, bound) == 0) return false;
    mpfr_neg(q, rate, MPFR_RNDU);
    mpfr_expm1(q, q, MPFR_RNDU);
    mpfr_neg(q, q, MPFR_RNDD);  // at most 1 - q
    return mpfr_lessequal_p(chance, q) != 0;
}

Transformation<Rows, ByUnit, Rows, AddRemove> bounded(std::string unit, ContributionBounds bounds, std::string said) {
    auto made = detail::Catalogue::append<AddRemove>(
        rows<ByUnit>(), Rows{bounds}, bounds.groups * bounds.rows, std::move(said),
        [unit, bounds](const Rows::Carrier& in) { return detail::Kernels::contributions(in, unit, bounds); });
    return detail::Catalogue::by_unit(std::move(made), std::move(unit), bounds.by);
}

}  // namespace

namespace detail {

std::int64_t release_threshold(const Noise& noise, const ContributionBounds& bounds, const Cost& delta) {
    if (delta.is_zero() || delta >= Cost::ratio(1, 1)) {
        fail(ErrorCode::invalid_argument,
             "private keys need a delta above 0 and below 1, not {}; take one far below 1 / the number of people, or "
             "state the keys",
             to_string(delta));
    }
    const double scale = noise.scale.approximate();
    const double q = std::exp(-1 / scale);
    const double chance = std::min(delta.approximate() / static_cast<double>(bounds.groups), -std::expm1(-1 / scale));
    const double about = -scale * std::log(chance * (1 + q));
    auto tail = std::max(std::int64_t{0}, static_cast<std::int64_t>(about) - 1);
    while (!is_unlikely(tail, noise, bounds.groups, delta)) tail += 1 + static_cast<std::int64_t>(scale * 1e-9);
    return tail + static_cast<std::int64_t>(bounds.rows);
}

std::vector<KeyedEstimate> released_keys(const Rows::Carrier& rows, std::string_view column, const Noise& noise,
                                         std::int64_t threshold, std::span<const std::int64_t> seed) {
    std::map<std::string_view, std::int64_t> counts;
    for (const std::string_view key : Kernels::texts(rows, column)) {
        if (!key.empty()) ++counts[key];
    }
    std::vector<std::int64_t> drawn(counts.size());
    StreamWords words(seed, 0);
    Geometric<std::uint64_t>({noise.scale.denominator(), noise.scale.numerator()}).draw_differences(words, drawn);
    std::vector<KeyedEstimate> seen;
    std::size_t i = 0;
    for (const auto& [key, count] : counts) {
        if (count + drawn[i] >= threshold) {
            seen.push_back({std::string(key), estimate(count, drawn[i], noise, 1, usual_doubt)});
        }
        ++i;
    }
    wipe(std::as_writable_bytes(std::span(drawn)));
    return seen;
}

GroupsMoved groups_moved(const ContributionBounds& bounds, std::uint64_t distance, std::string_view column,
                         std::size_t keys) {
    if (!bounds.hold_for(column)) return {.rows = distance, .anywhere = true};
    return {.groups = std::min<std::uint64_t>(bounds.groups, keys), .rows = bounds.rows};
}

std::string for_each_text(const std::string& column, std::size_t keys) {
    return fmt::format("for each of {} public values of '{}', other rows left out", keys, column);
}

std::string private_keys_text(const std::string& column, std::int64_t threshold) {
    return fmt::format("count for each value of '{}', discrete Laplace noise, seen from {} on", column, threshold);
}

std::vector<NoiseEffect> times(std::vector<NoiseEffect> noise, std::size_t keys) {
    for (NoiseEffect& effect : noise) {
        effect.noise.draws *= keys;
        effect.noise.streams *= keys;
    }
    return noise;
}

std::vector<std::int64_t> share_of(std::span<const std::int64_t> drawn, std::span<const NoiseEffect> noise,
                                   std::size_t keys, std::size_t key) {
    std::vector<std::int64_t> mine;
    for (const NoiseEffect& effect : noise) {
        const std::size_t each = effect.noise.words();
        const auto part = drawn.subspan(key * each, each);
        mine.insert(mine.end(), part.begin(), part.end());
        drawn = drawn.subspan(keys * each);
    }
    return mine;
}

}  // namespace detail

Transformation<Rows, ByUnit, Rows, AddRemove> contributions_of(std::string unit, std::uint64_t rows) {
    if (rows == 0 || rows > most_contributions) {
        fail(ErrorCode::invalid_argument, "{} rows of each '{}' cannot be kept; keep 1 to 2^32", rows, unit);
    }
    std::string said = fmt::format("at most {} rows of each '{}', chosen by a hash of the unit", rows, unit);
    return bounded(std::move(unit), {.rows = rows}, std::move(said));
}

Transformation<Rows, ByUnit, Rows, AddRemove> contributions_of(std::string unit, std::uint64_t rows, std::string by,
                                                               std::uint64_t groups) {
    constexpr std::uint64_t most = std::uint64_t{1} << 16;
    if (rows == 0 || rows > most || groups == 0 || groups > most) {
        fail(ErrorCode::invalid_argument,
             "{} values of '{}' with {} rows each of one '{}' cannot be kept; keep 1 to 2^16 of either", groups, by,
             rows, unit);
    }
    std::string said = fmt::format(
        "of each '{}' at most {} values of '{}' and {} rows with each, chosen by a hash of "
        "the unit",
        unit, groups, by, rows);
    return bounded(std::move(unit), {.by = std::move(by), .groups = groups, .rows = rows}, std::move(said));
}

}  // namespace tacit::dp
