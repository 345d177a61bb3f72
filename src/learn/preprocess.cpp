#include "tacit/learn/preprocess.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <ranges>
#include <utility>

#include "base/fail.hpp"

namespace tacit::learn {

namespace {

constexpr double variance_damping = 0.3;  // chosen with the learning rate, see TrainingRecipe
constexpr int power_iterations = 50;

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): a counter in steps of the golden ratio, mixed.
class SplitMix64 {
public:
    explicit SplitMix64(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t operator()() noexcept {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
    }

    /// Uniform in [0, bound), bound >= 1: words below 2^64 mod bound are drawn again.
    std::uint64_t below(std::uint64_t bound) noexcept {
        const std::uint64_t rejected = (0 - bound) % bound;
        std::uint64_t word = (*this)();
        while (word < rejected) {
            word = (*this)();
        }
        return word % bound;
    }

private:
    std::uint64_t state_;
};

bool all_rows_equal(const Dataset& data) {
    return std::ranges::all_of(std::views::iota(std::size_t{1}, data.rows()),
                               [&](std::size_t i) { return std::ranges::equal(data.row(i), data.row(0)); });
}

std::vector<double> column_means(const Dataset& data) {
    std::vector<double> means(data.features, 0.0);
    for (std::size_t i = 0; i < data.rows(); ++i) {
        for (std::size_t j = 0; j < data.features; ++j) {
            means[j] += data.values[i * data.features + j];
        }
    }
    for (double& mean : means) {
        mean /= static_cast<double>(data.rows());
    }
    return means;
}

std::vector<double> column_mean_squares(Dataset data) {
    for (double& value : data.values) {
        value *= value;
    }
    return column_means(data);
}

/// Of X^T X / rows for the rows X of `data`, by power iteration from a fixed pseudo-random start.
double largest_eigenvalue(const Dataset& data) {
    SplitMix64 random(0);
    std::vector<double> direction(data.features);
    std::ranges::generate(direction, [&] { return std::ldexp(static_cast<double>(random() >> 11), -53); });
    double eigenvalue = 0.0;
    for (int iteration = 0; iteration < power_iterations; ++iteration) {
        std::vector<double> image(data.features, 0.0);
        for (std::size_t i = 0; i < data.rows(); ++i) {
            const std::span<const double> x = data.row(i);
            const double along = std::inner_product(x.begin(), x.end(), direction.begin(), 0.0);
            for (std::size_t j = 0; j < data.features; ++j) {
                image[j] += along * x[j];
            }
        }
        const double length = std::sqrt(std::inner_product(image.begin(), image.end(), image.begin(), 0.0));
        const double before = std::sqrt(std::inner_product(direction.begin(), direction.end(), direction.begin(), 0.0));
        eigenvalue = length / before / static_cast<double>(data.rows());
        std::ranges::transform(image, direction.begin(), [&](double value) { return value / length; });
    }
    return eigenvalue;
}

/// Columns over the roots of the row sums of |Z^T Z| / (4 rows), Z the rows with the bias column, whose signs cancel. A
/// column without any value stays without.
void divide_by_hessian(Standardiser& standardiser, const Dataset& scaled) {
    const std::size_t n = scaled.features + 1;
    std::vector<double> products(n * n, 0.0);
    std::vector<double> z(n, scaled.bias);
    for (std::size_t i = 0; i < scaled.rows(); ++i) {
        std::ranges::copy(scaled.row(i), z.begin() + 1);
        for (std::size_t j = 0; j < n; ++j) {
            for (std::size_t k = 0; k < n; ++k) products[j * n + k] += z[j] * z[k];
        }
    }
    const auto factor = [&](std::size_t j) {
        double sum = 0;
        for (std::size_t k = 0; k < n; ++k) sum += std::abs(products[j * n + k]);
        return products[j * n + j] > 0 ? 1 / std::sqrt(sum / 4 / static_cast<double>(scaled.rows())) : 0.0;
    };
    standardiser.bias *= factor(0);
    for (std::size_t j = 0; j + 1 < n; ++j) standardiser.factors[j] *= factor(j + 1);
}

void append_signed_row(const Dataset& data, std::size_t i, Minibatch& batch) {
    const double sign = data.labels[i] == 1 ? 1.0 : -1.0;
    batch.values.push_back(sign * data.bias);
    for (const double x : data.row(i)) {
        batch.values.push_back(sign * x);
    }
    ++batch.rows;
    batch.values.resize(batch.rows * batch.width, 0.0);
}

}  // namespace

Standardiser fit_standardiser(const Dataset& training, Algorithm algorithm) {
    training.validate();
    if (training.rows() == 0) {
        fail(ErrorCode::invalid_argument, "{}: no rows to standardise by; give at least two", training.name);
    }
    if (all_rows_equal(training)) {
        fail(ErrorCode::invalid_argument, "{}: all {} rows are equal; nothing can be learnt from them", training.name,
             training.rows());
    }
    Standardiser result{column_means(training), std::vector<double>(training.features, 1.0)};
    const Dataset centred = standardised(training, result);
    const std::vector<double> variances = column_mean_squares(centred);
    const double mean_variance =
        std::accumulate(variances.begin(), variances.end(), 0.0) / static_cast<double>(training.features);
    for (std::size_t j = 0; j < training.features; ++j) {
        result.factors[j] = 1.0 / std::sqrt(variances[j] + variance_damping * mean_variance);
    }
    if (uses_fixed_hessian(algorithm)) {
        divide_by_hessian(result, standardised(training, result));
        return result;
    }
    const double common = 1.0 / std::sqrt(largest_eigenvalue(standardised(training, result)));
    for (double& factor : result.factors) {
        factor *= common;
    }
    return result;
}

Dataset standardised(Dataset data, const Standardiser& standardiser) {
    if (standardiser.means.size() != data.features || standardiser.factors.size() != data.features) {
        fail(ErrorCode::invalid_argument,
             "{}: a standardiser of {} means and {} factors for {} features; fit it to data of the same kind",
             data.name, standardiser.means.size(), standardiser.factors.size(), data.features);
    }
    for (std::size_t i = 0; i < data.rows(); ++i) {
        for (std::size_t j = 0; j < data.features; ++j) {
            double& value = data.values[i * data.features + j];
            value = (value - standardiser.means[j]) * standardiser.factors[j];
        }
    }
    data.bias *= standardiser.bias;
    return data;
}

std::vector<std::size_t> shuffled_order(std::size_t count, std::uint64_t seed) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    SplitMix64 random(seed);
    for (std::size_t left = count; left > 1; --left) {
        std::swap(order[left - 1], order[static_cast<std::size_t>(random.below(left))]);
    }
    return order;
}

