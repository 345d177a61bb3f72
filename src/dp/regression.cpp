#include "tacit/dp/regression.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/fail.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::dp {

namespace {

/// The largest 2-norm of a row's gradient in steps of the noise.
constexpr std::int64_t norm_in_steps = std::int64_t{1} << 16;
constexpr std::size_t most_features = 1024;
constexpr std::uint32_t most_steps = 1000;

void check_feature(const PublicFeature& feature, std::set<std::string>& columns) {
    if (!columns.insert(feature.column).second) {
        fail(ErrorCode::invalid_argument, "the column '{}' is named twice; a column is a feature or the label, once",
             feature.column);
    }
    const std::set<std::string> levels(feature.levels.begin(), feature.levels.end());
    if (levels.size() != feature.levels.size()) {
        fail(ErrorCode::invalid_argument, "the column '{}' has a level twice; name each once", feature.column);
    }
    if (feature.levels.empty() &&
        !(std::isfinite(feature.low) && std::isfinite(feature.high) && feature.low < feature.high)) {
        fail(ErrorCode::invalid_argument, "the column '{}' has the bounds {} and {}, which are not finite and in order",
             feature.column, feature.low, feature.high);
    }
}

std::size_t width_of(const LogisticQuestion& question) {
    std::size_t width = 1;
    for (const PublicFeature& feature : question.features) width += std::max<std::size_t>(1, feature.levels.size());
    return width;
}

/// Rows as features within -1 .. 1, the first 1; wiped at the end.
struct Examples {
    std::vector<double> features;  ///< [rows x width]
    std::vector<double> labels;    ///< [rows]
    ~Examples() {
        wipe(std::as_writable_bytes(std::span(features)));
        wipe(std::as_writable_bytes(std::span(labels)));
    }
};

/// Total: any double and any text has its feature.
void read_feature(const PublicFeature& feature, const Rows::Carrier& rows, std::size_t width, double* to) {
    if (feature.levels.empty()) {
        const double middle = feature.low / 2 + feature.high / 2;
        const double half = feature.high / 2 - feature.low / 2;
        for (const double number : detail::Kernels::numbers(rows, feature.column)) {
            const double scaled = std::clamp((number - middle) / half, -1.0, 1.0);
            *to = std::isnan(number) ? 0 : scaled;
            to += width;
        }
        return;
    }
    for (const std::string_view text : detail::Kernels::texts(rows, feature.column)) {
        for (std::size_t level = 0; level < feature.levels.size(); ++level) to[level] = text == feature.levels[level];
        to += width;
    }
}

Examples read_examples(const detail::LogisticSetup& setup, const Rows::Carrier& rows) {
    const LogisticQuestion& question = setup.question;
    Examples out;
    for (const std::string_view text : detail::Kernels::texts(rows, question.label)) {
        out.labels.push_back(text == question.positive ? 1 : 0);
    }
    out.features.assign(out.labels.size() * setup.width, 0);
    for (std::size_t row = 0; row < out.labels.size(); ++row) out.features[row * setup.width] = 1;
    std::size_t at = 1;
    for (const PublicFeature& feature : question.features) {
        read_feature(feature, rows, setup.width, out.features.data() + at);
        at += std::max<std::size_t>(1, feature.levels.size());
    }
    return out;
}

/// residual * x in steps of clip / norm_in_steps, with a 2-norm of at most norm_in_steps for whatever comes in; adds
/// it.
void add_gradient(std::span<const double> x, double residual, double clip, std::span<std::int64_t> row,
                  std::span<std::int64_t> sum) {
    double squares = 0;
    for (const double each : x) squares += each * each;
    const double norm = std::abs(residual) * std::sqrt(squares);
    // Rounding moves the norm by half the root of the width at most; one step more for what doubles lose.
    const double room = static_cast<double>(norm_in_steps) - std::sqrt(static_cast<double>(x.size())) / 2 - 1;
    const double scale = residual * room / std::max(norm, clip);
    Int128 integer_squares = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double steps = std::clamp(x[i] * scale, -room, room);
        row[i] = std::isfinite(steps) ? static_cast<std::int64_t>(std::nearbyint(steps)) : 0;
        integer_squares += Int128{row[i]} * row[i];
    }
    const bool within = integer_squares <= Int128{norm_in_steps} * norm_in_steps;
    for (std::size_t i = 0; i < x.size(); ++i) sum[i] += within ? row[i] : 0;
}

std::vector<std::int64_t> gradient_sum(const Examples& examples, std::span<const double> weights, double clip) {
    const std::size_t width = weights.size();
    std::vector<std::int64_t> sum(width), row(width);
    for (std::size_t i = 0; i < examples.labels.size(); ++i) {
        const std::span<const double> x(examples.features.data() + i * width, width);
        double score = 0;
        for (std::size_t j = 0; j < width; ++j) score += x[j] * weights[j];
        add_gradient(x, 1 / (1 + std::exp(-score)) - examples.labels[i], clip, row, sum);
    }
    return sum;
}

