#include "tacit/cluster/schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "base/throws.hpp"
#include "ckks/make_parameters.hpp"
#include "cluster/routes.hpp"
#include "cluster/tiled.hpp"
#include "tacit/circuit/refresh.hpp"
#include "tacit/compile/parameters.hpp"

namespace tacit::cluster {
namespace {

struct Setting {
    explicit Setting(const circuit::Circuit& circuit)
        : program(compile::manage(circuit, 512)),
          parameters(ckks::insecure_parameters_for_tests({.depth = program.depth(), .log_ring_dimension = 10})),
          plan(program, parameters),
          calibration(compile::typical_calibration(parameters)) {}
    [[nodiscard]] Schedule schedule(int ranks, const Network& network = {}) const {
        return make_schedule(plan, parameters, calibration, ranks, network);
    }

    compile::ManagedCircuit program;
    ckks::Parameters parameters;
    compile::Plan plan;
    compile::Calibration calibration;
};

constexpr Network fast{.seconds_per_message = 1e-7, .bytes_per_second = 1e12};
constexpr Network slow{.seconds_per_message = 1, .bytes_per_second = 1e3};

TEST(Schedule, OneRankDoesEverythingInTheSumOfAllTasks) {
    const Setting setting(tiled<16>());
    const Schedule found = setting.schedule(1);
    const double all = compile::predict_duration(setting.plan, setting.parameters, setting.calibration).seconds;
    EXPECT_NEAR(found.predicted.seconds, all, 1e-9 * all);
    EXPECT_EQ(found.predicted.bytes, 0U);
    EXPECT_THAT(found.rank_of, testing::Each(0));
}

TEST(Schedule, TilesAreSharedOutAndTheirSumsMeet) {
    const Setting setting(tiled<16>());
    for (const auto& [ranks, speed_up] : {std::pair(2, 1.7), std::pair(4, 2.8), std::pair(8, 4.5)}) {
        const Schedule found = setting.schedule(ranks, fast);
        const Prediction& predicted = found.predicted;
        EXPECT_GT(predicted.serial_seconds / predicted.seconds, speed_up) << ranks;
        for (const double busy : predicted.busy) {
            EXPECT_NEAR(busy, predicted.serial_seconds / ranks, 0.2 * predicted.serial_seconds / ranks);
        }
        // Twice: each rank but one sends its partial sum; once (the first start is an input) v comes back.
        EXPECT_LE(predicted.messages, static_cast<std::uint64_t>(4 * ranks)) << "sums cross, not terms";
    }
}

TEST(Schedule, WhereTheNetworkIsSlowOneMachineDoesAll) {
    const Setting setting(tiled<16>());
    const Schedule found = setting.schedule(4, slow);
    EXPECT_EQ(found.predicted.messages, 0U);
    EXPECT_EQ(std::set(found.rank_of.begin(), found.rank_of.end()).size(), 1U);
}

TEST(Schedule, IsTheSameEveryTimeAndTellsDifferencesApart) {
    const Setting setting(tiled<16>());
    EXPECT_EQ(setting.schedule(3).digest(), setting.schedule(3).digest());
    EXPECT_NE(setting.schedule(3, fast).digest(), setting.schedule(2, fast).digest());
    EXPECT_NE(setting.schedule(3).digest(), Setting(tiled<15>()).schedule(3).digest());
}

TEST(Schedule, PortionsCoverThePlanAndEveryArrivalIsSent) {
    const Setting setting(tiled<16>());
    const Schedule found = setting.schedule(3, fast);
    const Routes routes = find_routes(found.plan, found.rank_of);
    std::set<std::uint32_t> tasks;
    std::set<std::size_t> inputs;
    std::set<int> rotations;
    for (std::uint32_t rank = 0; rank < 3; ++rank) {
        const runtime::Portion portion = portion_of(found.plan, found.rank_of, routes, rank);
        EXPECT_EQ(portion.gives_outputs, rank == 0);
        for (const std::uint32_t task : portion.tasks) EXPECT_TRUE(tasks.insert(task).second);
        for (const std::uint32_t value : portion.arriving) {
            if (routes.owner[value] == Routes::everybody) continue;
            EXPECT_NE(routes.owner[value], rank);
            EXPECT_THAT(routes.targets[value], testing::Contains(rank));
        }
        const Needs needs = needs_of(found, static_cast<int>(rank));
        EXPECT_LT(needs.inputs.size(), 10U) << "a third of the tiles, and the start";
        inputs.insert(needs.inputs.begin(), needs.inputs.end());
        rotations.insert(needs.keys.rotations.begin(), needs.keys.rotations.end());
    }
    EXPECT_EQ(tasks.size() + 17, found.plan.tasks());
    EXPECT_EQ(inputs.size(), 17U);
    const auto all = setting.program.key_request().rotations;
    EXPECT_EQ(rotations, std::set<int>(all.begin(), all.end()));
}

TEST(Schedule, RefusesWhatItCannotDo) {
    const Setting setting(tiled<3>());
    const auto invalid = ErrorCode::invalid_argument;
    expect_throws(invalid, "make_schedule: 0 ranks; use 1 to 1024", [&] { return setting.schedule(0); });
    expect_throws(invalid, "make_schedule: 1025 ranks", [&] { return setting.schedule(1025); });
    const Setting refreshing(circuit::trace<1>([](auto x) { return refresh(x * x) * x; }));
    expect_throws(invalid, "1 refreshes, which several machines do not do", [&] { return refreshing.schedule(2); });
}

}  // namespace
}  // namespace tacit::cluster
