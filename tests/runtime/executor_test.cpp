#include "tacit/runtime/executor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "circuit/random_circuit.hpp"
#include "ckks/identical.hpp"
#include "ckks/make_parameters.hpp"
#include "runtime/run.hpp"
#include "tacit/base/error.hpp"
#include "tacit/base/log.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"

namespace tacit::runtime {
namespace {

constexpr std::size_t slots = 512;

std::vector<double> random_values(unsigned seed) {
    std::mt19937_64 generator(seed);
    std::uniform_real_distribution<double> uniform(-1, 1);
    std::vector<double> values(slots);
    for (double& x : values) x = uniform(generator);
    return values;
}

/// Values small enough for 2^8 at level 0.
circuit::Circuit random_circuit(std::uint64_t seed) {
    return circuit::RandomCircuit(seed, {.magnitude = 60, .depth = 4}).draw(12);
}

struct Encrypted {
    ckks::Parameters parameters;
    ckks::KeySet keys;
    std::vector<ckks::Ciphertext> inputs;
};

Encrypted encrypt(const compile::ManagedCircuit& program, const std::vector<std::vector<double>>& values) {
    const auto parameters =
        ckks::insecure_parameters_for_tests({.depth = program.depth(), .integer_bits = 8, .log_ring_dimension = 10});
    auto keys = ckks::generate_keys(parameters, program.key_request());
    const ckks::Encryptor encryptor(keys.secret_key);
    std::vector<ckks::Ciphertext> inputs;
    for (std::size_t i = 0; i < values.size(); ++i)
        inputs.push_back(encryptor.encrypt(values[i], program.input_levels()[i]));
    return {parameters, std::move(keys), std::move(inputs)};
}

/// The most results that so many tasks leave which stand together in a plan.
std::size_t most_left(const compile::Plan& plan, int tasks) {
    std::size_t most = 0;
    for (std::size_t begin = 0; begin < plan.tasks(); ++begin) {
        std::size_t left = 0;
        for (std::size_t i = begin; i < std::min(plan.tasks(), begin + static_cast<std::size_t>(tasks)); ++i) {
            left += plan.task(i).results.size();
        }
        most = std::max(most, left);
    }
    return most;
}

TEST(Executor, ComputesWhatThePlainMeaningSays) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        const circuit::Circuit circuit = random_circuit(seed);
        const std::vector<std::vector<double>> values{random_values(1), random_values(2), random_values(3)};
        circuit::Plain plain(slots, values);
        const auto expected = interpret(circuit, plain);
        const compile::ManagedCircuit program = compile::manage(circuit, slots);
        Encrypted data = encrypt(program, values);
        const auto outputs = execute(program, data.keys.evaluation_keys, std::move(data.inputs));
        const ckks::Decryptor decryptor(data.keys.secret_key);
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const auto decrypted = decryptor.decrypt(outputs[i]);
            const auto real = expected[i].real();
            for (std::size_t j = 0; j < slots; ++j)
                ASSERT_NEAR(decrypted[j], real[j], 1e-4) << "seed " << seed << ", slot " << j;
        }
    }
}

/// What a run of a circuit reports on these values, with keys of its own.
std::vector<std::string> report(LogLevel level, unsigned seed) {
    std::vector<std::string> lines;
    const ThreadLimit one(1);
    const auto circuit = circuit::trace<2>([](auto x, auto y) { return x * y + 0.5; });
    const Log log(level, [&](LogLevel, std::string_view line) { lines.emplace_back(line); });
    const compile::ManagedCircuit program = compile::manage(circuit, slots);
    Encrypted data = encrypt(program, {random_values(seed), random_values(seed + 1)});
    static_cast<void>(execute(program, data.keys.evaluation_keys, std::move(data.inputs)));
    return lines;
}

TEST(Executor, ReportsWhatItRunsButNothingOfKeysAndValues) {
    EXPECT_TRUE(report(LogLevel::quiet, 1).empty());
    const auto info = report(LogLevel::info, 1);
    ASSERT_EQ(info.size(), 3U);
    EXPECT_EQ(info[0], "manage: 5 values became 5 instructions of depth 1 for 512 slots, 0 refreshes among them");
    EXPECT_THAT(info[1], testing::StartsWith("execute: 5 instructions in 5 tasks under N = 2^10, depth 1"));
    EXPECT_EQ(info[2], "execute: done, 1 outputs");
    const auto debug = report(LogLevel::debug, 1);
    EXPECT_EQ(debug.size(), info.size() + 5);
    EXPECT_THAT(debug, testing::Contains(testing::AllOf(
                           testing::HasSubstr("executor_test.cpp:"),
                           testing::HasSubstr("mul (instruction 2) gave level 1, scale power 2, degree 2"))));
    EXPECT_EQ(report(LogLevel::debug, 7), debug) << "other keys and values give the same report";
}