/// Weights for features within -1 .. 1 to weights for the data as they are.
LogisticModel unscaled(const LogisticQuestion& question, std::span<const double> weights) {
    LogisticModel model{{"intercept"}, {weights[0]}};
    std::size_t at = 1;
    for (const PublicFeature& feature : question.features) {
        if (feature.levels.empty()) {
            const double half = feature.high / 2 - feature.low / 2;
            model.names.push_back(feature.column);
            model.weights.push_back(weights[at] / half);
            model.weights[0] -= weights[at] * (feature.low / 2 + feature.high / 2) / half;
            ++at;
        }
        for (const std::string& level : feature.levels) {
            model.names.push_back(feature.column + "=" + level);
            model.weights.push_back(weights[at]);
            ++at;
        }
    }
    return model;
}

}  // namespace

namespace detail {

LogisticSetup prepare(const LogisticQuestion& question, bool change_one) {
    std::set<std::string> columns{question.label};
    LogisticSetup setup{.question = question, .width = width_of(question)};
    for (const PublicFeature& feature : question.features) {
        check_feature(feature, columns);
        (feature.levels.empty() ? setup.columns.numbers : setup.columns.texts).push_back(feature.column);
    }
    setup.columns.texts.push_back(question.label);
    if (setup.width < 2 || setup.width > most_features + 1 || question.steps == 0 || question.steps > most_steps) {
        fail(ErrorCode::invalid_argument,
             "a regression takes 1 to {} features and 1 to {} steps, not {} and {}; name fewer columns or levels",
             most_features, most_steps, setup.width - 1, question.steps);
    }
    setup.clip = std::sqrt(static_cast<double>(1 + question.features.size())) / 3;
    const std::uint64_t distance = static_cast<std::uint64_t>(norm_in_steps) * (change_one ? 2 : 1);
    const Cost each = question.rho.split(20 * std::uint64_t{question.steps}) * 19;
    const Noise on_gradient = calibrate_gaussian(distance, false, each, question.steps * setup.width);
    setup.noise.push_back(
        {"each coordinate of a gradient", on_gradient, setup.clip / static_cast<double>(norm_in_steps)});
    setup.rho = rho_of(distance, false, on_gradient) * question.steps;
    if (!change_one) {
        const Noise on_count = calibrate_gaussian(1, false, question.rho.split(20), 1);
        setup.noise.push_back({"count", on_count, 1});
        setup.rho = setup.rho + rho_of(1, false, on_count);
    }
    setup.said = fmt::format(
        "logistic regression for '{}' on {} features within public bounds, {} steps, gradients of a row "
        "scaled to a norm of {:.6g} at most",
        question.label, setup.width - 1, question.steps, setup.clip);
    return setup;
}

LogisticModel train(const LogisticSetup& setup, const Rows::Carrier& rows, std::span<const std::int64_t> drawn) {
    const Examples examples = read_examples(setup, rows);
    const std::size_t width = setup.width;
    const std::uint32_t steps = setup.question.steps;
    const bool private_count = setup.noise.size() > 1;
    const double people =
        static_cast<double>(examples.labels.size()) + (private_count ? static_cast<double>(drawn[steps * width]) : 0);
    // The curvature is at most a quarter of the mean square of a row's features, about a third of them.
    const double rate = 8 / (1 + static_cast<double>(setup.question.features.size())) / std::max(1.0, people);
    std::vector<double> weights(width), before(width), ahead(width), mean(width);
    for (std::uint32_t step = 0; step < steps; ++step) {
        const double momentum = static_cast<double>(step) / (step + 3.0);
        for (std::size_t j = 0; j < width; ++j) ahead[j] = weights[j] + momentum * (weights[j] - before[j]);
        const auto sum = gradient_sum(examples, ahead, setup.clip);
        before = weights;
        for (std::size_t j = 0; j < width; ++j) {
            const auto noisy = static_cast<double>(sum[j] + drawn[step * width + j]);
            weights[j] = ahead[j] - rate * noisy * setup.noise[0].unit;
            if (step >= steps - (steps + 3) / 4) mean[j] += weights[j] / ((steps + 3) / 4);
        }
    }
    return unscaled(setup.question, mean);
}

}  // namespace detail

double probability(const LogisticModel& model, std::span<const double> features) {
    if (features.size() + 1 != model.weights.size()) {
        fail(ErrorCode::invalid_argument, "{} features for a model of {}; give them in the order of its names",
             features.size(), model.weights.size() - 1);
    }
    double score = model.weights[0];
    for (std::size_t i = 0; i < features.size(); ++i) score += model.weights[i + 1] * features[i];
    return 1 / (1 + std::exp(-score));
}

}  // namespace tacit::dp
