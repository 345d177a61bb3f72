#include "tacit/circuit/builder.hpp"

#include <limits>
#include <vector>

#include "circuit/expect_error.hpp"
#include "tacit/circuit/expr.hpp"
#include "tacit/circuit/text.hpp"

namespace tacit::circuit {
namespace {

using enum ErrorCode;

TEST(Builder, EqualOperationsAreOneValue) {
    Builder b;
    const ValueId x = b.input(), y = b.input();
    EXPECT_EQ(b.add(x, y), b.add(y, x));
    EXPECT_EQ(b.mul(x, y), b.mul(y, x));
    EXPECT_EQ(b.rotate(x, 3), b.rotate(x, 3));
    EXPECT_NE(b.rotate(x, 3), b.rotate(x, 4));
    EXPECT_EQ(b.conjugate(x), b.conjugate(x));
    EXPECT_NE(b.conjugate(x), b.negate(x));
    EXPECT_NE(b.sub(x, y), b.sub(y, x));
    EXPECT_NE(x, y);
}

TEST(Builder, EqualConstantsAreOneAndKeepTheShortestPeriod) {
    Builder b;
    const ValueId two = b.constant(2);
    EXPECT_EQ(b.constant(std::vector{2.0, 2.0, 2.0, 2.0}), two);
    EXPECT_EQ(b.constant(std::vector{1.0, 2.0, 1.0, 2.0}), b.constant(std::vector{1.0, 2.0}));
    EXPECT_NE(b.constant(std::vector{2.0, 1.0}), b.constant(std::vector{1.0, 2.0}));
    EXPECT_NE(b.constant(0.0), b.constant(-0.0));
}

TEST(Builder, ConstantsStandOnTheRightOfSumsAndProducts) {
    Builder b;
    const ValueId two = b.constant(2), x = b.input();
    EXPECT_EQ(b.node(b.mul(two, x)).rhs, two);
    EXPECT_EQ(b.node(b.add(two, x)).rhs, two);
    EXPECT_EQ(b.node(b.sub(two, x)).lhs, two);
}

TEST(Builder, OperationsOnConstantsAreCarriedOut) {
    Builder b;
    const ValueId one = b.constant(1), pattern = b.constant(std::vector{0.0, 1.0});
    EXPECT_EQ(b.add(one, pattern), b.constant(std::vector{1.0, 2.0}));
    EXPECT_EQ(b.sub(one, pattern), b.constant(std::vector{1.0, 0.0}));
    EXPECT_EQ(b.mul(pattern, b.constant(3)), b.constant(std::vector{0.0, 3.0}));
    EXPECT_EQ(b.negate(one), b.constant(-1));
    EXPECT_EQ(b.rotate(pattern, -1), b.constant(std::vector{1.0, 0.0}));
    EXPECT_EQ(b.conjugate(pattern), pattern);
}

TEST(Builder, RotationByZeroStepsIsTheValue) {
    Builder b;
    const ValueId x = b.input();
    EXPECT_EQ(b.rotate(x, 0), x);
}

TEST(Builder, InputsAndOutputsAreNamed) {
    Builder b;
    const ValueId x = b.input("weights");
    b.output(b.input());
    b.output(x, "copy");
    const Circuit c = std::move(b).finish();
    ASSERT_EQ(c.inputs().size(), 2U);
    EXPECT_EQ(c.inputs()[0], (InputInfo{"weights", x}));
    EXPECT_EQ(c.inputs()[1].name, "x1");
    EXPECT_EQ(c.output_names()[0], "y0");
    EXPECT_EQ(c.output_names()[1], "copy");
}

TEST(Builder, RemembersWhereAnOperationWasFirstWritten) {
    Builder b;
    const ValueId x = b.input();
    const int line = __LINE__ + 1;
    const ValueId square = b.mul(x, x);
    EXPECT_EQ(b.mul(x, x), square);
    b.output(square);
    const Circuit c = std::move(b).finish();
    EXPECT_EQ(c.location(square).line, line);
    EXPECT_EQ(c.location(square).file, __FILE__);
    EXPECT_EQ(prefix(c.location(square)), std::string(__FILE__) + ":" + std::to_string(line) + ": ");
    EXPECT_EQ(prefix(Location{}), "");
}

TEST(Builder, ManyEqualAndUnequalNodesStayApart) {
    Builder b;
    const ValueId x = b.input();
    std::vector<ValueId> rotations;
    for (int i = 1; i <= 10'000; ++i) rotations.push_back(b.rotate(x, i));
    for (int i = 1; i <= 10'000; ++i) ASSERT_EQ(b.rotate(x, i), rotations[static_cast<std::size_t>(i - 1)]);
}

TEST(Builder, RefusesAConstantWhoseLengthIsNoPowerOfTwo) {
    Builder b;
    const Location where{"user.cpp", 7};
    expect_error(invalid_argument, "user.cpp:7: constant: 3 values, but their number must be a power of two", [&] {
        b.constant(std::vector{1.0, 2.0, 3.0}, where);
    });
    expect_error(invalid_argument, "constant: 0 values", [&] { b.constant(std::vector<double>{}, where); });
}

TEST(Builder, RefusesAConstantThatIsNotFinite) {
    Builder b;
    expect_error(invalid_argument, "constant: slot 1 is inf, but every slot must be finite; check its formula", [&] {
        b.constant(std::vector{1.0, std::numeric_limits<double>::infinity()});
    });
    const ValueId huge = b.constant(1e200);
    expect_error(invalid_argument, "constant: slot 0 is inf", [&] { b.mul(huge, huge); });
}

TEST(Builder, RefusesAValueThatDoesNotExist) {
    Builder b;
    const ValueId x = b.input();
    const Location where{"user.cpp", 7};
    const char* const text = "operand %5 does not exist, this circuit has 1 values so far; use values that its own";
    expect_error(invalid_argument, std::string("user.cpp:7: mul: ") + text, [&] { b.mul(x, {5}, where); });
    expect_error(invalid_argument, std::string("sub: ") + text, [&] { b.sub({5}, x); });
    expect_error(invalid_argument, std::string("negate: ") + text, [&] { b.negate({5}); });
    expect_error(invalid_argument, std::string("rotate: ") + text, [&] { b.rotate({5}, 1); });
    expect_error(invalid_argument, std::string("conjugate: ") + text, [&] { b.conjugate({5}); });
    expect_error(invalid_argument, std::string("output: ") + text, [&] { b.output({5}); });
    expect_error(invalid_argument, std::string("expr: ") + text, [&] { static_cast<void>(b.expr({5})); });
    expect_error(invalid_argument, std::string("node: ") + text, [&] { static_cast<void>(b.node({5})); });
}

TEST(Builder, RefusesNamesThatAreTakenOrUnprintable) {
    Builder b;
    const ValueId x = b.input("x1");
    expect_error(invalid_argument, "input: the name 'x1' is already taken; give every input its own name",
                 [&] { b.input(); });
    expect_error(invalid_argument, "contains a quote, a backslash or a control character; use other",
                 [&] { b.input("a\"b"); });
    b.output(x, "y");
    expect_error(invalid_argument, "output: the name 'y' is already taken; give every output its own name",
                 [&] { b.output(x, "y"); });
}

TEST(Builder, RefusesACircuitWithoutOutputs) {
    Builder b;
    b.input();
    expect_error(invalid_argument, "finish: the circuit of 1 values has no output; declare at least one",
                 [&] { static_cast<void>(std::move(b).finish()); });
}

TEST(Builder, RefusesWorkAfterTheEnd) {
    Builder b;
    const ValueId x = b.input();
    b.output(x);
    static_cast<void>(std::move(b).finish());
    expect_error(invalid_argument, "input: the circuit of this value is finished; use a value only within",
                 [&] { b.input(); });
    expect_error(invalid_argument, "mul: the circuit of this value is finished", [&] { b.mul(x, x); });
    expect_error(invalid_argument, "conjugate: the circuit of this value is finished", [&] { b.conjugate(x); });
    expect_error(invalid_argument, "output: the circuit is finished; name its outputs before that",
                 [&] { b.output(x); });
    expect_error(invalid_argument, "finish: the circuit is finished already; keep the first result",
                 [&] { static_cast<void>(std::move(b).finish()); });
}

}  // namespace
}  // namespace tacit::circuit