TEST(Executor, GivesTheSameBitsForAnyNumberOfThreads) {
    const circuit::Circuit circuit = random_circuit(5);
    const compile::ManagedCircuit program = compile::manage(circuit, slots);
    Encrypted data = encrypt(program, {random_values(1), random_values(2), random_values(3)});
    const auto parallel = execute(program, data.keys.evaluation_keys, clones(data.inputs));
    const ThreadLimit one(1);
    const auto serial = execute(program, data.keys.evaluation_keys, clones(data.inputs));
    ASSERT_EQ(parallel.size(), serial.size());
    for (std::size_t i = 0; i < serial.size(); ++i) EXPECT_TRUE(identical(parallel[i], serial[i])) << "output " << i;
}

/// Every other rotation of the value times a vector, and a rotation of another value.
circuit::Circuit rotations() {
    return circuit::trace<2>([](auto a, auto b) {
        const auto value = a * b;
        std::optional<decltype(a)> sum;
        for (int steps = 1; steps <= 40; steps += 2) {
            const auto term = rotate(value, steps) * circuit::values({0.5, -1, 2, steps * 0.01});
            sum = sum ? *sum + term : term;
        }
        return *sum + (value + rotate(b, 3));
    });
}

TEST(Executor, SumsOfRotationsGiveWhatSingleOnesDo) {
    const auto program = compile::manage(rotations(), slots);
    Encrypted data = encrypt(program, {random_values(1), random_values(2)});
    const compile::Plan plan(program, data.parameters);
    std::size_t summed = 0;
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        for (const auto& sum : plan.task(task).sums) summed += sum.terms.size();
    }
    EXPECT_EQ(summed, 20u);
    // The same instructions one by one, by hand.
    const ckks::Evaluator evaluator(data.keys.evaluation_keys);
    const auto found = execute(plan, data.keys.evaluation_keys, clones(data.inputs));
    const auto value = evaluator.relinearize_rescale(evaluator.mul(data.inputs[0], data.inputs[1]));
    const ckks::Encoder encoder(data.parameters);
    std::optional<ckks::Ciphertext> sum;
    for (int steps = 1; steps <= 40; steps += 2) {
        const auto rotated = evaluator.rotate(value, steps);
        const auto mask = encoder.encode(std::vector{0.5, -1.0, 2.0, steps * 0.01}, value.level());
        const auto term = evaluator.mul(rotated, mask);
        sum = sum ? evaluator.add(*sum, term) : term.clone();
    }
    const ckks::Decryptor decryptor(data.keys.secret_key);
    const auto others =
        evaluator.add(evaluator.drop_level(value, 0), evaluator.rotate(evaluator.drop_level(data.inputs[1], 0), 3));
    const auto expected = decryptor.decrypt(evaluator.add(evaluator.rescale(*sum), others));
    const auto got = decryptor.decrypt(found[0]);
    for (std::size_t j = 0; j < slots; ++j) ASSERT_NEAR(got[j], expected[j], 1e-6) << j;
    const auto single = evaluator.rotate(value, 5);
    const auto together = evaluator.rotate_hoisted(value, std::vector{1, 5});
    EXPECT_TRUE(identical(single, together[1]));
    const ThreadLimit one(1);
    EXPECT_TRUE(identical(execute(plan, data.keys.evaluation_keys, clones(data.inputs))[0], found[0]));
}

/// Rotations with products and without, single and several sums over them, of one value and of several.
circuit::Circuit linear_maps() {
    return circuit::trace<3>([](auto a, auto b, auto c) {
        const auto square = a * b;
        std::vector<decltype(a)> found;
        for (int i = 0; i < 2; ++i) {
            auto sum = square * circuit::values({0.5, 1.0 * i});
            const auto side = i == 0 ? b : c;
            for (int j = 1; j < 9; ++j) sum -= rotate(square, j) * circuit::values({0.1 * i, 0.2 * j});
            found.push_back(rotate(sum, 16) * circuit::values({1, -1}) + conjugate(side) * 0.5 +
                            rotate(side, 3) * 0.25);
        }
        found.push_back(rotate(b, 5) + rotate(c, 7) - conjugate(a) + c);
        return found;
    });
}

