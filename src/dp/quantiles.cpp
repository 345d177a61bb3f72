#include "tacit/dp/quantiles.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include "base/fail.hpp"
#include "dp/geometric.hpp"
#include "tacit/dp/mechanisms.hpp"

namespace tacit::dp::detail {

namespace {

constexpr std::uint64_t most_parts = std::uint64_t{1} << 20;
constexpr std::size_t fine_points = std::size_t{1} << 20;
constexpr int most_fine_digits = 6;

std::uint64_t common_denominator(std::span<const Cost> qs) {
    std::uint64_t common = 1;
    for (const Cost& q : qs) {
        if (q.denominator() <= most_parts) common = std::lcm(common, q.denominator());
        if (q.denominator() > most_parts || common > most_parts) {
            fail(ErrorCode::invalid_argument,
                 "the quantiles have no common denominator up to 2^20; round them: {} is the first beyond",
                 to_string(q));
        }
    }
    return common;
}

std::size_t points_of(const Grid& grid) { return static_cast<std::size_t>(grid.high_index() - grid.low_index()) + 1; }

/// Finds the quantiles first .. last-1 of a plan in numbers that lie in low .. high, between quantiles that are known.
class Finder {
public:
    Finder(const QuantilesPlan& plan, std::vector<std::int64_t> sorted, Words& words)
        : plan_(plan), sorted_(std::move(sorted)), words_(words), found_(plan.numerators.size()) {}
    ~Finder() { wipe(std::as_writable_bytes(std::span(sorted_))); }
    Finder(const Finder&) = delete;
    Finder& operator=(const Finder&) = delete;

    const std::vector<std::int64_t>& all() {
        const auto points = static_cast<std::int64_t>(points_of(plan_.grid)) << plan_.fine_digits;
        find({0, found_.size(), 0, plan_.denominator, 0, points - 1, sorted_});
        return found_;
    }

private:
    struct Part {
        std::size_t first, last;
        std::uint64_t below, above;  ///< the quantiles that bound it, times the denominator
        std::int64_t low, high;
        std::span<const std::int64_t> numbers;
    };

    void find(const Part& part) {
        if (part.first == part.last) return;
        const std::size_t middle = (part.first + part.last) / 2;
        const std::uint64_t q = plan_.numerators[middle];
        const std::int64_t value = one(part, q - part.below, part.above - part.below);
        found_[middle] = value;
        const auto cut = static_cast<std::size_t>(std::ranges::upper_bound(part.numbers, value) - part.numbers.begin());
        find({part.first, middle, part.below, q, part.low, value, part.numbers.first(cut)});
        find({middle + 1, part.last, q, part.above, value, part.high, part.numbers.subspan(cut)});
    }

    std::int64_t one(const Part& part, std::uint64_t a, std::uint64_t b) {
        auto scores = Kernels::quantile_scores(part.numbers, part.low, part.high, a, b);
        const std::uint64_t range = 2 * plan_.distance * std::max(a, b - a);
        const Noise noise = calibrate(Noise::Kind::geometric, range, plan_.level_epsilon, scores.size());
        std::vector<std::int64_t> drawn(scores.size());
        Geometric<std::uint64_t>({noise.scale.denominator(), noise.scale.numerator()}).draw(words_, drawn);
        const auto best = static_cast<std::int64_t>(winner(scores, drawn));
        wipe(std::as_writable_bytes(std::span(scores)));
        wipe(std::as_writable_bytes(std::span(drawn)));
        return part.low + best;
    }

    const QuantilesPlan& plan_;
    std::vector<std::int64_t> sorted_;
    Words& words_;
    std::vector<std::int64_t> found_;
};

/// Grid points counted from 0, with random digits behind; sorted.
std::vector<std::int64_t> spread(const QuantilesPlan& plan, std::span<const std::int64_t> indices, Words& words) {
    std::vector<std::uint64_t> digits(indices.size());
    words.fill(digits);
    const std::uint64_t mask = (std::uint64_t{1} << plan.fine_digits) - 1;
    std::vector<std::int64_t> fine(indices.size());
    for (std::size_t i = 0; i < fine.size(); ++i) {
        const std::int64_t point = indices[i] - plan.grid.low_index();
        fine[i] = (point << plan.fine_digits) | static_cast<std::int64_t>(digits[i] & mask);
    }
    std::ranges::sort(fine);
    return fine;
}

}  // namespace

QuantilesPlan plan_quantiles(std::span<const Cost> qs, const Grid& grid, const Cost& epsilon, std::uint64_t distance) {
    QuantilesPlan plan{.denominator = common_denominator(qs), .distance = distance, .grid = grid};
    plan.places.resize(qs.size());
    std::iota(plan.places.begin(), plan.places.end(), std::size_t{0});
    std::ranges::sort(plan.places, {}, [&](std::size_t i) { return qs[i]; });
    for (const std::size_t i : plan.places) {
        const std::uint64_t numerator = qs[i].numerator() * (plan.denominator / qs[i].denominator());
        if (!plan.numerators.empty() && plan.numerators.back() == numerator) {
            fail(ErrorCode::invalid_argument, "the quantile {} stands twice; ask for it once", to_string(qs[i]));
        }
        static_cast<void>(quantile_points(grid, qs[i]));
        plan.numerators.push_back(numerator);
    }
    if (qs.empty()) fail(ErrorCode::invalid_argument, "no quantile is asked for; state one or more, from 0 to 1");
    plan.level_epsilon = epsilon.split(static_cast<std::uint64_t>(std::bit_width(qs.size())));
    static_cast<void>(  // the widest noise that a part may take
        calibrate(Noise::Kind::geometric, 2 * distance * plan.denominator, plan.level_epsilon, 1));
    while (qs.size() > 1 && plan.fine_digits < most_fine_digits &&
           points_of(grid) << (plan.fine_digits + 1) <= fine_points) {
        ++plan.fine_digits;
    }
    return plan;
}

std::string quantiles_text(std::size_t count) { return fmt::format("{} quantiles, halving between them", count); }

/// In ranks: no part of the range is wider than all of it.
NoiseEffect quantiles_noise(const QuantilesPlan& plan) {
    const std::size_t candidates =
        (points_of(plan.grid) << plan.fine_digits) * static_cast<std::size_t>(std::bit_width(plan.numerators.size()));
    Noise noise = calibrate(Noise::Kind::geometric, 2 * plan.distance, plan.level_epsilon, candidates);
    noise.streams = 1;
    return {"rank of each quantile, at each level", noise, 1};
}

std::vector<double> find_quantiles(const QuantilesPlan& plan, std::span<const std::int64_t> indices,
                                   std::span<const std::int64_t> seed) {
    StreamWords digits(seed, 0);
    StreamWords noise(seed, 1);
    Finder finder(plan, spread(plan, indices, digits), noise);
    const auto& found = finder.all();
    std::vector<double> answers(found.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        const std::int64_t index = (found[i] >> plan.fine_digits) + plan.grid.low_index();
        answers[plan.places[i]] = plan.grid.value(static_cast<double>(index));
    }
    return answers;
}

}  // namespace tacit::dp::detail
