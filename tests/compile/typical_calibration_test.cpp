#include <gtest/gtest.h>

#include "tacit/base/hash.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/compile/cost.hpp"
#include "tacit/compile/counts.hpp"

namespace tacit::compile {
namespace {

TEST(TypicalCalibration, CoversEveryOperationAndLevelOfItsParameters) {
    const auto parameters = ckks::Parameters::create({.depth = 3});
    const Calibration typical = typical_calibration(parameters);
    EXPECT_EQ(typical.parameters, to_hex(parameters.fingerprint()));
    EXPECT_EQ(typical.levels, (std::vector{0, 1, 2, 3}));
    for (const auto& seconds : typical.seconds) {
        ASSERT_EQ(seconds.size(), typical.levels.size());
        for (std::size_t i = 0; i < seconds.size(); ++i) EXPECT_GT(seconds[i], i == 0 ? 0 : seconds[i - 1]);
    }
    EXPECT_LT(typical.at(TimedOperation::rotate_more, 3), typical.at(TimedOperation::rotate, 3));
    EXPECT_EQ(typical, typical_calibration(parameters));
}

/// A rotation takes its transforms at the speed of the calibration, whatever the ring.
TEST(TypicalCalibration, IsProportionalToTransforms) {
    const circuit::Circuit rotation = circuit::trace<1>([](auto x) { return rotate(x * x, 1); });
    double unit = 0;
    for (const std::size_t slots : {4096, 8192}) {
        const auto parameters = ckks::Parameters::create({.depth = 1, .min_slots = slots});
        const Plan plan(manage(rotation, slots), parameters);
        const auto of_each = transforms(plan, parameters);
        const auto seconds = typical_calibration(parameters).at(TimedOperation::rotate, 0);
        const double each = seconds / static_cast<double>(of_each.back()) /
                            (static_cast<double>(parameters.ring_dimension()) * parameters.log_ring_dimension());
        if (unit != 0) {
            EXPECT_NEAR(each, unit, 1e-9 * unit);
        }
        unit = each;
    }
}

}  // namespace
}  // namespace tacit::compile
