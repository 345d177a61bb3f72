#include "tacit/runtime/refresh.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <complex>
#include <random>
#include <string>
#include <vector>

#include "base/throws.hpp"
#include "circuit/random_circuit.hpp"
#include "ckks/make_parameters.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/refresh.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/runtime/debug.hpp"

namespace tacit::runtime {
namespace {

using Complexes = std::vector<std::complex<double>>;

constexpr std::size_t slots = 512;

struct Session {
    explicit Session(const circuit::Circuit& circuit, std::size_t inputs)
        : program(compile::manage(circuit, slots)),
          parameters(ckks::insecure_parameters_for_tests(
              {.depth = program.depth(), .integer_bits = 8, .log_ring_dimension = 10})),
          keys(ckks::generate_keys(parameters, program.key_request())) {
        std::mt19937_64 random(7);
        std::uniform_real_distribution<double> uniform(-0.7, 0.7);
        for (std::size_t i = 0; i < inputs; ++i) {
            values.emplace_back(slots);
            for (auto& value : values.back()) value = {uniform(random), uniform(random)};
        }
    }
    [[nodiscard]] std::vector<ckks::Ciphertext> encrypted() const {
        std::vector<ckks::Ciphertext> out;
        const ckks::Encryptor encryptor(keys.secret_key);
        for (std::size_t i = 0; i < values.size(); ++i) {
            out.push_back(encryptor.encrypt(values[i], program.input_levels()[i]));
        }
        return out;
    }

    compile::ManagedCircuit program;
    ckks::Parameters parameters;
    ckks::KeySet keys;
    std::vector<Complexes> values;
};

TEST(Refresh, ComputesWhatThePlainMeaningSaysWithFewerLevels) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const auto circuit =
            place_refreshes(circuit::RandomCircuit(seed, {.magnitude = 60, .depth = 6, .refreshes = true}).draw(20), 2);
        const Session session(circuit, circuit::RandomCircuit::input_count);
        EXPECT_LE(session.parameters.depth(), 2);
        circuit::Plain plain(slots, session.values);
        const auto expected = interpret(circuit, plain);
        const auto found = execute(session.program, session.keys.evaluation_keys, session.encrypted(), {},
                                   refresh_by_owner(session.keys.secret_key));
        const ckks::Decryptor decryptor(session.keys.secret_key);
        for (std::size_t i = 0; i < found.size(); ++i) {
            const Complexes decrypted = decryptor.decrypt_complex(found[i]);
            for (std::size_t j = 0; j < slots; ++j) ASSERT_LT(std::abs(decrypted[j] - expected[i][j]), 1e-3) << j;
        }
    }
}

circuit::Circuit one_refresh() {
    return circuit::trace<1>([](auto x) { return refresh(x * x * x) * x * x; });
}

TEST(Refresh, AsksOnceForEachAtTheLevelThatItsUsesNeed) {
    const Session session(one_refresh(), 1);
    const Refresh owner = refresh_by_owner(session.keys.secret_key);
    std::atomic<int> asked = 0;
    const auto counted = [&](const ckks::Ciphertext& worn, int level) {
        ++asked;
        EXPECT_EQ(worn.level(), 0);
        EXPECT_EQ(level, 2);
        return owner(worn, level);
    };
    static_cast<void>(execute(session.program, session.keys.evaluation_keys, session.encrypted(), {}, counted));
    EXPECT_EQ(asked, 1);
}

TEST(Refresh, WithoutAFunctionIsRefusedWithTheLineAndTheRemedy) {
    const Session session(one_refresh(), 1);
    const std::string message = message_of(ErrorCode::invalid_argument, [&] {
        static_cast<void>(execute(session.program, session.keys.evaluation_keys, session.encrypted()));
    });
    EXPECT_THAT(message, testing::HasSubstr("refresh_test.cpp:"));
    EXPECT_THAT(message, testing::HasSubstr("execute: the program has 1 refreshes, this one first, but there is no "
                                            "function for them; give a runtime::Refresh, or use parameters of depth 4 "
                                            "and no refreshes"));
}

TEST(Refresh, ThatGivesAnotherTypeIsRefused) {
    const Session session(one_refresh(), 1);
    const auto lazy = [](const ckks::Ciphertext& worn, int) { return worn.clone(); };
    expect_throws(
        ErrorCode::invalid_argument,
        "execute: a refreshed ciphertext has level 0, scale power 1, degree 1 but the program wants level 2, "
        "scale power 1, degree 1",
        [&] { return execute(session.program, session.keys.evaluation_keys, session.encrypted(), {}, lazy); });
}

TEST(Refresh, IsMeasuredByTheDebugExecutorAsPredicted) {
    const Session session(one_refresh(), 1);
    const DebugReport report = debug_execute(session.program, session.keys.evaluation_keys, session.keys.secret_key,
                                             session.encrypted(), session.values);
    EXPECT_FALSE(report.divergence) << report.divergence->message;
    const auto& instructions = session.program.instructions();
    for (std::size_t n = 0; n < instructions.size(); ++n) {
        if (instructions[n].step != compile::Step::refresh) continue;
        const double before = report.steps[instructions[n].lhs].predicted.deviation;
        EXPECT_GT(report.steps[n].predicted.deviation, before) << "old error plus that of a new encryption";
        EXPECT_LT(report.steps[n].deviation, 2 * report.steps[n].predicted.deviation);
    }
}

}  // namespace
}  // namespace tacit::runtime
