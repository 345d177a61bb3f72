#include "tacit/runtime/debug.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <thread>

#include "ckks/identical.hpp"
#include "ckks/make_parameters.hpp"
#include "tacit/base/error.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/serialization.hpp"
#include "tacit/runtime/executor.hpp"

namespace tacit::runtime {
namespace {

using Complexes = std::vector<std::complex<double>>;
constexpr std::size_t slots = 512;

Complexes random_values(unsigned seed) {
    std::mt19937_64 generator(seed);
    std::uniform_real_distribution<double> uniform(-1, 1);
    Complexes values(slots);
    for (auto& z : values) z = {uniform(generator), seed % 2 == 0 ? uniform(generator) : 0};
    return values;
}

circuit::Circuit random_circuit(unsigned seed) {
    std::mt19937 generator(seed);
    return circuit::trace(3, [&](std::span<const circuit::Expr> inputs) {
        std::vector<circuit::Expr> values(inputs.begin(), inputs.end());
        const auto pick = [&] {
            return values[values.size() - 1 - generator() % std::min<std::size_t>(values.size(), 5)];
        };
        for (int i = 0; i < 14; ++i) {
            switch (generator() % 9) {
                case 0: values.push_back(pick() + pick()); break;
                case 1: values.push_back(pick() - 0.75 * pick()); break;
                case 2:
                case 3: values.push_back(pick() * pick()); break;
                case 4: values.push_back(rotate(pick(), static_cast<int>(generator() % 9) - 4)); break;
                case 5: values.push_back(pick() * 0.3 + 0.6); break;
                case 6: values.push_back(0.5 - pick() * circuit::values({0.5, -0.7})); break;
                case 7: values.push_back(conjugate(pick())); break;
                case 8: values.push_back(pick() * pick() - pick()); break;
            }
        }
        return std::vector{values.back(), pick()};
    });
}

struct Setting {
    compile::ManagedCircuit program;
    ckks::Parameters parameters;
    mutable Rng rng;
    ckks::SecretKey secret_key;
    ckks::PublicKey public_key;
    ckks::EvaluationKeys keys;
    std::vector<Complexes> values;

    Setting(const circuit::Circuit& circuit, std::vector<Complexes> data, const ckks::ParameterSpec& spec = {},
            unsigned seed = 0, std::size_t width = slots)
        : program(compile::manage(circuit, width)),
          parameters(make(spec, program)),
          rng(Seed{std::byte(seed)}),
          secret_key(ckks::SecretKey::generate(parameters, rng)),
          public_key(ckks::PublicKey::generate(secret_key, rng)),
          keys(ckks::EvaluationKeys::generate(secret_key, program.key_request(), rng)),
          values(std::move(data)) {}