TEST(Executor, LinearMapsAreWhatThePlainMeaningSays) {
    const circuit::Circuit circuit = linear_maps();
    const std::vector<std::vector<double>> values{random_values(1), random_values(2), random_values(3)};
    circuit::Plain plain(slots, values);
    const auto expected = interpret(circuit, plain);
    const compile::ManagedCircuit program = compile::manage(circuit, slots);
    Encrypted data = encrypt(program, values);
    const compile::Plan plan(program, data.parameters);
    std::size_t tasks = 0, sums = 0;
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        tasks += plan.task(task).sums.empty() ? 0U : 1U;
        sums += plan.task(task).sums.size();
    }
    EXPECT_EQ(tasks, 4u);
    EXPECT_EQ(sums, 5u);
    const auto outputs = execute(plan, data.keys.evaluation_keys, clones(data.inputs));
    const ckks::Decryptor decryptor(data.keys.secret_key);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const auto decrypted = decryptor.decrypt_complex(outputs[i]);
        for (std::size_t j = 0; j < slots; ++j) ASSERT_LT(std::abs(decrypted[j] - expected[i][j]), 1e-6) << i;
    }
    const ThreadLimit one(1);
    const auto serial = execute(plan, data.keys.evaluation_keys, std::move(data.inputs));
    for (std::size_t i = 0; i < serial.size(); ++i) EXPECT_TRUE(identical(outputs[i], serial[i])) << "output " << i;
}

TEST(Executor, OneThreadHoldsWhatThePlanSaysAndMoreThreadsABoundedNumberMore) {
    for (std::uint64_t seed = 0; seed < 24; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const auto circuit = seed == 0 ? linear_maps() : random_circuit(seed);
        const compile::ManagedCircuit program = compile::manage(circuit, slots);
        Encrypted data = encrypt(program, {random_values(1), random_values(2), random_values(3)});
        const compile::Plan plan(program, data.parameters);
        for (const int threads : {1, 2, 4}) {
            const ThreadLimit limit(threads);
            const Progress none;
            const Refresh no_refresh;
            runtime::Run run(plan, data.keys.evaluation_keys, clones(data.inputs), none, no_refresh);
            static_cast<void>(run.run());
            if (thread_count() == 1) {
                EXPECT_EQ(run.most_alive(), plan.most_alive());
            } else {
                EXPECT_LE(run.most_alive(), plan.most_alive() + most_left(plan, 4 * thread_count() - 1));
            }
        }
    }
}

TEST(Executor, ConstantsThatManyShareAreThoseOfEach) {
    constexpr std::size_t inputs = 24;  // products with one mask that are ready at the same time
    const auto mask = circuit::values({0.5, -1, 2, 0.25});
    const auto program = compile::manage(circuit::trace(inputs,
                                                        [&](std::span<const circuit::Expr> x) {
                                                            std::vector<circuit::Expr> products;
                                                            for (const auto& a : x) products.push_back(a * mask);
                                                            return products;
                                                        }),
                                         slots);
    std::vector<std::vector<double>> values;
    for (unsigned i = 0; i < inputs; ++i) values.push_back(random_values(i));
    Encrypted data = encrypt(program, values);
    const ckks::Evaluator evaluator(data.parameters);
    const auto encoded = ckks::Encoder(data.parameters).encode(std::vector{0.5, -1.0, 2.0, 0.25}, 1);
    const auto found = execute(program, data.keys.evaluation_keys, clones(data.inputs));
    for (std::size_t i = 0; i < inputs; ++i) {
        EXPECT_TRUE(identical(found[i], evaluator.rescale(evaluator.mul(data.inputs[i], encoded)))) << "product " << i;
    }
}

TEST(Executor, ACircuitForFewerSlotsRunsOnRepeatedValues) {
    constexpr std::size_t few = 8;
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const circuit::Circuit circuit = random_circuit(seed);
        std::vector<std::vector<double>> values{random_values(1), random_values(2), random_values(3)};
        for (auto& v : values) v.resize(few);
        circuit::Plain plain(few, values);
        const auto expected = interpret(circuit, plain);
        const compile::ManagedCircuit program = compile::manage(circuit, few);
        Encrypted data = encrypt(program, values);
        const auto outputs = execute(program, data.keys.evaluation_keys, std::move(data.inputs));
        const ckks::Decryptor decryptor(data.keys.secret_key);
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const auto decrypted = decryptor.decrypt(outputs[i]);
            for (std::size_t j = 0; j < slots; ++j) ASSERT_NEAR(decrypted[j], expected[i][j % few].real(), 1e-4) << j;
        }
    }
}

