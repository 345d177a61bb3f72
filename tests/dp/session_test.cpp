#include "tacit/dp/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "base/throws.hpp"
#include "dp/folder.hpp"
#include "tacit/dp/mechanisms.hpp"

namespace tacit::dp {
namespace {

TEST(Session, CountsAndSumsAColumnUntilTheBudgetIsSpent) {
    const Folder folder;
    Dataset data;
    data.add_numbers("wage", {100, 200, 300, std::nan(""), 1e9});
    data.add_texts("sex", {"f", "m", "f", "m", "f"});
    Session<Pure> session(
        Ledger::create(folder / "wages", {.data_set = "wages", .budget = {.epsilon = Cost::ratio(100, 1)}}),
        std::move(data));
    const auto wages = number("wage") >> clamp(0, 1000, Cost::ratio(1, 1));
    const auto total = session.release(wages >> sum() >> laplace(Cost::ratio(50, 1)));
    EXPECT_NEAR(total.answer().value, 1600, 1500);
    EXPECT_EQ(total.statement().spent.epsilon, Cost::ratio(50, 1));
    const auto women = session.release(where("sex", "f") >> count() >> laplace(Cost::ratio(30, 1)));
    EXPECT_EQ(women.answer().value, 3);
    EXPECT_EQ(message_of(ErrorCode::budget_exceeded,
                         [&] { (void)session.release(rows() >> count() >> laplace(Cost::ratio(21, 1))); }),
              "a release of epsilon 21 does not fit: epsilon 20 is left of epsilon 100 for 'wages'; ask for less, or "
              "for nothing more: what is spent does not come back");
}

/// A session on rows 1 .. 1000 in column x.
Session<Pure> thousand(const Folder& folder, std::uint64_t epsilon, std::uint64_t rows_per_unit = 1) {
    std::vector<double> values(1000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i + 1);
    Dataset data;
    data.add_numbers("x", std::move(values));
    return {Ledger::create(folder / "ledger", {.data_set = "thousand",
                                               .rows_per_unit = rows_per_unit,
                                               .budget = {.epsilon = Cost::ratio(epsilon, 1)}}),
            std::move(data)};
}

TEST(Session, QuotesWithoutSpending) {
    const Folder folder;
    const auto session = thousand(folder, 1, 2);
    const Quote quote = session.quote(rows() >> count() >> laplace(Cost::ratio(3, 4)));
    EXPECT_EQ(quote.loss.epsilon, Cost::ratio(3, 2));  // a unit has up to two rows
    EXPECT_FALSE(quote.fits);
    EXPECT_EQ(quote.left.epsilon, Cost::ratio(1, 1));
    EXPECT_EQ(quote.noise.at(0).of, "count");
    EXPECT_TRUE(session.ledger().contents().entries.empty());
}

TEST(Session, StatesUnitNeighboursLossStepsAdversaryAndHead) {
    const Folder folder;
    auto session = thousand(folder, 10, 3);
    const auto released = session.release(number("x") >> clamp(0, 10, Cost::ratio(1, 1)) >> mean(Cost::ratio(1, 1)));
    const Statement& said = released.statement();
    EXPECT_EQ(said.unit, "person, with at most 3 rows");
    EXPECT_EQ(said.neighbours, "all rows of one person are there or not");
    EXPECT_EQ(said.loss.epsilon, Cost::ratio(3, 1));
    EXPECT_THAT(
        said.steps,
        testing::ElementsAre("column 'x'", "clamped to 0 to 10 in steps of 1, rows without a number left out", "mean"));
    EXPECT_THAT(said.adversary, testing::HasSubstr("measures how long"));
    EXPECT_EQ(said.ledger_head, to_hex(session.ledger().contents().head));
}

TEST(Session, SpendsNothingForAQuestionThatTheDataDoNotHave) {
    const Folder folder;
    auto session = thousand(folder, 1);
    expect_throws(ErrorCode::invalid_argument, "has no column 'y' of numbers; its columns are: x", [&] {
        return session.release(number("y") >> clamp(0, 10, Cost::ratio(1, 1)) >> mean(Cost::ratio(1, 1)));
    });
    expect_throws(ErrorCode::invalid_argument, "has no column 'x' of texts",
                  [&] { return session.release(text("x") >> tally({"a"}) >> laplace(Cost::ratio(1, 1))); });
    EXPECT_TRUE(session.ledger().contents().entries.empty());
}

TEST(Session, IsForTheLedgersMeasureAndRelation) {
    const Folder folder;
    (void)Ledger::create(folder / "l", {.data_set = "a", .budget = {.epsilon = Cost::ratio(1, 1)}});
    expect_throws(ErrorCode::parameter_mismatch,
                  "counts pure loss for neighbours that add or remove rows, the session "
                  "zcdp loss",
                  [&] { return Session<Zcdp>(Ledger::open(folder / "l"), Dataset()); });
    expect_throws(ErrorCode::parameter_mismatch, "for those that change",
                  [&] { return Session<Pure, ChangeOne>(Ledger::open(folder / "l"), Dataset()); });
}

TEST(Session, ReleasesUnderTheOtherMeasures) {
    const Folder folder;
    Session<Zcdp, ChangeOne> session(Ledger::create(folder / "l", {.data_set = "a",
                                                                   .neighbours = Neighbours::change_one,
                                                                   .measure = Measure::zcdp,
                                                                   .budget = {.rho = Cost::ratio(1, 1)}}),
                                     [] {
                                         Dataset data;
                                         data.add_texts("t", {"a", "b", "a"});
                                         return data;
                                     }());
    const auto counts = session.release(text<ChangeOne>("t") >> tally({"a", "b"}) >> gaussian(Cost::ratio(1, 2)));
    EXPECT_EQ(counts.answer().size(), 2U);
    EXPECT_EQ(counts.statement().loss.rho, Cost::ratio(1, 2));
    EXPECT_THAT(counts.statement().neighbours, testing::HasSubstr("their number is public"));
}

TEST(Dataset, RefusesColumnsOfOneNameOrOfAnotherLength) {
    Dataset data;
    data.add_numbers("x", {1, 2});
    data.add_texts("x", {"a", "b"});  // another kind
    expect_throws(ErrorCode::invalid_argument, "has a column 'x' already", [&] {
        data.add_numbers("x", {1, 2});
        return 0;
    });
    expect_throws(ErrorCode::invalid_argument, "not as long as the data set", [&] {
        data.add_texts("y", {"a"});
        return 0;
    });
}

TEST(AboveThreshold, SaysWhichTotalIsTheFirstAboveAndEndsThere) {
    const Folder folder;
    auto session = thousand(folder, 100);
    const auto below = [](double high) { return number("x") >> clamp(0, high, Cost::ratio(1, 1)) >> sum(); };
    auto watch = session.above_threshold(300000, 1, 1000, Cost::ratio(100, 1));
    EXPECT_FALSE(watch.ask(below(10)));
    EXPECT_FALSE(watch.ask(rows() >> count()));
    expect_throws(ErrorCode::invalid_argument, "moves by 2000 units of 1 was asked, 1000 of 1 paid for",
                  [&] { return watch.ask(below(2000)); });
    auto moved = std::move(watch);
    EXPECT_TRUE(moved.ask(below(1000)));  // 500500
    expect_throws(ErrorCode::invalid_argument, "is at its end", [&] { return moved.ask(below(1000)); });
    expect_throws(ErrorCode::invalid_argument, "is at its end", [&] { return watch.ask(below(10)); });  // NOLINT: moved
    EXPECT_EQ(session.ledger().contents().entries.size(), 1U);
    EXPECT_TRUE(session.ledger().contents().left.epsilon.is_zero());
    expect_throws(ErrorCode::invalid_argument, "cannot be watched",
                  [&] { return session.above_threshold(1e300, 1, 1, Cost::ratio(1, 1)); });
}

}  // namespace
}  // namespace tacit::dp
