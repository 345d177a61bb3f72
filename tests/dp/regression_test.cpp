#include "tacit/dp/regression.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/seeded.hpp"
#include "base/throws.hpp"
#include "dp/folder.hpp"
#include "tacit/dp/session.hpp"

namespace tacit::dp {
namespace {

LogisticQuestion question(const Cost& rho) {
    return {.features = {{.column = "age", .low = 0, .high = 100}, {.column = "sex", .levels = {"f", "m"}}},
            .label = "ill",
            .positive = "yes",
            .rho = rho};
}

struct People {
    std::vector<double> ages;
    std::vector<std::string> sexes, ill;
    [[nodiscard]] Dataset data() const {
        Dataset out;
        out.add_numbers("age", ages);
        out.add_texts("sex", sexes);
        out.add_texts("ill", ill);
        return out;
    }
};

/// P[ill] = 1 / (1 + e^-(age / 10 - 5)) for men, less for women.
People people(std::size_t count, Rng& rng) {
    People out;
    const auto uniform = [&] { return std::ldexp(static_cast<double>(rng.next() >> 11), -53); };
    for (std::size_t i = 0; i < count; ++i) {
        const double age = 100 * uniform();
        const bool female = uniform() < 0.5;
        out.ages.push_back(age);
        out.sexes.emplace_back(female ? "f" : "m");
        out.ill.emplace_back(uniform() < 1 / (1 + std::exp(5 + (female ? 1 : 0) - age / 10)) ? "yes" : "no");
    }
    return out;
}

LogisticModel without_noise(const Dataset& data) {
    const auto setup = detail::prepare(question(Cost::ratio(1, 1)), true);
    return detail::train(setup, detail::Kernels::all_rows(data),
                         std::vector<std::int64_t>(setup.question.steps * setup.width));
}

TEST(LogisticRegression, FindsTheModelBehindTheData) {
    Seeded seeded;
    const People all = people(4000, seeded.rng);
    const LogisticModel model = without_noise(all.data());
    EXPECT_EQ(model.names, (std::vector<std::string>{"intercept", "age", "sex=f", "sex=m"}));
    EXPECT_GT(probability(model, std::vector<double>{80, 0, 1}), 0.85);
    EXPECT_LT(probability(model, std::vector<double>{20, 0, 1}), 0.15);
    EXPECT_LT(model.weights[2], model.weights[3]);
    int right = 0;
    for (std::size_t i = 0; i < all.ages.size(); ++i) {
        const bool female = all.sexes[i] == "f";
        const double p = probability(model, std::vector<double>{all.ages[i], female ? 1.0 : 0.0, female ? 0.0 : 1.0});
        right += (p > 0.5) == (all.ill[i] == "yes") ? 1 : 0;
    }
    EXPECT_GT(right, 3400);
}

TEST(LogisticRegression, IsReleasedWithItsCostAndIsUseful) {
    Seeded seeded;
    const Folder folder;
    Session<Zcdp> session(
        Ledger::create(folder / "ledger",
                       {.data_set = "people", .measure = Measure::zcdp, .budget = {.rho = Cost::ratio(1, 2)}}),
        people(4000, seeded.rng).data());
    const auto asked = logistic_regression(question(Cost::ratio(1, 10)));
    EXPECT_LE(asked.loss().rho, Cost::ratio(1, 10));
    EXPECT_GE(asked.loss().rho, Cost::ratio(99, 1000));
    const auto released = session.release(asked);
    EXPECT_GT(probability(released.answer(), std::vector<double>{90, 0, 1}), 0.7);
    EXPECT_LT(probability(released.answer(), std::vector<double>{10, 1, 0}), 0.3);
    EXPECT_EQ(session.ledger().contents().spent.rho, asked.loss().rho);
    EXPECT_NE(released.statement().steps.back().find("logistic regression for 'ill' on 3 features"), std::string::npos);
}

/// The sum of gradients is an integer vector that one row moves by 2^16 at most: with noise, that is all that comes
/// out.
TEST(LogisticRegression, MovesItsFirstGradientByNoMoreThanItPaysFor) {
    Seeded seeded;
    const auto first_step = [](const People& of) {
        auto asked = question(Cost::ratio(1, 1));
        asked.steps = 1;
        const auto setup = detail::prepare(asked, true);
        const Dataset data = of.data();
        // One step from 0 at a rate of 8/3 / rows: weights are the gradient's negative, exactly linear in the sum.
        const auto model =
            detail::train(setup, detail::Kernels::all_rows(data), std::vector<std::int64_t>(setup.width));
        const double unscale = -3.0 / 8 * static_cast<double>(of.ages.size()) / setup.noise[0].unit;
        std::vector<double> steps{(model.weights[0] + model.weights[1] * 50) * unscale,
                                  model.weights[1] * 50 * unscale};
        for (std::size_t i = 2; i < 4; ++i) steps.push_back(model.weights[i] * unscale);
        return steps;
    };
    const double inf = std::numeric_limits<double>::infinity();
    People base = people(50, seeded.rng);
    for (const double age : {std::nan(""), inf, -inf, 0.0, 100.0, 1e308, -1e308, 5e-324, 50.0}) {
        for (const char* sex : {"f", "m", "", "other"}) {
            People changed = base;
            changed.ages[7] = age;
            changed.sexes[7] = sex;
            changed.ill[7] = base.ill[7] == "yes" ? "no" : "yes";
            const auto a = first_step(base);
            const auto b = first_step(changed);
            double square = 0;
            for (std::size_t i = 0; i < a.size(); ++i) square += (a[i] - b[i]) * (a[i] - b[i]);
            EXPECT_LE(std::sqrt(square), 2 * 65536 * (1 + 1e-9));
            EXPECT_GT(square, 0);
        }
    }
}

TEST(LogisticRegression, DoesNotDependOnTheOrderOfRows) {
    Seeded seeded;
    People all = people(300, seeded.rng);
    const auto forwards = without_noise(all.data());
    std::ranges::reverse(all.ages);
    std::ranges::reverse(all.sexes);
    std::ranges::reverse(all.ill);
    EXPECT_EQ(without_noise(all.data()).weights, forwards.weights);
}

TEST(LogisticRegression, RefusesWhatItCannotBound) {
    const auto refused = [](const char* words, auto change) {
        auto asked = question(Cost::ratio(1, 10));
        change(asked);
        expect_throws(ErrorCode::invalid_argument, words, [&] { return logistic_regression(asked).loss().rho; });
    };
    refused("1 to 1024 features and 1 to 1000 steps, not 0", [](auto& q) { q.features.clear(); });
    refused("not 3 and 0", [](auto& q) { q.steps = 0; });
    refused("named twice", [](auto& q) { q.features[1].column = "age"; });
    refused("'ill' is named twice", [](auto& q) { q.features[1].column = "ill"; });
    refused("a level twice", [](auto& q) { q.features[1].levels = {"f", "f"}; });
    refused("not finite and in order", [](auto& q) { q.features[0].high = 0; });
    refused("rho", [](auto& q) { q.rho = Cost(); });
    expect_throws(ErrorCode::invalid_argument, "2 features for a model of 3", [] {
        return probability({{"intercept", "a", "b", "c"}, {0, 1, 2, 3}}, std::vector<double>{1, 2});
    });
}

}  // namespace
}  // namespace tacit::dp
