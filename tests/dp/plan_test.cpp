#include "tacit/dp/plan.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/throws.hpp"
#include "dp/folder.hpp"
#include "tacit/dp/groups.hpp"
#include "tacit/dp/mechanisms.hpp"

namespace tacit::dp {
namespace {

Dataset people(std::size_t rows = 1000) {
    Dataset data;
    data.add_numbers("wage", std::vector<double>(rows, 500.0));
    data.add_texts("sex", std::vector<std::string>(rows, "f"));
    return data;
}

Ledger ledger_in(const Folder& folder, std::uint64_t epsilon, std::uint64_t rows_per_unit = 1) {
    return Ledger::create(folder / "ledger",
                          {.data_set = "wages",
                           .rows_per_unit = rows_per_unit,
                           .measure = Measure::approximate,
                           .budget = {.epsilon = Cost::ratio(epsilon, 1), .delta = Cost::ratio(1, 100000)}});
}

const Cost millionth = Cost::ratio(1, 1000000);

auto counted(std::uint64_t tenths) { return rows() >> count() >> laplace(Cost::ratio(tenths, 10)); }
auto summed() { return number("wage") >> clamp(0, 1000, Cost::ratio(1, 1)) >> sum(); }

TEST(Plan, CostsMuchLessThanItsPartsOneByOne) {
    Plan plan;
    plan.add(counted(1), 100);
    const Loss loss = plan.loss(millionth);
    EXPECT_NEAR(loss.epsilon.approximate(), 4.774568, 1e-5);  // 10 one by one; docs/proofs has the enumeration
    EXPECT_EQ(loss.delta, millionth);
    EXPECT_GE(loss.epsilon.approximate(), plan.epsilon(millionth).high);
    EXPECT_EQ(plan.size(), 100U);
}

TEST(Plan, KnowsTheNoiseOfEachKindOfMeasurement) {
    const auto text_of = [](const auto& measurement, std::uint64_t rows = 1) {
        std::string all;
        for (const CountedPair& one : measurement.pairs(rows)) {
            all += std::to_string(one.count) + " x " + to_string(one.pair) + "\n";
        }
        return all;
    };
    const auto wages = [] { return number("wage") >> clamp(0, 1000, Cost::ratio(1, 1)); };
    EXPECT_EQ(text_of(counted(1)), "1 x discrete Laplace of scale 10, moved by 1\n");
    EXPECT_EQ(text_of(counted(1), 3), "1 x discrete Laplace of scale 10, moved by 3\n");
    EXPECT_EQ(text_of(summed() >> laplace(Cost::ratio(1, 2))), "1 x discrete Laplace of scale 2000, moved by 1000\n");
    EXPECT_EQ(text_of(summed() >> gaussian(Cost::ratio(1, 2))),
              "1 x discrete Gaussian of variance 1000000, moved by 1000\n");
    EXPECT_EQ(text_of(wages() >> mean(Cost::ratio(1, 2))), "1 x any of epsilon 0.5\n");
    EXPECT_EQ(text_of(wages() >> quantile(Cost::ratio(1, 2), Cost::ratio(1, 4)), 2), "1 x any of epsilon 0.5\n");
    EXPECT_EQ(text_of(text("sex") >> tally({"f", "m"}) >> laplace(Cost::ratio(1, 2))),
              "1 x discrete Laplace of scale 2, moved by 1\n");
    EXPECT_EQ(text_of(text<ChangeOne>("sex") >> tally({"f", "m"}) >> laplace(Cost::ratio(1, 2))),
              "2 x discrete Laplace of scale 4, moved by 1\n");
    EXPECT_EQ(text_of(as_zcdp(counted(1))), "1 x discrete Laplace of scale 10, moved by 1\n");
    EXPECT_EQ(text_of(both(counted(1), both(counted(1), counted(2)))),
              "2 x discrete Laplace of scale 10, moved by 1\n1 x discrete Laplace of scale 5, moved by 1\n");
    EXPECT_EQ(text_of(counted(2).then([](const Estimate& e) { return e.value; })),
              "1 x discrete Laplace of scale 5, moved by 1\n");
}

TEST(Plan, IsPaidForOnceAndAnswersWhatItHoldsInAnyOrder) {
    const Folder folder;
    Session<Approximate> session(ledger_in(folder, 3), people());
    const auto noisy_sum = summed() >> gaussian(Cost::ratio(1, 50));
    Plan plan;
    plan.add(counted(5), 2).add(noisy_sum);
    auto planned = session.carry_out(plan, millionth);
    const LedgerContents paid = session.ledger().contents();
    ASSERT_EQ(paid.entries.size(), 1U);
    EXPECT_EQ(paid.entries[0].loss, plan.loss(millionth));
    const auto answer = planned.release(rows() >> where("sex", "f") >> count() >> laplace(Cost::ratio(1, 2)));
    EXPECT_NEAR(answer.answer().value, 1000, 60);
    EXPECT_NEAR(planned.release(noisy_sum).answer().value, 500000, 60000);
    EXPECT_NEAR(planned.release(counted(5)).answer().value, 1000, 60);
    EXPECT_EQ(session.ledger().contents().entries.size(), 1U);
    const Statement& said = answer.statement();
    EXPECT_EQ(said.loss, plan.loss(millionth));
    EXPECT_EQ(said.steps.back(), "one of 3 measurements of a plan, whose loss is stated");
    EXPECT_FALSE(said.adversary.empty());
}

TEST(Plan, AnswersNothingElse) {
    const Folder folder;
    Session<Approximate> session(ledger_in(folder, 3), people());
    Plan plan;
    plan.add(counted(5));
    auto planned = session.carry_out(plan, millionth);
    expect_throws(ErrorCode::budget_exceeded, "holds no 1 more of discrete Laplace of scale 5, moved by 1",
                  [&] { return planned.release(counted(2)).answer().value; });
    expect_throws(ErrorCode::budget_exceeded, "holds no 2 more of discrete Laplace of scale 2, moved by 1",
                  [&] { return planned.release(both(counted(5), counted(5))).answer().first.value; });
    expect_throws(ErrorCode::invalid_argument, "pay", [&] {
        return planned.release(number("pay") >> clamp(0, 1, Cost::ratio(1, 1)) >> sum() >> laplace(Cost::ratio(1, 2)))
            .answer()
            .value;
    });
    EXPECT_NEAR(planned.release(counted(5)).answer().value, 1000, 60);  // the refusals took nothing
    expect_throws(ErrorCode::budget_exceeded, "ask what it holds, or declare another plan",
                  [&] { return planned.release(counted(5)).answer().value; });
}

TEST(Plan, ThatDoesNotFitSpendsNothing) {
    const Folder folder;
    Session<Approximate> session(ledger_in(folder, 1), people());
    Plan plan;
    plan.add(counted(1), 100);
    expect_throws(ErrorCode::budget_exceeded, "does not fit", [&] { (void)session.carry_out(plan, millionth); });
    EXPECT_TRUE(session.ledger().contents().entries.empty());
}

TEST(Plan, ChargesUnitsOfSeveralRowsForTheirGroup) {
    Plan plan;
    plan.add(counted(1), 10);
    EXPECT_GT(plan.epsilon(millionth, 3).low, plan.epsilon(millionth, 1).high * 2);
    Plan tallies;
    tallies.add(text("sex") >> tally({"f"}) >> gaussian(Cost::ratio(1, 2)));
    EXPECT_GT(tallies.epsilon(millionth).low, 0);
    Plan changed;
    changed.add(text<ChangeOne>("sex") >> tally({"f"}) >> gaussian(Cost::ratio(1, 2)));
    for (const Plan* each : {&tallies, &changed}) {
        expect_throws(ErrorCode::invalid_argument, "of which several rows move several cannot be planned",
                      [&] { return each->loss(millionth, 2); });
    }
    // Two rows may move one count by 2 or two by 1: nothing but epsilon is known of both.
    const auto tally_of_two = (text("sex") >> tally({"f"}) >> laplace(Cost::ratio(1, 2))).pairs(2);
    EXPECT_EQ(to_string(tally_of_two[0].pair), "any of epsilon 1");
}

TEST(Plan, KnowsWhatAUnitMovesInEachOfItsGroups) {
    const auto counts = rows() >> count() >> laplace(Cost::ratio(1, 10));
    const auto sums = summed() >> gaussian(Cost::ratio(1, 2));
    const std::vector<std::string> keys{"n", "s", "w"};
    const auto text_of = [](const auto& measurement, std::uint64_t rows = 1) {
        const CountedPair one = measurement.pairs(rows).front();
        return std::to_string(one.count) + " x " + to_string(one.pair);
    };
    EXPECT_EQ(text_of(rows() >> for_each("region", keys, counts)), "1 x discrete Laplace of scale 10, moved by 1");
    EXPECT_EQ(text_of(rows() >> for_each("region", keys, counts), 2), "1 x any of epsilon 0.2");
    const auto bounded = [](std::uint64_t rows, std::uint64_t groups) {
        return contributions_of("person", rows, "region", groups);
    };
    EXPECT_EQ(text_of(bounded(4, 2) >> for_each("region", keys, counts)),
              "2 x discrete Laplace of scale 10, moved by 4");
    EXPECT_EQ(text_of(bounded(4, 9) >> for_each("region", keys, counts)),
              "3 x discrete Laplace of scale 10, moved by 4");
    EXPECT_EQ(text_of(bounded(1, 2) >> for_each("region", keys, sums)),
              "2 x discrete Gaussian of variance 1000000, moved by 1000");
    EXPECT_EQ(text_of(contributions_of("person", 3) >> for_each("region", keys, counts)), "1 x any of epsilon 0.3");
    EXPECT_EQ(text_of(contributions_of("person", 3) >> count() >> laplace(Cost::ratio(3, 10))),
              "1 x discrete Laplace of scale 10, moved by 3");
    EXPECT_EQ(text_of(contributions_of("person", 1) >> text("sex") >> tally({"f"}) >> gaussian(Cost::ratio(1, 2))),
              "1 x discrete Gaussian of variance 1, moved by 1");
    EXPECT_EQ(
        text_of(bounded(3, 2) >> for_each("region", keys, text("sex") >> tally({"f"}) >> laplace(Cost::ratio(1, 10)))),
        "1 x any of epsilon 0.6");
    expect_throws(ErrorCode::invalid_argument, "several rows move several",
                  [&] { return (contributions_of("person", 3) >> for_each("region", keys, sums)).pairs().size(); });
}

TEST(Plan, AnswersByUnitAndByGroupForOnePrice) {
    const Folder folder;
    Dataset data = people(100);
    std::vector<std::string> persons;
    for (int row = 0; row < 100; ++row) persons.push_back(std::to_string(row / 4));  // 25 with four rows each
    data.add_texts("person", std::move(persons));
    Session<Approximate> session(ledger_in(folder, 3), std::move(data));
    const auto counted_persons = contributions_of("person", 1) >> count() >> laplace(Cost::ratio(1, 2));
    const auto by_sex = contributions_of("person", 2, "sex", 1) >>
                        for_each("sex", {"f", "m"}, rows() >> count() >> laplace(Cost::ratio(1, 4)));
    Plan plan;
    plan.add(counted_persons).add(by_sex);
    auto planned = session.carry_out(plan, millionth);
    const auto persons_seen = planned.release(counted_persons);
    EXPECT_NEAR(persons_seen.answer().value, 25, 60);
    EXPECT_EQ(persons_seen.statement().unit, "person, with all rows of one 'person'");
    const auto rows_seen = planned.release(by_sex).answer();
    EXPECT_NEAR(rows_seen[0].answer.value, 50, 100);
    EXPECT_NEAR(rows_seen[1].answer.value, 0, 100);
}

TEST(Plan, RefusesWhatHasNoPrice) {
    Plan plan;
    expect_throws(ErrorCode::invalid_argument, "1 to 1000000 mechanisms", [&] { return plan.loss(millionth); });
    expect_throws(ErrorCode::invalid_argument, "0 more measurements do not go into a plan of 0",
                  [&] { plan.add(counted(1), 0); });
    plan.add(counted(1));
    expect_throws(ErrorCode::invalid_argument, "1000000 more measurements", [&] { plan.add(counted(1), 1000000); });
    expect_throws(ErrorCode::invalid_argument, "delta is 0", [&] { return plan.loss(Cost()); });
}

}  // namespace
}  // namespace tacit::dp
