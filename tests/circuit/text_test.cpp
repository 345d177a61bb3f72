#include "tacit/circuit/text.hpp"

#include <string>

#include "circuit/expect_error.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/trace.hpp"

namespace tacit::circuit {
namespace {

using enum ErrorCode;

TEST(Text, PrintsOneOperationALine) {
    const Circuit c = trace<1>([](auto x) {
        const auto square = x * x;
        const auto shifted = square - values({1, 0.5});
        return conjugate(rotate(-shifted, -3));
    });
    EXPECT_EQ(print(c),
              "circuit 1\n"
              "%0 = input \"x0\"\n"
              "%1 = mul %0, %0\n"
              "%2 = constant [1, 0.5]\n"
              "%3 = sub %1, %2\n"
              "%4 = negate %3\n"
              "%5 = rotate %4, -3\n"
              "%6 = conjugate %5\n"
              "output %6 \"y0\"\n");
}

TEST(Text, TakesCommentsBlanksAndAnyNumbers) {
    const Circuit c = parse(
        "# a comment\r\n\n  circuit 1\r\n"
        "%7=input \"a # b\" # the only input\n"
        "\t%4294967295 = constant [ 1e-3 ,2]\n"
        "%1 = mul %4294967295,%7\n"
        "output %1 \"\"");
    EXPECT_EQ(c.inputs()[0].name, "a # b");
    EXPECT_EQ(c.output_names()[0], "y0");
    Plain plain(2, {{1000, 3}});
    EXPECT_EQ(interpret(c, plain)[0], (Slots{1, 6}));
}

TEST(Text, ConstantsKeepTheirBits) {
    for (const double value : {0.1, -0.0, 1e-300, 5e-324, 1.7976931348623157e308, 0.30000000000000004}) {
        const Circuit c = trace<1>([value](auto x) { return x + value; });
        EXPECT_EQ(parse(print(c)), c);
    }
}

TEST(Text, MergesWhatTheBuilderMerges) {
    const Circuit c = parse(
        "circuit 1\n%0 = input \"x\"\n%1 = constant 2\n%2 = constant [2, 2]\n%3 = mul %1, %2\n%4 = add %0, %3\n"
        "%5 = add %3, %0\n%6 = rotate %5, 0\noutput %6 \"y\"\n");
    EXPECT_EQ(operation_count(c).additions(), 1U);
    EXPECT_EQ(c.constant(1)[0], 4);
}

struct Flaw {
    const char* lines;  // after the header and %0 = input "x" of lines 1 and 2
    const char* message;
};

constexpr Flaw flaws[] = {
    {"%1 = mull %0, %0", "line 3, column 6: unknown operation 'mull %0, %0'; use input, constant, add, sub, mul"},
    {"%1 = = %0", "line 3, column 6: unknown operation '= %0'"},
    {"result %0", "line 3, column 1: 'result %0' begins no statement; write '%number = operation' or 'output"},
    {"\n  =", "line 4, column 3: '=' begins no statement"},
    {"%0 = negate %0", "line 3, column 2: %0 is defined twice; give every value its own number"},
    {"%1 = negate %2", "line 3, column 14: %2 is not defined above; define a value before its use"},
    {"%1 = negate %1", "line 3, column 14: %1 is not defined above"},
    {"%1 = conjugate %2", "line 3, column 17: %2 is not defined above"},
    {"%1 = conjugate %0, 1", "line 3, column 18: ', 1' after the end of the statement; begin a new line"},
    {"%1 = conj %0",
     "line 3, column 6: unknown operation 'conj %0'; use input, constant, add, sub, mul, negate, rotate, conjugate "
     "or refresh"},
    {"%1 = negate 0", "line 3, column 13: expected '%' before '0'; write lines as print() does"},
    {"%1 = mul %0 %0", "line 3, column 13: expected ',' before '%0'"},
    {"%1 = mul %0,", "line 3, column 13: expected '%' before the end of the line"},
    {"%1 negate %0", "line 3, column 4: expected '=' before 'negate %0'"},
    {"%x = negate %0", "line 3, column 2: expected the number of a value before 'x = negate %0'; write a number"},
    {"%-1 = negate %0", "line 3, column 2: expected the number of a value before '-1 = negate %0'"},
    {"%4294967296 = negate %0", "line 3, column 2: the number of a value '4294967296' is out of range; write a"},
    {"%1 = rotate %0, 2147483648", "line 3, column 17: the steps of a rotation '2147483648' is out of range"},
    {"%1 = rotate %0, 1.5", "line 3, column 18: '.5' after the end of the statement; begin a new line"},
    {"%1 = constant", "line 3, column 14: expected a value of a constant before the end of the line; write a number"},
    {"%1 = constant 1e999", "line 3, column 15: a value of a constant '1e999' is out of range; write a smaller"},
    {"%1 = constant nan", "line 3, column 15: a value of a constant 'nan' is out of range"},
    {"%1 = constant -inf", "line 3, column 15: a value of a constant '-inf' is out of range"},
    {"%1 = constant []", "line 3, column 16: expected a value of a constant before ']'"},
    {"%1 = constant [1, 2", "line 3, column 20: expected ']' before the end of the line"},
    {"%1 = constant [1, 2, 3]", "constant: 3 values, but their number must be a power of two"},
    {"%1 = constant 1e200\n%2 = mul %1, %1", "line 4, column 15: constant: slot 0 is inf"},
    {"%1 = input \"x\"", "line 3, column 12: input: the name 'x' is already taken"},
    {"%1 = input x", "line 3, column 12: expected '\"' before 'x'"},
    {"%1 = input \"x", "line 3, column 12: the name has no closing quote; add '\"'"},
    {"%1 = input \"a\\\"", "contains a quote, a backslash or a control character"},
    {"output %0 \"y\" again", "line 3, column 15: 'again' after the end of the statement; begin a new line"},
    {"output %0 \"y\"\noutput %0 \"y\"", "line 4, column 11: output: the name 'y' is already taken"},
    {"%1 = negate %0\n", "finish: the circuit of 2 values has no output; declare at least one"},
};

TEST(Text, EveryFlawIsNamedWithItsPlaceAndRemedy) {
    for (const Flaw& flaw : flaws) {
        SCOPED_TRACE(flaw.lines);
        expect_error(malformed_input, std::string("circuit text, line "),
                     [&] { static_cast<void>(parse("circuit 1\n%0 = input \"x\"\n" + std::string(flaw.lines))); });
        expect_error(malformed_input, flaw.message,
                     [&] { static_cast<void>(parse("circuit 1\n%0 = input \"x\"\n" + std::string(flaw.lines))); });
    }
}

TEST(Text, TheHeaderComesFirstAndHasAKnownVersion) {
    expect_error(malformed_input, "line 1, column 1: the text is empty; begin with 'circuit 1'",
                 [] { static_cast<void>(parse("")); });
    expect_error(malformed_input, "line 2, column 1: this is no circuit; begin with 'circuit 1'",
                 [] { static_cast<void>(parse("\n%0 = input \"x\"\n")); });
    expect_error(malformed_input,
                 "line 1, column 9: version 2 of the text form is unknown; this library reads version 1",
                 [] { static_cast<void>(parse("circuit 2\n")); });
}

// Every truncation and every changed byte parses or is refused; nothing else happens.
TEST(Text, DamagedTextIsRefusedOrRead) {
    const std::string text =
        "circuit 1\n%0 = input \"x\"\n%1 = constant [1, 2]\n%2 = mul %0, %1\n%3 = rotate %2, -1\n"
        "%4 = conjugate %3\noutput %4 \"y\"\n";
    const auto survive = [](const std::string& damaged) {
        try {
            static_cast<void>(parse(damaged));
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), malformed_input) << damaged << error.what();
        }
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        survive(text.substr(0, i));
        for (int byte = 0; byte < 256; ++byte) {
            std::string damaged = text;
            damaged[i] = static_cast<char>(byte);
            survive(damaged);
        }
    }
}

}  // namespace
}  // namespace tacit::circuit
