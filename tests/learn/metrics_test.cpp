#include "tacit/learn/metrics.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "base/throws.hpp"
#include "tacit/learn/preprocess.hpp"

namespace tacit::learn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Labels = std::vector<std::uint8_t>;
using Scores = std::vector<double>;

TEST(Scores, AreBiasPlusProductAndIgnorePadding) {
    const Dataset data{.name = "rows", .features = 2, .values = {1, 2, 3, 4}, .labels = {0, 1}};
    EXPECT_THAT(scores(data, std::array{0.5, 1.0, -2.0, 99.0}), ElementsAre(-2.5, -4.5));
    EXPECT_THAT(message_of(ErrorCode::invalid_argument,
                           [&] {
                               (void)scores(data, std::array{0.5, 1.0});
                           }),
                HasSubstr("rows: 2 weights for 2 features and the bias"));
    EXPECT_THAT(message_of(ErrorCode::invalid_argument,
                           [&] {
                               (void)scores(data, std::array{std::nan(""), 1.0, 1.0});
                           }),
                HasSubstr("the score of row 0 is NaN"));
}

TEST(Accuracy, CountsAZeroScoreAsLabelZero) {
    EXPECT_EQ(accuracy(Scores{0.0, 1.0, -1.0, 2.0}, Labels{0, 1, 1, 0}), 0.5);
    EXPECT_EQ(accuracy(Scores{0.0}, Labels{1}), 0.0);
}

TEST(AreaUnderRoc, HasKnownAnswers) {
    EXPECT_EQ(area_under_roc(Scores{1, 2, 3, 4}, Labels{0, 0, 1, 1}), 1.0);
    EXPECT_EQ(area_under_roc(Scores{4, 3, 2, 1}, Labels{0, 0, 1, 1}), 0.0);
    EXPECT_EQ(area_under_roc(Scores{0.1, 0.4, 0.35, 0.8}, Labels{0, 0, 1, 1}), 0.75);
}

TEST(AreaUnderRoc, CountsTiesHalf) {
    EXPECT_EQ(area_under_roc(Scores{5, 5, 5}, Labels{0, 1, 0}), 0.5);
    // Pairs (one, zero): (2,1) won, (2,2) tied, (3,1) won, (3,2) won.
    EXPECT_EQ(area_under_roc(Scores{1, 2, 2, 3}, Labels{0, 0, 1, 1}), 3.5 / 4);
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(area_under_roc(Scores{-infinity, 0, infinity}, Labels{0, 0, 1}), 1.0);
}

TEST(AreaUnderRoc, EqualsAllPairsAndTheTrapezoidsOfTheCurve) {
    Scores values;
    Labels labels;
    for (const std::size_t i : shuffled_order(300, 5)) {
        values.push_back(static_cast<double>(i % 17));
        labels.push_back(i % 17 + i % 23 > 19 ? 1 : 0);
    }
    double wins = 0.0, pairs = 0.0;
    for (std::size_t a = 0; a < values.size(); ++a) {
        for (std::size_t b = 0; b < values.size(); ++b) {
            if (labels[a] == 1 && labels[b] == 0) {
                wins += values[a] > values[b] ? 1.0 : values[a] == values[b] ? 0.5 : 0.0;
                pairs += 1.0;
            }
        }
    }
    EXPECT_EQ(area_under_roc(values, labels), wins / pairs);
    const std::vector<RocPoint> curve = roc_curve(values, labels);
    EXPECT_EQ(curve.size(), 18U);
    double area = 0.0;
    for (std::size_t i = 1; i < curve.size(); ++i) {
        area += (curve[i].false_positive_rate - curve[i - 1].false_positive_rate) *
                (curve[i].true_positive_rate + curve[i - 1].true_positive_rate) / 2;
    }
    EXPECT_NEAR(area, wins / pairs, 1e-14);
}

TEST(RocCurve, HasOnePointPerScore) {
    const std::vector<RocPoint> curve = roc_curve(Scores{1, 2, 2, 3}, Labels{0, 0, 1, 1});
    ASSERT_EQ(curve.size(), 4U);
    const auto point = [&](std::size_t i) {
        return std::array{curve[i].false_positive_rate, curve[i].true_positive_rate, curve[i].threshold};
    };
    EXPECT_THAT(point(0), ElementsAre(0.0, 0.0, std::numeric_limits<double>::infinity()));
    EXPECT_THAT(point(1), ElementsAre(0.0, 0.5, 3.0));
    EXPECT_THAT(point(2), ElementsAre(0.5, 1.0, 2.0));
    EXPECT_THAT(point(3), ElementsAre(1.0, 1.0, 1.0));
}

