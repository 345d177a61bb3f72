#include "tacit/tensor/program.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "base/throws.hpp"
#include "tacit/tensor/optimise.hpp"
#include "tensor/programs.hpp"

namespace tacit::tensor {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

std::vector<double> power_of(std::size_t degree) {
    std::vector<double> c(degree + 1, 0.0);
    c.back() = 1;
    return c;
}

TEST(Program, EvaluatesAsWritten) {
    Tracer in;
    const Matrix a = in.matrix("A", 2, 3);
    const Vector x = in.vector("x", 3);
    in.output(polynomial({1, 0, 2}, 0.5 * (a * x)) - a * x);
    in.output(transpose(a) * (a * x) + in.zeros(3));
    const Program program = std::move(in).finish();
    const auto y = evaluate(program, {{{2, 3, {1, 2, 3, 4, 5, 6}}}, {{1, 0, -1}}});
    EXPECT_EQ(y[0], (std::vector<double>{1 + 2 * 1 - -2, 1 + 2 * 1 - -2}));
    EXPECT_EQ(y[1], (std::vector<double>{-2 - 8, -4 - 10, -6 - 12}));
}

TEST(Program, ProductsOfMatricesAreThoseOfTheirValues) {
    Tracer in;
    const Matrix a = in.matrix("A", 4, 3), b = in.matrix("B", 3, 5);
    const Vector x = in.vector("x", 4);
    EXPECT_EQ(transpose(a * b).rows(), 5U);
    in.output(transpose(a * b) * x);
    in.output(transpose(b) * (transpose(a) * x));
    const Program program = std::move(in).finish();
    const auto y = evaluate(program, test::random_inputs(program, 3));
    for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(y[0][i], y[1][i], 1e-12);
}

TEST(Program, RefusesWhatDoesNotFit) {
    Tracer in, foreign;
    const Matrix a = in.matrix("A", 2, 3);
    const Vector x = in.vector("x", 3), y = in.vector("y", 2), z = foreign.vector("z", 3);
    const auto invalid = ErrorCode::invalid_argument;
    EXPECT_THAT(message_of(invalid, [&] { static_cast<void>(a * y); }), HasSubstr("2 x 3 times 2 entries"));
    EXPECT_THAT(message_of(invalid, [&] { static_cast<void>(a * a); }), HasSubstr("2 x 3 times 2 x 3"));
    EXPECT_THAT(message_of(invalid, [&] { static_cast<void>(x + y); }), HasSubstr("3 and 2 entries"));
    EXPECT_THAT(message_of(invalid, [&] { static_cast<void>(x + z); }), HasSubstr("two tracers"));
    EXPECT_THAT(message_of(invalid, [&] { static_cast<void>(std::numeric_limits<double>::infinity() * x); }),
                HasSubstr("is not finite"));
    EXPECT_THAT(message_of(invalid, [&] { static_cast<void>(polynomial(power_of(64), x)); }),
                ContainsRegex("program_test.cpp:[0-9]+: polynomial: degree 64, the limit is 63"));
    EXPECT_THAT(message_of(invalid, [&] { static_cast<void>(in.matrix("B", 0, 3)); }), HasSubstr("'B': a size is 0"));
    EXPECT_THAT(message_of(invalid, [&] { static_cast<void>(std::move(foreign).finish()); }),
                HasSubstr("needs an output"));
    in.output(x);
    const Program program = std::move(in).finish();
    EXPECT_THAT(message_of(invalid, [&] { static_cast<void>(x + x); }), HasSubstr("finished"));
    const auto refusal = [&](const ClearInputs& inputs) {
        return message_of(invalid, [&] { static_cast<void>(evaluate(program, inputs)); });
    };
    EXPECT_THAT(refusal({}), HasSubstr("0 matrices and 0 vectors for a program of 1 and 2"));
    EXPECT_THAT(refusal({{{1, 1, {1}}}, {{}, {}}}), HasSubstr("matrix 'A' is 1 x 1 with 1 values, expected 2 x 3"));
    EXPECT_THAT(refusal({{{2, 3, std::vector<double>(6)}}, {{}, {}}}),
                HasSubstr("vector 'x' has 0 entries, expected 3"));
}

TEST(Program, PublicInputsAreNotAskedFor) {
    Tracer in;
    const Matrix a = in.public_matrix("A", {2, 2, {1, 2, 3, 4}});
    const Vector x = in.vector("x", 2);
    in.output(a * x + in.public_vector("b", {10, 20}));
    const Program program = std::move(in).finish();
    EXPECT_EQ(evaluate(program, {{}, {{1, -1}}}).front(), (std::vector<double>{9, 19}));
    EXPECT_THAT(message_of(ErrorCode::invalid_argument,
                           [&] {
                               static_cast<void>(evaluate(program, {{}, {}}));
                           }),
                HasSubstr("0 matrices and 0 vectors for a program of 0 and 1"));
}

TEST(Program, RefusesPublicInputsThatAreNone) {
    Tracer in;
    const auto invalid = ErrorCode::invalid_argument;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THAT(message_of(invalid,
                           [&] {
                               static_cast<void>(in.public_matrix("A", {2, 2, {1, 2, 3}}));
                           }),
                HasSubstr("'A': 3 values for 2 x 2"));
    EXPECT_THAT(message_of(invalid,
                           [&] {
                               static_cast<void>(in.public_matrix("A", {1, 1, {nan}}));
                           }),
                HasSubstr("'A': a value is not finite"));
    EXPECT_THAT(message_of(invalid, [&] { static_cast<void>(in.public_vector("b", {})); }),
                HasSubstr("'b': a size is 0"));
    in.output(in.public_matrix("A", {1, 1, {2}}) * in.public_vector("b", {1}));
    const Program constant = std::move(in).finish();
    EXPECT_THAT(message_of(invalid, [&] { static_cast<void>(optimise(constant, 16)); }),
                HasSubstr("an output is a constant"));
}

TEST(Optimise, RefusesWhatItCannotLower) {
    const Program program = test::nesterov(2, 4, 4, false);
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { static_cast<void>(optimise(program, 24)); }),
                HasSubstr("24 slots"));
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { static_cast<void>(optimise(program, 2)); }),
                HasSubstr("2 slots"));
    Tracer in;
    in.output(polynomial({2, 1}, in.zeros(3)));
    const Program constant = std::move(in).finish();
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { static_cast<void>(optimise(constant, 16)); }),
                HasSubstr("an output is a constant"));
}

}  // namespace
}  // namespace tacit::tensor
