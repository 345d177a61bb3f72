#include "tacit/runtime/calibrate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "ckks/make_parameters.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::runtime {
namespace {

TEST(Calibrate, MeasuresEveryOperationAtLevelsFromTheLowestToTheHighest) {
    for (const int depth : {0, 3, 12}) {
        const auto parameters = ckks::insecure_parameters_for_tests({.depth = depth, .log_ring_dimension = 10});
        const compile::Calibration found = calibrate(parameters);
        EXPECT_EQ(found.parameters, to_hex(parameters.fingerprint()));
        EXPECT_EQ(found.threads, thread_count());
        EXPECT_EQ(found.levels.front(), 0);
        EXPECT_EQ(found.levels.back(), depth);
        EXPECT_EQ(found.levels.size(), static_cast<std::size_t>(std::min(depth, 8) + 1));
        EXPECT_EQ(compile::parse_calibration(compile::to_json(found)).value(), found);
        for (const int level : found.levels) {
            EXPECT_GT(found.at(compile::TimedOperation::rotate, level), 0);
            EXPECT_GT(found.at(compile::TimedOperation::add_vector, level), 0);
            if (level == 0) continue;
            EXPECT_GT(found.at(compile::TimedOperation::relinearize_rescale, level), 0);
        }
    }
}

}  // namespace
}  // namespace tacit::runtime
