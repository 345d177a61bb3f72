#include "tacit/circuit/cost.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tacit/circuit/trace.hpp"

namespace tacit::circuit {
namespace {

double weighted(double weight, int levels) { return weight * std::pow(levels + 2, 1.5); }

TEST(EstimatedCost, ChargesKeySwitchesByTheLevelsThatTheyStillNeed) {
    const Circuit late = trace<1>([](auto x) { return rotate(x * x, 1); });
    EXPECT_DOUBLE_EQ(estimated_cost(late), weighted(0.1, 1) + weighted(1.1, 0) + weighted(1, 0));
    const Circuit early = trace<1>([](auto x) { return rotate(x, 1) * x; });
    EXPECT_DOUBLE_EQ(estimated_cost(early), weighted(0.1, 1) + weighted(1, 1) + weighted(1.1, 0));
}

TEST(EstimatedCost, OfConstantsAndOfWhatNoOutputNeedsIsSmallOrNothing) {
    Builder builder;
    const auto x = builder.input("x");
    static_cast<void>(builder.mul(x, x));
    builder.output(builder.mul(x, builder.constant(std::vector<double>{2, 3})), "y");
    EXPECT_DOUBLE_EQ(estimated_cost(std::move(builder).finish()), weighted(0.1, 1) + weighted(0.1, 0));
}

}  // namespace
}  // namespace tacit::circuit
