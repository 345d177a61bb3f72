#include "tacit/compile/cost.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "ckks/make_parameters.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/circuit/trace.hpp"

namespace tacit::compile {
namespace {

const ckks::Parameters& parameters() {
    static const auto made = ckks::insecure_parameters_for_tests({.depth = 2, .log_ring_dimension = 10});
    return made;
}

/// Every operation takes `seconds` at level 0 and as much more at each level above.
Calibration linear(double seconds) {
    Calibration c;
    c.parameters = to_hex(parameters().fingerprint());
    c.threads = 2;
    c.levels = {0, 2};
    for (auto& times : c.seconds) times = {seconds, 3 * seconds};
    return c;
}

ManagedCircuit example() {
    return manage(circuit::trace<2>([](auto x, auto y) {
                      return rotate(x * y, 1) * circuit::values({1, 2}) - x;
                  }),
                  parameters().slots());
}

TEST(Calibration, IsInterpolatedBetweenItsLevels) {
    const Calibration c = linear(0.5);
    EXPECT_EQ(c.at(TimedOperation::mul, 0), 0.5);
    EXPECT_EQ(c.at(TimedOperation::mul, 1), 1.0);
    EXPECT_EQ(c.at(TimedOperation::mul, 2), 1.5);
    EXPECT_EQ(c.at(TimedOperation::mul, 3), 1.5);
}

TEST(Calibration, IsReadAsItWasWritten) {
    Calibration c = linear(1.0 / 3);
    c.seconds[static_cast<std::size_t>(TimedOperation::rotate)] = {1e-9, 0};
    EXPECT_EQ(parse_calibration(to_json(c)).value(), c);
    EXPECT_THAT(to_json(c), testing::HasSubstr(R"("format":"tacit calibration","version":1)"));
}

TEST(Calibration, IsRefusedWhereItIsFlawed) {
    const std::string good = to_json(linear(1));
    const auto expect = [&](const std::string& from, const std::string& to, const char* flaw) {
        std::string text = good;
        const std::size_t at = text.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        const auto read = parse_calibration(text.replace(at, from.size(), to));
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code(), ErrorCode::malformed_input);
        EXPECT_THAT(read.error().what(), testing::HasSubstr("calibration: "));
        EXPECT_THAT(read.error().what(), testing::HasSubstr(flaw));
        EXPECT_THAT(read.error().what(), testing::HasSubstr("; calibrate again"));
    };
    expect("{", "", "syntax error");
    expect("tacit calibration", "tacit program", "it is no 'tacit calibration' of version 1");
    expect(R"("version":1)", R"("version":2)", "it is no 'tacit calibration' of version 1");
    expect("[0,2]", "[2,0]", "level 0 is out of order");
    expect("[0,2]", "[0,64]", "level 64 is out of order");
    expect("[0,2]", "[]", "it has no levels");
    expect("[0,2]", "[0,1,2]", "add has 2 times for 3 levels");
    expect("[1.0,3.0]", "[-1.0,3.0]", "add takes -1 s");
    expect("\"mul\"", "\"mule\"", "'mul' not found");
    EXPECT_THAT(parse_calibration(std::string((1U << 20) + 1, ' ')).error().what(),
                testing::HasSubstr("it is larger than 1 MiB"));
}

TEST(PredictDuration, IsTheSumOverTheInstructions) {
    const ManagedCircuit program = example();
    // At level 2: x y and its relinearisation, and x to level 0 by way of level 1. At level 1: the rotation, the
    // encoding of the constant, the product with it, its rescaling, the level drop. At level 0: the difference.
    const Duration found = predict_duration(Plan(program, parameters()), parameters(), linear(1));
    EXPECT_THAT(found.by_level, testing::ElementsAre(1, 5 * 2, 2 * 3));
    EXPECT_EQ(found.seconds, 17);
}

TEST(PredictDuration, CountsDegreesAndKindsOfConstants) {
    const auto program = manage(circuit::trace<2>([](auto x, auto y) { return x * y + y * y + 2.0; }), 512);
    Calibration c = linear(0);
    c.seconds[static_cast<std::size_t>(TimedOperation::add)] = {1, 1};
    c.seconds[static_cast<std::size_t>(TimedOperation::add_number)] = {10, 10};
    c.seconds[static_cast<std::size_t>(TimedOperation::add_vector)] = {100, 100};
    EXPECT_EQ(predict_duration(Plan(program, parameters()), parameters(), c).seconds, 1.5 + 10)
        << "a sum of degree 2 has three rows of two";
}

TEST(PredictDuration, KnowsWhatRotationsOfOneValueShare) {
    const auto program = manage(circuit::trace<1>([](auto x) {
                                    return std::vector{rotate(x, 1), rotate(x, 2), rotate(x, 3)};
                                }),
                                512);
    Calibration c = linear(0);
    c.seconds[static_cast<std::size_t>(TimedOperation::rotate)] = {100, 100};
    c.seconds[static_cast<std::size_t>(TimedOperation::rotate_more)] = {1, 1};
    EXPECT_EQ(predict_duration(Plan(program, parameters()), parameters(), c).seconds, 102);
}

TEST(PredictDuration, TakesSumsOfRotationsApart) {
    const auto program = manage(circuit::trace<1>([](auto x) {
                                    return rotate(x, 1) * circuit::values({1, 2}) +
                                           rotate(x, 2) * circuit::values({3, 4}) + x * circuit::values({5, 6});
                                }),
                                512);
    Calibration c = linear(0);
    c.seconds[static_cast<std::size_t>(TimedOperation::rotate)] = {1000, 1000};
    c.seconds[static_cast<std::size_t>(TimedOperation::rotate_more)] = {300, 300};
    c.seconds[static_cast<std::size_t>(TimedOperation::sum_rotation)] = {20, 20};
    c.seconds[static_cast<std::size_t>(TimedOperation::sum_factor)] = {1, 1};
    // A decomposition of 700, one division of 280, two rotations of 20, three factors; the rescaling is in the
    // division.
    EXPECT_EQ(predict_duration(Plan(program, parameters()), parameters(), c).seconds, 700 + 280 + 2 * 20 + 3);
}

std::vector<double> counted(std::size_t size) {
    std::vector<double> values(size);
    std::iota(values.begin(), values.end(), 1.0);
    return values;
}

TEST(PredictMemory, CountsTheFactorsOfASumWhileItRuns) {
    const auto program =
        manage(circuit::trace<1>([](auto x) {
                   return rotate(x, 1) * circuit::values(counted(64)) + rotate(x, 2) * circuit::values({3, 4});
               }),
               512);
    EXPECT_EQ(predict_memory(program, parameters()).peak_plaintext_bytes, (2 * 64 + 2 * 16) * sizeof(double));
}

TEST(PredictMemory, CountsWhatIsAliveAtOnce) {
    const ManagedCircuit program = example();
    const auto one = [](int level, int degree = 1) { return parameters().ciphertext_bytes(level, degree); };
    const Memory found = predict_memory(program, parameters());
    EXPECT_EQ(found.input_bytes, 2 * one(2));
    EXPECT_EQ(found.output_bytes, one(0));
    EXPECT_EQ(found.peak_ciphertext_bytes, 2 * one(2) + one(2, 2)) << "while the product is made";
    const auto keys = ckks::generate_keys(parameters(), program.key_request());
    EXPECT_EQ(found.key_bytes, keys.evaluation_keys.memory_bytes());
    EXPECT_EQ(found.peak_plaintext_bytes, one(1, 0));
    EXPECT_EQ(found.peak_bytes(), found.key_bytes + found.peak_ciphertext_bytes + found.peak_plaintext_bytes);
}

TEST(PredictMemory, CountsConstantsFromTheirFirstToTheirLastUse) {
    const auto most = [](const auto& function) {
        return predict_memory(manage(circuit::trace<2>(function), 512), parameters()).peak_plaintext_bytes;
    };
    const auto one = [](int level) { return parameters().ciphertext_bytes(level, 0); };
    const auto first = circuit::values({1, 2}), second = circuit::values({3, 4});
    EXPECT_EQ(most([&](auto x, auto y) { return (x * first + y * first) * second; }), one(2)) << "one after the other";
    EXPECT_EQ(most([&](auto x, auto y) { return rotate(rotate(x + first, 1) + second, 1) + first + y; }), 2 * one(0));
    EXPECT_EQ(most([](auto x, auto y) { return x * y + 0.5; }), 0U) << "a number is not encoded";
}

TEST(PredictMemory, FreesSquaresOnce) {
    const auto program = manage(circuit::trace<1>([](auto x) { return x * x; }), 512);
    const Memory found = predict_memory(program, parameters());
    const auto one = [](int level, int degree = 1) { return parameters().ciphertext_bytes(level, degree); };
    EXPECT_EQ(found.peak_ciphertext_bytes, one(1) + one(1, 2));
}

TEST(PredictDuration, RefusesWhatDoesNotFit) {
    const auto expect = [](const char* text, const auto& action) {
        try {
            static_cast<void>(action());
            ADD_FAILURE() << "nothing was thrown; expected: " << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
            EXPECT_THAT(error.what(), testing::HasSubstr(text));
        }
    };
    Calibration other = linear(1);
    other.parameters = "00";
    expect("predict_duration: the calibration was measured under other parameters",
           [&] { return predict_duration(Plan(example(), parameters()), parameters(), other); });
    const auto wide = manage(circuit::trace<1>([](auto x) { return x * x; }), 1024);
    const auto wider = ckks::insecure_parameters_for_tests({.depth = 2, .log_ring_dimension = 11});
    expect("predict_duration: the circuit was managed for 1024 slots but the parameters have 512",
           [&] { return predict_duration(Plan(wide, wider), parameters(), linear(1)); });
    expect("predict_memory: the circuit was managed for 1024 slots",
           [&] { return predict_memory(wide, parameters()); });
}

}  // namespace
}  // namespace tacit::compile
