#include "tacit/runtime/managed_program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ckks/make_parameters.hpp"
#include "tacit/linalg/lay_out.hpp"
#include "tacit/linalg/products.hpp"

namespace tacit::runtime {
namespace {

using linalg::Dense;
using linalg::Layout;
using linalg::Unit;

/// y = M x + b, where b is dirty, and the sum of b.
linalg::Program affine() {
    const Unit unit = Unit::make(8, 8);
    linalg::ProgramBuilder builder;
    const auto m = builder.matrix("m", unit, 10, 3);
    const auto x = builder.column_vector("x", unit, 3);
    const auto b = builder.input<linalg::Kind::row_vector>("b", Layout::row_vector(unit, 10).with_clean(false));
    builder.output("y", multiply(m, x) + b);
    builder.output("b again", b);
    return std::move(builder).finish();
}

struct ManagedProgramTest : ::testing::Test {
    const linalg::Program program = affine();
    const ManagedProgram plan{program};
    const ckks::Parameters parameters =
        ckks::insecure_parameters_for_tests({.depth = 2, .log_ring_dimension = 10, .digits = 1});
    const ckks::KeySet keys = ckks::generate_keys(parameters, plan.key_request());
    const ckks::Encryptor encryptor{keys.secret_key};
    const ckks::Decryptor decryptor{keys.secret_key};
    const Dense m{10, 3, std::vector(30, 0.25)};
    const Dense x = Dense::column({1, 2, 3});
    const Dense b{1, 10, std::vector(10, -0.5)};

    [[nodiscard]] std::vector<EncryptedValue> inputs() const {
        return plan.encrypt(encryptor, {{"m", m}, {"x", x}, {"b", b}});
    }
    void expect_refused(std::vector<EncryptedValue> values, ErrorCode code, const std::string& text) const {
        try {
            static_cast<void>(run(plan, keys.evaluation_keys, std::move(values)));
            FAIL() << "no error: " << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), code);
            EXPECT_THAT(error.what(), ::testing::HasSubstr(text));
        }
    }
};

TEST_F(ManagedProgramTest, RunsOnValuesInAnyOrderAndNamesItsOutputs) {
    std::vector<EncryptedValue> values = inputs();
    std::ranges::reverse(values);
    const auto outputs = run(plan, keys.evaluation_keys, std::move(values));
    ASSERT_EQ(outputs.size(), 2U);
    EXPECT_EQ(outputs[1].name(), "b again");
    const Dense y = decrypt(decryptor, find(outputs, "y"));
    ASSERT_EQ(y.columns(), 10U);
    for (std::size_t i = 0; i < 10; ++i) EXPECT_NEAR(y(0, i), 1.0, 1e-4);
}

TEST_F(ManagedProgramTest, DropsTilesThatComeAtAHigherLevel) {
    std::vector<EncryptedValue> values = plan.encrypt(encryptor, {{"m", m}, {"x", x}});
    values.push_back(encrypt(encryptor, plan.inputs()[2], b, 2));
    const auto outputs = run(plan, keys.evaluation_keys, std::move(values));
    EXPECT_NEAR(decrypt(decryptor, find(outputs, "b again"))(0, 9), -0.5, 1e-4);
}

TEST_F(ManagedProgramTest, TakesOutputsThatTravelAsInputs) {
    const auto outputs = run(plan, keys.evaluation_keys, inputs());
    const EncryptedValue& y = find(outputs, "y");
    linalg::ProgramBuilder builder;
    const auto again = builder.input<linalg::Kind::row_vector>("y", y.description().layout);
    builder.output("twice", again + again);
    const ManagedProgram next(std::move(builder).finish());
    std::vector<EncryptedValue> travelled;
    travelled.push_back(parse_encrypted_value(serialize(y), parameters).value());
    const auto doubled = run(next, keys.evaluation_keys, std::move(travelled));
    EXPECT_NEAR(decrypt(decryptor, doubled[0])(0, 3), 2.0, 1e-4);
}