TEST(Executor, ReportsEveryInstructionOnce) {
    const compile::ManagedCircuit program = compile::manage(random_circuit(7), slots);
    Encrypted data = encrypt(program, {random_values(1), random_values(2), random_values(3)});
    std::size_t last = 0;
    static_cast<void>(execute(program, data.keys.evaluation_keys, std::move(data.inputs), [&](std::size_t done) {
        EXPECT_EQ(done, last + 1);
        last = done;
    }));
    EXPECT_EQ(last, program.instructions().size());
}

struct ExecutorErrors : ::testing::Test {
    compile::ManagedCircuit program =
        compile::manage(circuit::trace<2>([](auto a, auto b) { return rotate(a * b, 1); }), slots);
    Encrypted data = encrypt(program, {random_values(1), random_values(2)});

    void expect(ErrorCode code, const char* text, const ckks::EvaluationKeys& keys,
                std::vector<ckks::Ciphertext> inputs) const {
        try {
            static_cast<void>(execute(program, keys, std::move(inputs)));
            FAIL() << "nothing was thrown; expected: " << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), code);
            EXPECT_THAT(error.what(), testing::HasSubstr(text));
        }
    }
};

TEST_F(ExecutorErrors, TooFewInputs) {
    std::vector<ckks::Ciphertext> one;
    one.push_back(data.inputs[0].clone());
    expect(ErrorCode::invalid_argument, "1 ciphertexts given but the circuit has 2 inputs", data.keys.evaluation_keys,
           std::move(one));
}

TEST_F(ExecutorErrors, TooFewSlots) {
    const auto wide = compile::manage(circuit::trace<2>([](auto a, auto b) { return a * b; }), 2 * slots);
    try {
        static_cast<void>(execute(wide, data.keys.evaluation_keys, clones(data.inputs)));
        FAIL() << "1024 slots were accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
        EXPECT_THAT(error.what(), testing::HasSubstr("managed for 1024 slots but the parameters have 512"));
    }
}

TEST_F(ExecutorErrors, WrongLevel) {
    auto inputs = clones(data.inputs);
    inputs[1] = ckks::Evaluator(data.parameters).drop_level(inputs[1], 0);
    expect(ErrorCode::invalid_argument, "input 1 has level 0", data.keys.evaluation_keys, std::move(inputs));
}

TEST_F(ExecutorErrors, MissingRotationKey) {
    Rng rng = Rng::from_system();
    const auto keys = ckks::EvaluationKeys::generate(data.keys.secret_key, {.rotations = {2}}, rng);
    expect(ErrorCode::missing_key, "rotates by 1", keys, clones(data.inputs));
}

TEST_F(ExecutorErrors, MissingRelinearisationKey) {
    Rng rng = Rng::from_system();
    const auto keys =
        ckks::EvaluationKeys::generate(data.keys.secret_key, {.relinearization = false, .rotations = {1}}, rng);
    expect(ErrorCode::missing_key, "no relinearisation key", keys, clones(data.inputs));
}

TEST_F(ExecutorErrors, ForeignParameters) {
    const auto others = ckks::insecure_parameters_for_tests({.depth = 3, .log_ring_dimension = 10});
    const auto keys = ckks::generate_keys(others, program.key_request());
    expect(ErrorCode::parameter_mismatch, "other parameters", keys.evaluation_keys, clones(data.inputs));
}

TEST_F(ExecutorErrors, AConstantThatDoesNotFitItsLevel) {
    const auto large = circuit::values({1, 1e30});
    program = compile::manage(circuit::trace<2>([&](auto a, auto b) {
                                  return std::vector{a * large, b * large};
                              }),
                              slots);
    expect(ErrorCode::invalid_argument, "encode: a scaled value needs 138.7 bits", data.keys.evaluation_keys,
           clones(data.inputs));
}

TEST_F(ExecutorErrors, WhatTheProgressCallThrowsEndsTheRun) {
    const auto stop = [](std::size_t) { throw Error(ErrorCode::interrupted, "stopped"); };
    EXPECT_THROW(static_cast<void>(execute(program, data.keys.evaluation_keys, clones(data.inputs), stop)), Error);
}

}  // namespace
}  // namespace tacit::runtime
