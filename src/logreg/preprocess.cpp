#include "tacit/logreg/preprocess.hpp"

#include <numeric>
#include <utility>

#include "base/fail.hpp"

namespace tacit {

namespace {

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

void append_signed_row(const Dataset& data, std::size_t i, Minibatch& batch) {
    const double sign = data.labels[i] == 1 ? 1.0 : -1.0;
    batch.values.push_back(sign);
    for (const double x : data.row(i)) {
        batch.values.push_back(sign * x);
    }
    ++batch.rows;
    batch.values.resize(batch.rows * batch.width, 0.0);
}

}  // namespace

std::vector<double> column_means(const Dataset& data) {
    data.validate();
    if (data.rows() == 0) {
        fail(ErrorCode::invalid_argument, "{}: no rows to take the mean of; give at least one", data.name);
    }
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

Dataset centred(Dataset data, std::span<const double> means) {
    if (means.size() != data.features) {
        fail(ErrorCode::invalid_argument, "{}: {} means for {} features; take the means of data of the same kind",
             data.name, means.size(), data.features);
    }
    for (std::size_t i = 0; i < data.rows(); ++i) {
        for (std::size_t j = 0; j < data.features; ++j) {
            data.values[i * data.features + j] -= means[j];
        }
    }
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

std::vector<Minibatch> draw_minibatches(const Dataset& data, const TrainingRecipe& recipe, std::uint64_t seed) {
    data.validate();
    recipe.validate();
    const auto count = static_cast<std::size_t>(recipe.minibatches);
    const auto size = static_cast<std::size_t>(recipe.minibatch_size);
    const auto width = static_cast<std::size_t>(recipe.features);
    if (data.features + 1 > width) {
        fail(ErrorCode::invalid_argument,
             "{}: {} features and the bias need {} columns, the recipe has {}; raise its features to a power of two",
             data.name, data.features, data.features + 1, width);
    }
    if (count * size > data.rows()) {
        fail(ErrorCode::invalid_argument,
             "{}: {} minibatches of {} rows need {} rows, there are {}; take fewer or smaller minibatches", data.name,
             count, size, count * size, data.rows());
    }
    const std::vector<std::size_t> order = shuffled_order(data.rows(), seed);
    std::vector<Minibatch> batches(count, Minibatch{.rows = 0, .width = width, .values = {}});
    for (std::size_t t = 0; t < count; ++t) {
        for (std::size_t i = 0; i < size; ++i) {
            append_signed_row(data, order[t * size + i], batches[t]);
        }
    }
    return batches;
}

}  // namespace tacit
