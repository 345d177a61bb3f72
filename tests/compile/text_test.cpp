#include "tacit/compile/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "base/throws.hpp"
#include "circuit/random_circuit.hpp"
#include "tacit/circuit/trace.hpp"

namespace tacit::compile {
namespace {

const std::string half = R"(managed 1
slots 8
circuit 1
%0 = input "x"
%1 = constant 0.5
%2 = mul %0, %1
output %2 "y"
instructions
%0 = input "x" : level 1 power 1 degree 1 of value 0
%1 = mul_constant %0, value 1 : level 1 power 2 degree 1 of value 2
%2 = rescale %1 : level 0 power 1 degree 1 of value 2
output %2
)";

TEST(ManagedText, ShowsTypesAndSources) {
    circuit::Builder builder;
    const auto x = builder.input("x");
    builder.output(builder.mul(x, builder.constant(0.5)), "y");
    EXPECT_EQ(print(manage(std::move(builder).finish(), 8)), half);
}

TEST(ManagedText, RoundTripIsTheSameProgram) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const auto circuit = circuit::RandomCircuit(seed, {.refreshes = seed % 2 == 1}).draw(5 + seed % 60);
        const ManagedCircuit program = manage(circuit, 16);
        const ManagedCircuit read = parse(print(program));
        ASSERT_EQ(read, program);
        EXPECT_EQ(read.depth(), program.depth());
        EXPECT_EQ(read.input_levels(), program.input_levels());
        EXPECT_EQ(print(read), print(program));
    }
}

TEST(ManagedText, CommentsAndEmptyLinesDoNotCount) {
    EXPECT_EQ(parse("# made by hand\n\n" + half + "   # the end\n"), parse(half));
}

/// Files in tests/golden/*.managed: what `manage` makes of the circuit in them.
TEST(ManagedText, ManageDoesWhatTheFilesShow) {
    std::size_t files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(TACIT_SOURCE_DIR) / "tests/golden")) {
        if (entry.path().extension() != ".managed") continue;
        SCOPED_TRACE(entry.path().filename());
        ++files;
        std::ifstream stream(entry.path());
        const std::string text((std::istreambuf_iterator<char>(stream)), {});
        const ManagedCircuit program = parse(text);
        EXPECT_EQ(print(manage(program.circuit(), program.slots())), print(program));
    }
    EXPECT_EQ(files, 3U);
}