TEST(Metrics, RefuseWhatTheyCannotMeasure) {
    const auto message = [](auto work) { return message_of(ErrorCode::invalid_argument, work); };
    EXPECT_THAT(message([] { (void)accuracy(Scores{1.0}, Labels{}); }), HasSubstr("1 scores for 0 labels"));
    EXPECT_THAT(message([] { (void)accuracy(Scores{}, Labels{}); }), HasSubstr("at least one"));
    EXPECT_THAT(message([] { (void)accuracy(Scores{1.0}, Labels{2}); }), HasSubstr("row 0: label 2"));
    EXPECT_THAT(message([] { (void)area_under_roc(Scores{std::nan("")}, Labels{1}); }), HasSubstr("row 0: the score"));
    EXPECT_THAT(message([] { (void)area_under_roc(Scores{1.0}, Labels{1}); }), HasSubstr("1 ones and 0 zeros"));
    EXPECT_THAT(message([] { (void)roc_curve(Scores{1.0}, Labels{0}); }), HasSubstr("0 ones and 1 zeros"));
}

TEST(Metrics, OfSeveralClassesCountWhatIsTakenForWhat) {
    const std::vector<Scores> scores{{3, 0, 1}, {1, 2, 1}, {2, -1, 0.5}};
    const auto found = likeliest_classes(scores);
    EXPECT_THAT(found, ElementsAre(0, 1, 0));  // of equal scores the first
    const auto counts = confusion_matrix(found, Labels{0, 2, 1}, 3);
    EXPECT_THAT(counts[0], ElementsAre(1U, 0U, 0U));
    EXPECT_THAT(counts[1], ElementsAre(1U, 0U, 0U));
    EXPECT_THAT(counts[2], ElementsAre(0U, 1U, 0U));
    const auto message = [](auto work) { return message_of(ErrorCode::invalid_argument, work); };
    EXPECT_THAT(message([&] { (void)likeliest_classes(std::span(scores).first(1)); }), HasSubstr("1 classes"));
    EXPECT_THAT(message([] {
                    (void)likeliest_classes(std::vector<Scores>{{1, 2}, {1}});
                }),
                HasSubstr("1 scores of class 1 and 2 of class 0"));
    EXPECT_THAT(message([] { (void)likeliest_classes(std::vector<Scores>{{1}, {std::nan("")}}); }), HasSubstr("NaN"));
    EXPECT_THAT(message([] {
                    (void)confusion_matrix(Labels{0}, Labels{0, 1}, 2);
                }),
                HasSubstr("1 classes found for 2"));
    EXPECT_THAT(message([] { (void)confusion_matrix(Labels{2}, Labels{1}, 2); }),
                HasSubstr("class 1 taken for 2, of 2"));
}

TEST(Metrics, OfNumbersMeasureWhatIsLeft) {
    EXPECT_DOUBLE_EQ(r_squared(Scores{1, 2, 3}, Scores{1, 2, 3}), 1);
    EXPECT_DOUBLE_EQ(r_squared(Scores{2, 2, 2}, Scores{1, 2, 3}), 0);
    EXPECT_DOUBLE_EQ(r_squared(Scores{1, 2, 5}, Scores{1, 2, 3}), -1);
    EXPECT_DOUBLE_EQ(root_mean_square_error(Scores{4, 2}, Scores{1, 6}), std::sqrt(12.5));
    const auto message = [](auto work) { return message_of(ErrorCode::invalid_argument, work); };
    EXPECT_THAT(message([] { (void)r_squared(Scores{1, 2}, Scores{4, 4}); }), HasSubstr("all 2 targets are 4"));
    EXPECT_THAT(message([] { (void)root_mean_square_error(Scores{1}, Scores{}); }), HasSubstr("1 predictions for 0"));
    EXPECT_THAT(message([] { (void)root_mean_square_error(Scores{std::nan("")}, Scores{1}); }),
                HasSubstr("not finite"));
}

}  // namespace
}  // namespace tacit::learn