int recipe_features(std::size_t features) {
    constexpr std::size_t limit = std::size_t{1} << 20;  // of TrainingRecipe
    return static_cast<int>(std::bit_ceil(std::min(features, limit - 1) + 1));
}

void require_fit(const Dataset& data, const TrainingRecipe& recipe) {
    data.validate();
    recipe.validate();
    const auto count = static_cast<std::size_t>(recipe.minibatches);
    const auto size = static_cast<std::size_t>(recipe.minibatch_size - recipe.zero_rows);
    const auto width = static_cast<std::size_t>(recipe.features);
    if (data.features + 1 > width) {
        fail(ErrorCode::invalid_argument,
             "{}: {} features and the bias need {} columns, the recipe has {}; raise its features to a power of two",
             data.name, data.features, data.features + 1, width);
    }
    if (count * size > data.rows()) {
        fail(ErrorCode::invalid_argument,
             "{}: {} minibatches of {} rows need {} rows, there are {}; take fewer or smaller minibatches and more "
             "passes",
             data.name, count, size, count * size, data.rows());
    }
}

std::vector<Minibatch> draw_minibatches(const Dataset& data, const TrainingRecipe& recipe, std::uint64_t seed) {
    require_fit(data, recipe);
    const auto count = static_cast<std::size_t>(recipe.minibatches);
    const auto size = static_cast<std::size_t>(recipe.minibatch_size - recipe.zero_rows);
    const auto width = static_cast<std::size_t>(recipe.features);
    const std::vector<std::size_t> order = shuffled_order(data.rows(), seed);
    std::vector<Minibatch> batches(count, Minibatch{.rows = 0, .width = width, .values = {}});
    for (std::size_t t = 0; t < count; ++t) {
        for (std::size_t i = 0; i < size; ++i) {
            append_signed_row(data, order[t * size + i], batches[t]);
        }
        batches[t].rows = static_cast<std::size_t>(recipe.minibatch_size);
        batches[t].values.resize(batches[t].rows * width, 0.0);
    }
    return batches;
}

}  // namespace tacit::learn
