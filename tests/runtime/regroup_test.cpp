// Sums in another order: here, because the bits of a run are what counts.
#include "tacit/compile/regroup.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/throws.hpp"
#include "circuit/random_circuit.hpp"
#include "ckks/identical.hpp"
#include "ckks/make_parameters.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/runtime/executor.hpp"

namespace tacit::compile {
namespace {

/// Sums of products, of rotations (which the plan divides by P once), of shared values, and of both degrees.
circuit::Circuit sums() {
    return circuit::trace<3>([](auto a, auto b, auto c) {
        auto long_sum = a * b;
        for (int i = 1; i < 12; ++i) long_sum += rotate(a, i) * rotate(c, i);
        auto turned = rotate(b, 1);
        for (int i = 2; i < 9; ++i) turned += rotate(b, i);
        const auto shared = a + b + c;
        return std::vector{long_sum + rotate(long_sum, 3), turned * c + a, shared + shared + b, shared * shared};
    });
}

TEST(RegroupSums, GivesTheSameBitsForAllGroups) {
    std::vector<circuit::Circuit> circuits{sums()};
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        circuits.push_back(circuit::RandomCircuit(seed, {.magnitude = 60, .depth = 4}).draw(15));
    }
    std::mt19937 random(5);
    std::size_t moved = 0;
    for (const auto& circuit : circuits) {
        const auto program = manage(circuit, 512);
        const auto parameters = ckks::insecure_parameters_for_tests(
            {.depth = program.depth(), .integer_bits = 8, .log_ring_dimension = 10});
        const auto keys = ckks::generate_keys(parameters, program.key_request());
        const ckks::Encryptor encryptor(keys.secret_key);
        std::vector<ckks::Ciphertext> inputs;
        for (const int level : program.input_levels()) {
            inputs.push_back(
                encryptor.encrypt(std::vector<double>(512, 0.1 * static_cast<double>(inputs.size())), level));
        }
        const Plan plan(program, parameters);
        const auto expected = runtime::execute(plan, keys.evaluation_keys, clones(inputs));
        for (const unsigned groups : {1U, 2U, 3U, 7U}) {
            std::vector<std::uint32_t> group_of(program.instructions().size());
            for (auto& group : group_of) group = static_cast<std::uint32_t>(random() % groups);
            const Regrouped found = regroup_sums(plan, parameters, group_of);
            EXPECT_EQ(found.groups.size(), program.instructions().size());
            EXPECT_EQ(found.plan.tasks(), plan.tasks());
            moved += !(found.plan.program() == program);
            const auto outputs = runtime::execute(found.plan, keys.evaluation_keys, clones(inputs));
            for (std::size_t i = 0; i < outputs.size(); ++i) {
                EXPECT_TRUE(identical(outputs[i], expected[i])) << groups << " groups, output " << i;
            }
        }
    }
    EXPECT_GT(moved, 2U) << "nothing was put in another order";
}

TEST(RegroupSums, AddsUpWithinGroupsFirst) {
    const auto program = manage(circuit::trace<2>([](auto a, auto b) {
                                    auto sum = a * b;
                                    for (int i = 1; i < 8; ++i) sum += rotate(a, i) * b;
                                    return sum;
                                }),
                                512);
    const auto parameters = ckks::insecure_parameters_for_tests({.depth = 1, .log_ring_dimension = 10});
    const Plan plan(program, parameters);
    const auto found_sums = plain_sums(plan);
    ASSERT_EQ(found_sums.size(), 1U);
    ASSERT_EQ(found_sums[0].terms.size(), 8U);
    EXPECT_EQ(found_sums[0].additions.size(), 7U);
    std::vector<std::uint32_t> groups(program.instructions().size());
    for (std::size_t k = 0; k < 8; ++k) groups[found_sums[0].terms[k]] = k % 2;  // alternating
    const Regrouped found = regroup_sums(plan, parameters, groups);
    int crossings = 0;
    for (std::size_t i = 0; i < found.groups.size(); ++i) {
        const Instruction& n = found.plan.program().instructions()[i];
        if (n.step == Step::add) crossings += found.groups[n.lhs] != found.groups[n.rhs];
    }
    EXPECT_EQ(crossings, 1);
    expect_throws(ErrorCode::invalid_argument, "regroup_sums: 3 groups for", [&] {
        return regroup_sums(plan, parameters, {0, 0, 0});
    });
}

}  // namespace
}  // namespace tacit::compile
