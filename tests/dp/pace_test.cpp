#include "tacit/dp/pace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/throws.hpp"
#include "dp/folder.hpp"
#include "tacit/dp/mechanisms.hpp"
#include "tacit/dp/plan.hpp"

namespace tacit::dp {
namespace {

using std::chrono::milliseconds;

TEST(Pace, TicksWhereNoDataMovesIt) {
    const Pace pace = Pace::every(milliseconds(250));
    const auto first = pace.next_tick(Pace::Clock::now() + milliseconds(300));
    for (int after = 1; after <= 250; ++after) {
        EXPECT_EQ(pace.next_tick(first + milliseconds(after)), first + milliseconds(250));
    }
    EXPECT_EQ(pace.next_tick(first), first);
    const auto moment = Pace::Clock::now();
    EXPECT_EQ(Pace().next_tick(moment), moment);
}

TEST(Pace, RefusesPeriodsOutOfRange) {
    expect_throws(ErrorCode::invalid_argument, "every 0 ms; take 1 ms to 1 hour",
                  [] { return Pace::every(milliseconds(0)).period(); });
    expect_throws(ErrorCode::invalid_argument, "every 3600001 ms",
                  [] { return Pace::every(milliseconds(3600001)).period(); });
}

TEST(Pace, IsKeptByEveryAnswerAndStated) {
    const Folder folder;
    const Cost one = Cost::ratio(1, 1);
    const auto chain = rows() >> count() >> laplace(one);
    const auto early = [](const Pace& pace, Pace::Clock::time_point start) {
        return Pace::Clock::now() < pace.next_tick(start);
    };
    const Pace pace = Pace::every(milliseconds(20));
    Dataset people;
    people.add_numbers("x", {1, 2, 3});
    Session<Pure> session(Ledger::create(folder / "pure", {.data_set = "x", .budget = {.epsilon = Cost::ratio(2, 1)}}),
                          std::move(people), pace);
    auto start = Pace::Clock::now();
    const auto released = session.release(chain);
    EXPECT_FALSE(early(pace, start));
    EXPECT_THAT(released.statement().adversary, testing::HasSubstr("after how many ticks of 20 ms"));
    auto watched = session.above_threshold(1000, 1, 1, one);
    start = Pace::Clock::now();
    EXPECT_FALSE(watched.ask(rows() >> count()));
    EXPECT_FALSE(early(pace, start));
    Session<Approximate> other(
        Ledger::create(folder / "planned", {.data_set = "x",
                                            .measure = Measure::approximate,
                                            .budget = {.epsilon = one, .delta = Cost::ratio(1, 1000)}}),
        Dataset(), pace);
    Plan plan;
    plan.add(chain);
    auto planned = other.carry_out(plan, Cost::ratio(1, 1000));
    start = Pace::Clock::now();
    EXPECT_THAT(planned.release(chain).statement().adversary, testing::HasSubstr("ticks of 20 ms"));
    EXPECT_FALSE(early(pace, start));
}

}  // namespace
}  // namespace tacit::dp