    static ckks::Parameters make(ckks::ParameterSpec spec, const compile::ManagedCircuit& program) {
        spec.depth = program.depth();
        spec.log_ring_dimension = 10;
        return ckks::insecure_parameters_for_tests(spec);
    }
    [[nodiscard]] std::vector<ckks::Ciphertext> encrypt(compile::Encryption encryption = {}) const {
        const ckks::Encryptor encryptor =
            encryption == compile::Encryption::secret_key ? ckks::Encryptor(secret_key) : ckks::Encryptor(public_key);
        std::vector<ckks::Ciphertext> inputs;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto plain = encryptor.encoder().encode(values[i], program.input_levels()[i]);
            inputs.push_back(encryptor.encrypt(plain, rng));
        }
        return inputs;
    }
    [[nodiscard]] DebugReport run(const DebugOptions& options = {}) const {
        return debug_execute(program, keys, secret_key, encrypt(options.encryption), values, options);
    }
};

/// log2(measured / predicted) of every instruction of some runs.
struct Deviations {
    std::vector<double> bits{};
    void note(const DebugStep& measured, const compile::PredictedError& predicted) {
        if (predicted.deviation > 0) bits.push_back(std::log2(measured.deviation / predicted.deviation));
    }
    /// The value below which a fraction of all lie.
    double quantile(double fraction) {
        std::ranges::sort(bits);
        return bits[static_cast<std::size_t>(fraction * static_cast<double>(bits.size() - 1))];
    }
    void print(const char* what) {
        std::printf(
            "log2(measured / predicted from %s), %zu instructions: least %+.2f, 5 %% %+.2f, half %+.2f, 95 %% "
            "%+.2f, most %+.2f\n",
            what, bits.size(), quantile(0), quantile(0.05), quantile(0.5), quantile(0.95), quantile(1));
    }
};

TEST(DebugExecute, MeasuresWhatIsPredictedFromTheSameData) {
    Deviations all;
    for (unsigned seed = 0; seed < 60; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Setting setting(random_circuit(seed), {random_values(seed), random_values(seed + 1), random_values(3)},
                              {.scale_bits = seed % 3 == 0 ? 30 : 40, .integer_bits = 16}, seed);
        const auto encryption = seed % 2 == 0 ? compile::Encryption::secret_key : compile::Encryption::public_key;
        const DebugReport report = setting.run({.encryption = encryption});
        EXPECT_FALSE(report.divergence) << report.divergence->message;
        for (const DebugStep& step : report.steps) {
            all.note(step, step.predicted);
            EXPECT_LE(step.deviation, step.largest);
        }
    }
    all.print("data");
    // Products of many factors have a few large slots, whose errors decide: the tails are those of single draws.
    EXPECT_GT(all.quantile(0), -2);
    EXPECT_GT(all.quantile(0.05), -0.2);
    EXPECT_NEAR(all.quantile(0.5), 0, 0.05);
    EXPECT_LT(all.quantile(0.95), 0.2);
    EXPECT_LT(all.quantile(1), 2);
}

TEST(DebugExecute, MeasuresNoMoreThanIsPredictedFromBounds) {
    Deviations all;
    for (unsigned seed = 0; seed < 60; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Setting setting(random_circuit(seed), {random_values(0), random_values(2), random_values(4)},
                              {.scale_bits = 35, .integer_bits = 20}, seed);
        const auto predicted = compile::predict_noise(setting.program, setting.parameters,
                                                      std::vector(3, circuit::Bounds{{-1, 1}, {-1, 1}}));
        const DebugReport report = setting.run();
        ASSERT_EQ(report.steps.size(), predicted.size());
        for (std::size_t n = 0; n < predicted.size(); ++n) all.note(report.steps[n], predicted[n]);
    }
    all.print("bounds");
    EXPECT_LT(all.quantile(1), 0.25);
    EXPECT_GT(all.quantile(0.5), -4) << "an upper estimate, but not any";
}

TEST(DebugExecute, GivesTheCiphertextsOfExecuteAlsoFromSeveralThreads) {
    const Setting setting(random_circuit(5), {random_values(0), random_values(1), random_values(2)});
    const auto inputs = setting.encrypt();
    const auto expected = execute(setting.program, setting.keys, clones(inputs));
    std::vector<DebugReport> reports(3);
    std::vector<std::thread> threads;
    for (DebugReport& report : reports) {
        threads.emplace_back([&] {
            report = debug_execute(setting.program, setting.keys, setting.secret_key, clones(inputs), setting.values);
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (const DebugReport& report : reports) {
        ASSERT_EQ(report.outputs.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_TRUE(identical(report.outputs[i], expected[i]));
        ASSERT_EQ(report.steps.size(), setting.program.instructions().size());
        EXPECT_EQ(report.steps.back().deviation, reports[0].steps.back().deviation);
    }
}

TEST(DebugExecute, ComparesTheSlotsThatTheCircuitWasManagedFor) {
    constexpr std::size_t width = 64;
    auto values = random_values(1);
    values.resize(width);
    const auto circuit = circuit::trace<1>([](auto x) { return rotate(x, 63) * rotate(rotate(x, 1), 63) - x; });
    const Setting setting(circuit, {values}, {}, 0, width);
    const auto report = setting.run();
    EXPECT_FALSE(report.divergence) << report.divergence->message;
    const auto predicted =
        compile::predict_noise(setting.program, setting.parameters, std::vector{circuit::Bounds{{-1, 1}, {}}});
    for (std::size_t n = 0; n < predicted.size(); ++n) {
        EXPECT_LT(report.steps[n].deviation, 1.5 * predicted[n].deviation) << "instruction " << n;
    }
}

TEST(DebugExecute, RunsOnKeysAndCiphertextsThatTravelled) {
    const auto sent = ckks::Parameters::create({.depth = 1, .scale_bits = 30});
    const auto program = compile::manage(circuit::trace<1>([](auto x) { return rotate(x * x, 1); }), sent.slots());
    const auto keys = ckks::generate_keys(sent, program.key_request());
    Complexes values(sent.slots());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<double>(i));
    const auto input = ckks::Encryptor(keys.secret_key).encrypt(values, program.input_levels()[0]);
    const auto access = ckks::insecure_secret_key_access();

    const auto parameters = ckks::parse_parameters(serialize(sent)).value();
    const auto evaluation_keys = ckks::parse_evaluation_keys(serialize(keys.evaluation_keys), parameters).value();
    const auto secret_key = ckks::parse_secret_key(serialize(keys.secret_key, access), parameters, access).value();
    std::vector<ckks::Ciphertext> inputs;
    inputs.push_back(ckks::parse_ciphertext(serialize(input), parameters).value());
    const DebugReport report = debug_execute(program, evaluation_keys, secret_key, std::move(inputs), {values});
    EXPECT_FALSE(report.divergence) << report.divergence->message;
    EXPECT_LT(report.steps[program.outputs()[0]].largest, 1e-3);

    auto changed = values;
    changed[0] += 0.1;
    inputs.clear();
    inputs.push_back(ckks::parse_ciphertext(serialize(input), parameters).value());
    EXPECT_TRUE(debug_execute(program, evaluation_keys, secret_key, std::move(inputs), {changed}).divergence);
}

TEST(DebugExecute, NamesTheFirstLineWhoseKeyIsWrong) {
    const int line = __LINE__ + 2;
    const auto circuit = circuit::trace<1>([](auto x) {
        const auto turned = rotate(x * x, 3);
        return turned * x + 1.0;
    });
    Setting setting(circuit, {random_values(1)});
    const auto other = ckks::SecretKey::generate(setting.parameters, setting.rng);
    auto keys = ckks::EvaluationKeys::generate(other, {.relinearization = false, .rotations = {3}}, setting.rng);
    keys.set(ckks::RelinearizationKey::generate(setting.secret_key, setting.rng));
    const auto report = debug_execute(setting.program, keys, setting.secret_key, setting.encrypt(), setting.values);
    ASSERT_TRUE(report.divergence);
    EXPECT_EQ(setting.program.instructions()[report.divergence->instruction].step, compile::Step::rotate);
    EXPECT_EQ(circuit.node(report.divergence->value).op, circuit::Op::rotate);
    EXPECT_THAT(report.divergence->message,
                testing::HasSubstr("debug_test.cpp:" + std::to_string(line) + ": rotate (instruction "));
    EXPECT_THAT(report.divergence->message, testing::HasSubstr("key switching"));
    EXPECT_EQ(report.outputs.size(), 1U) << "the run goes on";
}

TEST(DebugExecute, SeesThatAnInputIsNotWhatItShouldBe) {
    Setting setting(circuit::trace<2>([](auto x, auto y) { return x + y; }), {random_values(1), random_values(3)});
    auto inputs = setting.encrypt();
    setting.values[1][7] += 1e-3;
    const auto report =
        debug_execute(setting.program, setting.keys, setting.secret_key, std::move(inputs), setting.values);
    ASSERT_TRUE(report.divergence);
    EXPECT_THAT(report.divergence->message, testing::HasSubstr("input (instruction 1"));
    EXPECT_NEAR(report.steps[1].largest, 1e-3, 1e-6);
}

TEST(DebugExecute, SaysSoWhereValuesOutgrowTheModulus) {
    const auto circuit = circuit::trace<1>([](auto x) { return x * 50.0; });
    const Setting setting(circuit, {Complexes(slots, 1)}, {.integer_bits = 3});
    const auto report = setting.run();
    ASSERT_TRUE(report.divergence);
    EXPECT_THAT(report.divergence->message, testing::HasSubstr("but integer_bits = 3 allows less than 8: raise it"));
}

struct DebugErrors : testing::Test {
    Setting setting{circuit::trace<1>([](auto x) { return x * x; }), {random_values(1)}};

    void expect(ErrorCode code, const char* text, const ckks::SecretKey& key, std::vector<Complexes> values,
                const DebugOptions& options = {}) const {
        try {
            static_cast<void>(debug_execute(setting.program, setting.keys, key, setting.encrypt(), values, options));
            FAIL() << "nothing was thrown; expected: " << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), code);
            EXPECT_THAT(error.what(), testing::HasSubstr(text));
        }
    }
};

TEST_F(DebugErrors, SecretKeyOfOtherParameters) {
    const auto others = ckks::insecure_parameters_for_tests({.depth = 3, .log_ring_dimension = 10});
    const auto key = ckks::SecretKey::generate(others, setting.rng);
    expect(ErrorCode::parameter_mismatch, "debug_execute: the secret key has other parameters", key, setting.values);
}

TEST_F(DebugErrors, FactorThatToleratesNothing) {
    expect(ErrorCode::invalid_argument, "debug_execute: tolerated_factor is 1; it must be above 1", setting.secret_key,
           setting.values, {.tolerated_factor = 1});
}

TEST_F(DebugErrors, ValuesThatAreNoInputs) {
    expect(ErrorCode::invalid_argument, "Plain: the circuit reads input 0 but only 0 were given", setting.secret_key,
           {});
}

}  // namespace
}  // namespace tacit::runtime