std::string replaced(const std::string& from, const std::string& to) {
    std::string text = half;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

struct Flaw {
    std::string text;
    const char* message;
};

TEST(ManagedTextErrors, NameLineColumnAndRemedy) {
    const Flaw flaws[] = {
        {"", "line 1, column 1: there are no instructions; end the circuit with a line 'instructions'"},
        {"circuit 1\n", "line 1, column 1: this is no managed circuit; begin with 'managed 1'"},
        {"managed 2\n", "line 1, column 9: version 2 of the text form is unknown"},
        {replaced("slots", "slats"), "line 2, column 1: expected 'slots' before 'slats 8'"},
        {replaced("slots 8", "slots 12"), "line 2, column 7: 12 slots, but their number is a power of two"},
        {replaced("circuit 1", "circuit 7"), "line 3, column 9: version 7"},
        {replaced("mul %0, %1", "mul %0, %7"), "line 6, column 15: %7 is not defined above"},
        {replaced("output %2 \"y\"\n", ""), "line 7, column 1: finish: the circuit of 3 values has no output"},
        {replaced("%1 = mul_", "%2 = mul_"), "line 10, column 2: instruction %2 where %1 is next"},
        {replaced("rescale %1", "bootstrap %1"), "line 11, column 6: unknown step 'bootstrap %1"},
        {replaced("rescale %1", "rescale %2"), "line 11, column 15: %2 is not defined above"},
        {replaced("value 1 ", "value 0 "), "the value is no constant; use another step"},
        {replaced("of value 2", "of value 9"), "line 10, column 67: %9 is not defined above"},
        {replaced("input \"x\" :", "input \"z\" :"), "line 9, column 12: the circuit has no input \"z\""},
        {replaced("level 0 power 1", "level 1 power 1"),
         "line 11, column 53: rescale cannot give level 1, scale power 1, degree 1 from (level 1, scale power 2, "
         "degree 1)"},
        {replaced("level 1 power 1 degree 1", "level 61 power 1 degree 1"),
         "line 9, column 53: input cannot give level 61, scale power 1, degree 1"},
        {replaced("level 1 power 1 degree 1", "level x"), "line 9, column 24: expected a level before 'x of value 0'"},
        {replaced("of value 0", "of value 0 0"), "line 9, column 54: '0' after the end of the statement"},
        {replaced("output %2\n", "output %1\n"),
         "line 12, column 9: %1 has level 1, scale power 2, degree 1; outputs have level 0"},
        {replaced("output %2\n", ""), "line 12, column 1: 0 outputs but the circuit has 1"},
        {replaced("output %2\n", "inputs\n"), "line 12, column 1: expected 'output' before 'inputs'"},
    };
    for (const Flaw& flaw : flaws) {
        SCOPED_TRACE(flaw.text);
        expect_throws(ErrorCode::malformed_input, flaw.message, [&] { return parse(flaw.text); });
    }
}

TEST(ManagedTextErrors, RefreshesStartAtLevelZero) {
    std::string text = print(manage(circuit::trace<1>([](auto x) { return refresh(x) * x; }), 8));
    EXPECT_NO_THROW(static_cast<void>(parse(text)));
    text.replace(text.find("refresh %1 : level 1"), 10, "refresh %0");
    expect_throws(ErrorCode::malformed_input,
                  "refresh cannot give level 1, scale power 1, degree 1 from (level 1, scale power 1, degree 1)",
                  [&] { return parse(text); });
}

TEST(ManagedTextErrors, AttributesHaveToFit) {
    const auto rotation = print(manage(circuit::trace<1>([](auto x) { return rotate(x, 3); }), 8));
    const auto with = [&](const std::string& steps) {
        std::string text = rotation;
        return text.replace(text.rfind("rotate %0, 3"), 12, "rotate %0, " + steps);
    };
    EXPECT_NO_THROW(static_cast<void>(parse(with("7"))));
    for (const char* steps : {"0", "8", "-1"}) {
        expect_throws(ErrorCode::malformed_input, std::string(steps) + " steps are outside 1 to 7",
                      [&] { return parse(with(steps)); });
    }
    std::string integer = print(manage(circuit::trace<1>([](auto x) { return x * 3 + 0.5; }), 8));
    integer.replace(integer.find("constant 3"), 10, "constant 3.5");
    expect_throws(ErrorCode::malformed_input, "constant 0 is no integer", [&] { return parse(integer); });
    std::string narrow = print(manage(circuit::trace<1>([](auto x) { return x * circuit::values({1, 2, 3, 4}); }), 4));
    narrow.replace(narrow.find("slots 4"), 7, "slots 2");
    expect_throws(ErrorCode::malformed_input, "the constant has more than 2 slots", [&] { return parse(narrow); });
    const std::string twice = "%1 = input \"x\" : level 1 power 1 degree 1 of value 0\n%1 = mul_";
    expect_throws(ErrorCode::malformed_input, "input \"x\" is read twice",
                  [&] { return parse(replaced("%1 = mul_", twice)); });
}

TEST(ManagedTextErrors, CutsAreRefusedAndChangedBytesToo) {
    for (std::size_t length = 0; length + 1 < half.size(); ++length) {
        try {
            static_cast<void>(parse(half.substr(0, length)));
            ADD_FAILURE() << "cut at " << length << " was accepted";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::malformed_input) << length;
        }
    }
    std::mt19937_64 random(1);
    for (int round = 0; round < 3000; ++round) {
        std::string text = half;
        text[random() % text.size()] = static_cast<char>(random() % 128);
        try {
            parse(text).verify();
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::malformed_input) << text;
        }
    }
}

}  // namespace
}  // namespace tacit::compile
