#include "tacit/compile/counts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ckks/make_parameters.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/compile/interpret.hpp"

namespace tacit::compile {
namespace {

ManagedCircuit example() {
    return manage(circuit::trace<2>([](auto x, auto y) {
                      const auto score = (x * y + x * x) * circuit::values({1, 0.5});  // levels 2 and 1
                      return score + rotate(score, 1) - conjugate(y) + 0.3 * rotate(x, 2);
                  }),
                  8);
}

TEST(Counts, TellKindsAndLevelsApart) {
    const CountsByLevel counts = count_operations(example());
    ASSERT_EQ(counts.levels.size(), 3U);
    const LevelCounts& two = counts.levels[2];
    EXPECT_EQ(two.products, 2U);
    EXPECT_EQ(two.additions, 1U);
    EXPECT_EQ(two.relinearizations, 1U) << "of the sum";
    EXPECT_EQ(two.rescalings, 1U);
    EXPECT_EQ(two.level_drops, 2U) << "x to level 1, y to level 0";
    const LevelCounts& one = counts.levels[1];
    EXPECT_EQ(one.constant_products, 2U);
    EXPECT_EQ(one.rotations, 1U);
    EXPECT_EQ(one.rescalings, 2U);
    EXPECT_EQ(one.key_switches(), 1U);
    const LevelCounts& zero = counts.levels[0];
    EXPECT_EQ(zero.rotations, 1U);
    EXPECT_EQ(zero.conjugations, 1U);
    EXPECT_EQ(zero.additions, 3U);
    EXPECT_EQ(counts.total().key_switches(), 4U);
}

TEST(Counts, AgreeWithTheManagedCircuitAndTheCircuit) {
    const auto circuit = circuit::trace<2>([](auto x, auto y) { return -(x * y) * (x - y) + rotate(y, 1); });
    const ManagedCircuit program = manage(circuit, 8);
    const LevelCounts total = count_operations(program).total();
    const auto written = circuit::operation_count(circuit);
    EXPECT_EQ(total.products, written.products());
    EXPECT_EQ(total.rotations, written.rotations());
    EXPECT_EQ(total.additions, written.additions());
    EXPECT_EQ(total.negations, written.negations());
    EXPECT_EQ(total.level_drops, program.count(Step::drop_level));
    EXPECT_EQ(total.transforms, 0U);
}

TEST(Counts, TransformsByHand) {
    // Depth 4: 5 primes in 3 digits of 2, 2 and 1 and, as a digit of two primes takes, 2 special primes.
    const auto parameters =
        ckks::insecure_parameters_for_tests({.depth = 4, .integer_bits = 5, .log_ring_dimension = 10, .digits = 3});
    ASSERT_EQ(parameters.primes().size(), 5U);
    ASSERT_EQ(parameters.special_primes().size(), 2U);
    const ManagedCircuit program = manage(circuit::trace<1>([](auto x) {
                                              return rotate(x, 1) * rotate(x, 1) * circuit::values({1, 2}) * 0.3 * 0.4;
                                          }),
                                          parameters.slots());
    const auto found = transforms(Plan(program, parameters), parameters);
    // A key switch, of 5 primes: 5 inverse for the digits; 7 - 2, 7 - 2 and 7 - 1 forward; the division by 2 primes:
    // 2 x 2 inverse, 2 x 5 forward, or by 3 primes for the product: 2 x 3 and 2 x 4.
    EXPECT_THAT(found, testing::ElementsAre(0, 35, 0, 35, 4, 8, 0, 6, 0, 4));
    const CountsByLevel counts = count_operations(Plan(program, parameters), parameters);
    EXPECT_EQ(counts.levels[4].transforms, 70U);
    EXPECT_EQ(counts.total().transforms, 92U);
}

TEST(Counts, VectorConstantsAreEncodedOnceForEachLevelAndScalePower) {
    const auto parameters = ckks::insecure_parameters_for_tests({.depth = 2, .log_ring_dimension = 10});
    const ManagedCircuit program = manage(circuit::trace<2>([](auto x, auto y) {
                                              const auto mask = circuit::values({1, 0});
                                              return (x * mask + y * mask + mask + 0.5) * mask;
                                          }),
                                          parameters.slots());
    const auto found = encodings(program);
    ASSERT_EQ(found.size(), 3U);  // both products at level 2; the sum, not yet rescaled; the last product
    std::vector<std::size_t> users;
    const auto performed = transforms(Plan(program, parameters), parameters);
    for (const auto& [needed, instructions] : found) {
        users.push_back(instructions.size());
        for (const std::uint32_t n : instructions) {
            EXPECT_EQ(encoding(program, program.instructions()[n]), needed);
            EXPECT_EQ(performed[n], n == instructions.front() ? parameters.limbs(needed.level) : 0);
        }
    }
    EXPECT_THAT(users, testing::ElementsAre(1, 2, 1));  // levels 1, 2, 2; the last at scale power 2
    EXPECT_EQ(found.rbegin()->first.scale_power, 2);
}

TEST(Counts, HaveATextForPrograms) {
    const auto read = nlohmann::json::parse(to_json(count_operations(example())));
    EXPECT_EQ(read["format"], "tacit operation counts");
    EXPECT_EQ(read["version"], 1);
    ASSERT_EQ(read["levels"].size(), 3U);
    EXPECT_EQ(read["levels"][2]["level"], 2);
    EXPECT_EQ(read["levels"][2]["products"], 2);
    EXPECT_EQ(read["total"]["key_switches"], 4);
    EXPECT_EQ(to_json({}),
              R"({"format":"tacit operation counts","version":1,"levels":[],"total":{"products":0,)"
              R"("constant_products":0,"additions":0,"negations":0,"key_switches":0,"relinearizations":0,)"
              R"("rotations":0,"conjugations":0,"rescalings":0,"level_drops":0,"refreshes":0,"transforms":0}})");
}

TEST(InterpretProgram, GivesEveryInstructionTheValueItStandsFor) {
    const ManagedCircuit program = example();
    const std::vector<std::vector<double>> inputs{{1, 2, 3, 4, 5, 6, 7, 8}, {8, 7, 6, 5, 4, 3, 2, 1}};
    circuit::Plain of_circuit(8, inputs), of_program(8, inputs);
    const auto expected = interpret_nodes(program.circuit(), of_circuit);
    std::vector<circuit::Slots> found;
    interpret(program, of_program, [&](std::uint32_t, const circuit::Slots& value) { found.push_back(value); });
    ASSERT_EQ(found.size(), program.instructions().size());
    EXPECT_EQ(found[program.outputs()[0]], expected[program.circuit().outputs()[0].index]);
    for (std::size_t n = 0; n < found.size(); ++n) {
        EXPECT_EQ(found[n], expected[program.instructions()[n].source.index]) << "instruction " << n;
    }
}

}  // namespace
}  // namespace tacit::compile
