#include "tacit/dp/session.hpp"

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

}  // namespace
}  // namespace tacit::dp