// Whichever way values are kept, their owner sees them in the shape of the formula.
TEST(ManagedProgram, ComputesFormulasOnValuesKeptTransposedAndByDiagonals) {
    linalg::FormulaBuilder builder;
    const Unit unit = Unit::make(16, 16);
    const auto tall = builder.input({"tall", Layout::matrix(unit, 3, 20), true});
    const auto square = builder.input({"square", Layout::diagonals(unit, 3, 3)});
    const auto x = builder.input({"x", Layout::row_vector(unit, 3), true});
    builder.output("y", tall * (square * x));
    const linalg::Formula formula = std::move(builder).finish();
    const ManagedProgram plan(lay_out(formula, {.slots = 256, .budget = 20}).program);

    const auto ramp = [](std::size_t rows, std::size_t columns) {
        Dense a(rows, columns);
        for (std::size_t i = 0; i < rows; ++i) {
            for (std::size_t j = 0; j < columns; ++j)
                a(i, j) = 0.1 * static_cast<double>(i) - 0.2 * static_cast<double>(j);
        }
        return a;
    };
    const std::vector<Dense> clear{ramp(20, 3), ramp(3, 3), ramp(3, 1)};
    const auto parameters =
        ckks::insecure_parameters_for_tests({.depth = plan.depth(), .log_ring_dimension = 10, .digits = 1});
    const auto keys = ckks::generate_keys(parameters, plan.key_request());
    auto inputs =
        plan.encrypt(ckks::Encryptor(keys.secret_key), {{"tall", clear[0]}, {"square", clear[1]}, {"x", clear[2]}});
    const auto outputs = run(plan, keys.evaluation_keys, std::move(inputs));
    const Dense found = decrypt(ckks::Decryptor(keys.secret_key), find(outputs, "y"));
    const Dense expected = evaluate(formula, clear).front();
    ASSERT_EQ(found.rows(), 20U);
    ASSERT_EQ(found.columns(), 1U);
    for (std::size_t i = 0; i < 20; ++i) EXPECT_NEAR(found(i, 0), expected(i, 0), 1e-4);
}

TEST_F(ManagedProgramTest, RefusesInputsThatAreMissingUnknownOrThereTwice) {
    const auto invalid = ErrorCode::invalid_argument;
    std::vector<EncryptedValue> two = inputs();
    two.pop_back();
    expect_refused(std::move(two), invalid,
                   "run: input \"x\", a column_vector 3 unit 8x8 copies 8 clean, is missing; the program needs \"m\", "
                   "\"x\", \"b\"");
    std::vector<EncryptedValue> more = inputs();
    more.push_back(encrypt(encryptor, {"z", Layout::scalar(Unit::make(8, 8))}, Dense::row({1})));
    expect_refused(std::move(more), invalid, "the program has no input \"z\"; its inputs are \"m\", \"x\", \"b\"");
    std::vector<EncryptedValue> twice = inputs();
    twice.push_back(twice.front().clone());
    expect_refused(std::move(twice), invalid, "input \"b\" is there twice");
}

TEST_F(ManagedProgramTest, RefusesAnotherLayoutAndPrintsBoth) {
    const auto with_m = [&](const linalg::Description& what, const Dense& matrix) {
        std::vector<EncryptedValue> values = plan.encrypt(encryptor, {{"x", x}, {"b", b}});
        values.push_back(encrypt(encryptor, what, matrix));
        return values;
    };
    expect_refused(
        with_m({"m", Layout::matrix(Unit::make(4, 16), 10, 3)}, m), ErrorCode::invalid_argument,
        "run: input \"m\" is a matrix 10x3 unit 4x16 clean but the program takes a matrix 10x3 unit 8x8 clean");
    expect_refused(with_m({"m", Layout::matrix(Unit::make(8, 8), 10, 3), true}, transposed(m)),
                   ErrorCode::invalid_argument, "is a matrix 10x3 unit 8x8 clean transposed but");
    expect_refused(with_m({"m", Layout::matrix(Unit::make(8, 8), 10, 3).with_clean(false)}, m),
                   ErrorCode::invalid_argument, "is a matrix 10x3 unit 8x8 dirty but");
}

TEST_F(ManagedProgramTest, RefusesTilesBelowTheirLevel) {
    std::vector<EncryptedValue> values = plan.encrypt(encryptor, {{"x", x}, {"b", b}});
    values.push_back(encrypt(encryptor, plan.inputs()[0], m, 0));
    expect_refused(std::move(values), ErrorCode::out_of_levels,
                   "run: tile 0 of input \"m\" is at level 0 but the program needs level 1");
}

TEST_F(ManagedProgramTest, EncryptsNothingThatTheProgramDoesNotTake) {
    try {
        static_cast<void>(plan.encrypt(encryptor, {{"w", x}}));
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
        EXPECT_THAT(error.what(), ::testing::HasSubstr("encrypt: the program has no input \"w\""));
    }
}

}  // namespace
}  // namespace tacit::runtime
