// The sparse vector technique and six variants of it that are not private [LSL17], by exact probabilities: noise is
// discrete, so the chance of every outcome is a sum.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <optional>
#include <string>

#include "dp/distributions.hpp"
#include "dp/folder.hpp"
#include "tacit/dp/mechanisms.hpp"
#include "tacit/dp/session.hpp"

namespace tacit::dp {
namespace {

constexpr double epsilon = 1;  // what each variant claims, for questions that one row moves by 1

/// Noise of scale 0 is none.
struct Variant {
    double threshold_scale = 2 / epsilon;
    double question_scale = 4 / epsilon;
};

double chance_of(double scale, std::int64_t k) {
    return scale == 0 ? (k == 0 ? 1 : 0) : discrete_laplace_pmf(1 / scale, k);
}

/// P[noise > k].
double chance_above(double scale, std::int64_t k) {
    if (scale == 0) return k < 0 ? 1 : 0;
    const double q = std::exp(-1 / scale);
    return k >= 0 ? std::pow(q, static_cast<double>(k + 1)) / (1 + q)
                  : 1 - std::pow(q, static_cast<double>(-k)) / (1 + q);
}

using Questions = std::vector<std::int64_t>;

/// P["-" (not above 0) and "+" come out in this order]; if `value` is stated, the last "+" also says that its noisy
/// total is this.
double chance(const Variant& variant, const Questions& questions, const std::string& outcome,
              std::optional<std::int64_t> value = std::nullopt) {
    const auto reach = static_cast<std::int64_t>(40 * variant.threshold_scale);
    double sum = 0;
    for (std::int64_t threshold = -reach; threshold <= reach; ++threshold) {
        double product = chance_of(variant.threshold_scale, threshold);
        for (std::size_t i = 0; i < outcome.size(); ++i) {
            const double above = chance_above(variant.question_scale, threshold - questions[i]);
            if (value && i + 1 == outcome.size()) {
                product *= *value > threshold ? chance_of(variant.question_scale, *value - questions[i]) : 0;
            } else {
                product *= outcome[i] == '+' ? above : 1 - above;
            }
        }
        sum += product;
    }
    return sum;
}

double loss(double one, double other) { return other == 0 ? (one == 0 ? 0 : INFINITY) : std::log(one / other); }

Questions repeated(std::size_t count, std::int64_t first, std::int64_t then) {
    Questions all(count, first);
    all.resize(2 * count, then);
    return all;
}

/// The largest loss of a variant that stops at the first "+": all questions in -1 .. 1, all neighbours, all outcomes.
double worst_loss(const Variant& variant, std::size_t length) {
    double worst = 0;
    std::size_t codes = 1;
    for (std::size_t i = 0; i < length; ++i) codes *= 9;
    for (std::size_t code = 0; code < codes; ++code) {
        Questions here;
        Questions there;
        for (std::size_t rest = code, i = 0; i < length; ++i, rest /= 9) {
            here.push_back(static_cast<std::int64_t>(rest % 3) - 1);
            there.push_back(here.back() + static_cast<std::int64_t>(rest / 3 % 3) - 1);
        }
        for (std::size_t asked = 0; asked <= length; ++asked) {
            const std::string outcome = std::string(asked, '-') + (asked < length ? "+" : "");
            worst = std::max(worst, loss(chance(variant, here, outcome), chance(variant, there, outcome)));
        }
    }
    return worst;
}

/// The scales that a session states for its own.
Variant in_use() {
    const Folder folder;
    Dataset data;
    data.add_texts("t", {});
    Session<Pure> session(
        Ledger::create(folder / "ledger", {.data_set = "d", .budget = {.epsilon = Cost::ratio(1, 1)}}),
        std::move(data));
    const auto watch = session.above_threshold(0, 1, 1, Cost::ratio(1, 1));
    const auto& noise = watch.statement().noise;
    return {noise.at(0).noise.scale.approximate(), noise.at(1).noise.scale.approximate()};
}

TEST(SparseVector, InUseLosesWhatItClaims) {
    const Variant ours = in_use();
    EXPECT_LE(worst_loss(ours, 3), epsilon * (1 + 1e-9));
    EXPECT_GE(worst_loss(ours, 3), epsilon * 0.6);
    // And over long runs, where the variants below fail.
    for (const std::size_t length : {5, 20, 60}) {
        const Questions zeros(length, 0);
        const Questions ones(length, 1);
        for (const std::string& outcome : {std::string(length, '-'), std::string(length - 1, '-') + "+"}) {
            EXPECT_LE(std::abs(loss(chance(ours, zeros, outcome), chance(ours, ones, outcome))), epsilon * (1 + 1e-9));
        }
    }
}

TEST(SparseVectorControl, OneThatTellsTheNoisyTotalIsCaught) {
    const Questions here(11, 0);
    Questions there(11, 1);
    there.back() = 0;
    const std::string outcome = std::string(10, '-') + "+";
    EXPECT_GT(loss(chance({}, here, outcome, 0), chance({}, there, outcome, 0)), 2 * epsilon);
}

TEST(SparseVectorControl, OneWhoseNoiseDoesNotGrowWithTheAnswersIsCaught) {
    const Variant variant{4 / epsilon, 4 / (3 * epsilon)};  // a quarter for the threshold, the rest for all answers
    const auto outcome = std::string(5, '-') + std::string(5, '+');
    EXPECT_GT(loss(chance(variant, Questions(10, 0), outcome), chance(variant, repeated(5, 1, -1), outcome)),
              2 * epsilon);
}

TEST(SparseVectorControl, OneWithoutNoiseOnTheQuestionsIsCaught) {
    const Variant variant{2 / epsilon, 0};
    EXPECT_EQ(loss(chance(variant, {0, 1}, "-+"), chance(variant, {1, 0}, "-+")), INFINITY);
}

TEST(SparseVectorControl, OneThatNeverStopsIsCaught) {
    const Variant variant{2 / epsilon, 2 / epsilon};
    const auto outcome = std::string(8, '-') + std::string(8, '+');
    EXPECT_GT(loss(chance(variant, Questions(16, 0), outcome), chance(variant, repeated(8, 1, -1), outcome)),
              2 * epsilon);
}

TEST(SparseVectorControl, OneThatNeverStopsWithAnotherSplitIsCaught) {
    const Variant variant{4 / epsilon, 4 / (3 * epsilon)};
    const auto outcome = std::string(12, '-') + std::string(12, '+');
    EXPECT_GT(loss(chance(variant, Questions(24, 0), outcome), chance(variant, repeated(12, 1, -1), outcome)),
              5 * epsilon);
}

TEST(SparseVectorControl, OneWithoutNoiseOnTheThresholdIsCaught) {
    const Variant variant{0, 2 / epsilon};
    const std::string outcome(10, '-');
    EXPECT_GT(loss(chance(variant, Questions(10, 0), outcome), chance(variant, Questions(10, 1), outcome)),
              1.5 * epsilon);
}

}  // namespace
}  // namespace tacit::dp
