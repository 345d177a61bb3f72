#include "tacit/linalg/products.hpp"

#include <bit>

#include "circuit/expect_error.hpp"
#include "linalg/trial.hpp"
#include "tacit/linalg/rearrange.hpp"

namespace tacit::linalg {
namespace {

using circuit::expect_error;

Dense product(const Dense& a, const Dense& b) {
    return elementwise(a, b, [](double x, double y) { return x * y; });
}

template <class A, class B>
concept CanMultiply = requires(const A& a, const B& b) { multiply(a, b); };
template <class A, class B>
concept CanAdd = requires(const A& a, const B& b) { a + b; };

// Encodings that do not meet are refused by the compiler.
static_assert(CanMultiply<RowVector, Matrix> && CanMultiply<Matrix, ColumnVector>);
static_assert(!CanMultiply<Matrix, RowVector> && !CanMultiply<ColumnVector, Matrix>);
static_assert(!CanMultiply<RowVector, RowVector> && !CanMultiply<RowVector, ColumnVector>);
static_assert(CanAdd<Matrix, Matrix> && CanAdd<RowVector, double> && CanAdd<Dense, Matrix>);
static_assert(!CanAdd<Matrix, RowVector> && !CanAdd<RowVector, ColumnVector> && !CanAdd<Matrix, Scalar>);

TEST(Products, HadamardOfEqualKindsTakesOneLevel) {
    for (const auto& [unit, rows, columns] : units_and_shapes()) {
        Trial t;
        const auto a = t.matrix(unit, rows, columns);
        const auto b = t.matrix(unit, rows, columns);
        const auto u = t.row(unit, rows);
        const auto v = t.row(unit, rows);
        const auto x = t.column(unit, columns);
        const auto y = t.column(unit, columns);
        t.expect(hadamard(a.value, b.value), product(a.clear, b.clear));
        t.expect(hadamard(u.value, v.value), product(u.clear, v.clear));
        t.expect(hadamard(x.value, y.value), product(x.clear, y.clear));
        t.expect(hadamard(a.value, a.value), product(a.clear, a.clear));
        t.expect(hadamard(u.value, u.value), product(u.clear, u.clear));
        t.expect(hadamard(x.value, x.value), product(x.clear, x.clear));
        EXPECT_EQ(depth(t.check().circuit), 1);
    }
}

TEST(Products, AVectorScalesTheRowsOrColumnsOfAMatrix) {
    for (const auto& [unit, rows, columns] : units_and_shapes()) {
        Trial t;
        const auto m = t.matrix(unit, rows, columns);
        const auto u = t.row(unit, rows);
        const auto x = t.column(unit, columns);
        t.expect(hadamard(u.value, m.value), product(m.clear, times(transposed(u.clear), filled(1, columns, 1))));
        t.expect(hadamard(m.value, x.value), product(m.clear, times(filled(rows, 1, 1), transposed(x.clear))));
        EXPECT_EQ(depth(t.check().circuit), 1);
    }
}

TEST(Products, SumOverRowsTakesNoLevel) {
    for (const auto& [unit, rows, columns] : units_and_shapes()) {
        Trial t;
        const auto m = t.matrix(unit, rows, columns);
        t.expect(sum_rows(m.value), row_sums(m.clear));
        EXPECT_EQ(depth(t.check().circuit), 0);
    }
}

TEST(Products, SumOverColumnsTakesNoLevelAndSpreadingItOne) {
    for (const auto& [unit, rows, columns] : units_and_shapes()) {
        Trial lazy;
        const auto m = lazy.matrix(unit, rows, columns);
        lazy.expect(sum_columns(m.value), column_sums(m.clear));
        EXPECT_EQ(depth(lazy.check().circuit), 0);
        Trial t;
        const auto n = t.matrix(unit, rows, columns);
        const RowVector all = spread(sum_columns(n.value));
        EXPECT_EQ(all.layout(), Layout::row_vector(unit, rows));
        t.expect(all, column_sums(n.clear));
        EXPECT_EQ(depth(t.check().circuit), 1);
    }
}

TEST(Products, VectorTimesMatrixTakesOneLevelOnEitherSide) {
    for (const auto& [unit, rows, columns] : units_and_shapes()) {
        Trial t;
        const auto m = t.matrix(unit, rows, columns);
        const auto u = t.row(unit, rows);
        const auto x = t.column(unit, columns);
        t.expect(multiply(u.value, m.value), transposed(times(u.clear, m.clear)));
        t.expect(multiply(m.value, x.value), transposed(times(m.clear, x.clear)));
        EXPECT_EQ(depth(t.check().circuit), 1);
    }
}

TEST(Products, HadamardWithPublicValuesTakesOneLevelAndCleans) {
    for (const auto& [unit, rows, columns] : units_and_shapes()) {
        Trial t;
        std::mt19937_64 random(4);
        const auto m = t.matrix(unit, rows, columns, false);
        const auto u = t.input<Kind::row_vector>(Layout::row_vector(unit, rows).with_clean(false));
        const auto x = t.column(unit, columns);
        const Dense full = random_dense(rows, columns, random);
        const Dense row = random_dense(1, rows, random);
        const Dense column = random_dense(columns, 1, random);
        t.expect(hadamard(m.value, full), product(m.clear, full));
        t.expect(hadamard(m.value, row), product(m.clear, times(transposed(row), filled(1, columns, 1))));
        t.expect(hadamard(m.value, column), product(m.clear, times(filled(rows, 1, 1), transposed(column))));
        t.expect(hadamard(u.value, row), product(u.clear, row));
        t.expect(hadamard(x.value, column), product(x.clear, column));
        EXPECT_TRUE(hadamard(m.value, full).layout().clean());
        EXPECT_EQ(depth(t.check().circuit), 1);
    }
}

TEST(Products, ANumberMultipliesEveryKind) {
    const Unit unit = Unit::make(16, 32);
    Trial t;
    const auto s = t.scalar(unit);
    const auto m = t.matrix(unit, 20, 30, false);
    const auto u = t.row(unit, 5);
    const auto x = t.column(unit, 5);
    const double factor = s.clear(0, 0);
    t.expect(multiply(s.value, m.value), scaled(m.clear, factor));
    t.expect(multiply(s.value, u.value), scaled(u.clear, factor));
    t.expect(multiply(s.value, x.value), scaled(x.clear, factor));
    t.expect(multiply(s.value, s.value), scaled(s.clear, factor));
    EXPECT_EQ(depth(t.check().circuit), 1);
}

TEST(Products, DotProductsFillAScalar) {
    for (const Unit unit : units()) {
        for (const std::size_t length : {std::size_t{1}, unit.height(), unit.height() + 17, 2 * unit.width()}) {
            Trial t;
            const auto u = t.row(unit, length);
            const auto v = t.row(unit, length);
            const auto x = t.column(unit, length);
            const auto y = t.column(unit, length);
            t.expect(dot(u.value, v.value), times(u.clear, transposed(v.clear)));
            t.expect(dot(x.value, y.value), times(transposed(x.clear), y.clear));
            EXPECT_EQ(depth(t.check().circuit), 1);
        }
    }
}

TEST(Products, DotProductsOfDirtyVectorsAreMasked) {
    const Unit unit = Unit::make(16, 16);
    Trial t;
    const auto u = t.input<Kind::row_vector>(Layout::row_vector(unit, 20).with_clean(false));
    const auto v = t.input<Kind::row_vector>(Layout::row_vector(unit, 20).with_clean(false));
    const auto x = t.input<Kind::column_vector>(Layout::column_vector(unit, 5).with_copies(3).with_clean(false));
    t.expect(dot(u.value, v.value), times(u.clear, transposed(v.clear)));
    t.expect(dot(x.value, x.value), times(transposed(x.clear), x.clear));
    EXPECT_EQ(depth(t.check().circuit), 2);
}

TEST(Products, OuterProductTakesOneLevel) {
    for (const auto& [unit, rows, columns] : units_and_shapes()) {
        for (const bool clean : {true, false}) {
            Trial t;
            const auto u = t.input<Kind::row_vector>(Layout::row_vector(unit, rows).with_clean(clean));
            const auto x = t.column(unit, columns);
            t.expect(outer(u.value, x.value), times(transposed(u.clear), transposed(x.clear)));
            EXPECT_EQ(depth(t.check().circuit), 1);
        }
    }
}

TEST(Products, GarbageIsMaskedWhereASumWouldMixItIn) {
    for (const auto& [unit, rows, columns] : units_and_shapes()) {
        Trial t;
        const auto m = t.matrix(unit, rows, columns, false);
        const auto u = t.input<Kind::row_vector>(Layout::row_vector(unit, rows).with_clean(false));
        const auto x = t.input<Kind::column_vector>(Layout::column_vector(unit, columns).with_clean(false));
        t.expect(sum_rows(m.value), row_sums(m.clear));
        t.expect(sum_columns(m.value), column_sums(m.clear));
        t.expect(multiply(u.value, m.value), transposed(times(u.clear, m.clear)));
        t.expect(multiply(m.value, x.value), transposed(times(m.clear, x.clear)));
        t.expect(spread(sum_columns(hadamard(m.value, m.value))), column_sums(product(m.clear, m.clear)));
        EXPECT_LE(depth(t.check().circuit), 3);
    }
}

TEST(Products, VectorsWithFewCopiesAreSpreadWhereTheyAreNeeded) {
    const Unit unit = Unit::make(16, 32);
    for (const std::size_t copies : {1U, 2U, 3U, 8U, 16U}) {
        for (const bool clean : {true, false}) {
            Trial t;
            const auto m = t.matrix(unit, 20, 40);
            const auto u =
                t.input<Kind::row_vector>(Layout::row_vector(unit, 20).with_copies(copies).with_clean(clean));
            const auto x =
                t.input<Kind::column_vector>(Layout::column_vector(unit, 40).with_copies(copies).with_clean(clean));
            t.expect(spread(u.value), u.clear);
            t.expect(spread(x.value), x.clear);
            t.expect(hadamard(u.value, m.value), product(m.clear, times(transposed(u.clear), filled(1, 40, 1))));
            t.expect(hadamard(m.value, x.value), product(m.clear, times(filled(20, 1, 1), transposed(x.clear))));
            t.expect(outer(u.value, x.value), times(transposed(u.clear), transposed(x.clear)));
            t.check();
        }
    }
}

TEST(Products, CleanPowersOfTwoOfCopiesAreSpreadWithoutALevel) {
    const Unit unit = Unit::make(16, 32);
    Trial t;
    const auto u = t.input<Kind::row_vector>(Layout::row_vector(unit, 20).with_copies(4));
    t.expect(spread(u.value), u.clear);
    const Program program = t.check();
    EXPECT_EQ(depth(program.circuit), 0);
    EXPECT_EQ(operation_count(program.circuit).rotations(), 2U * 3U);
}

// The copies that free columns give are enough for the next product: M b twice takes 2 levels, not 3.
TEST(Products, AMatrixOfHalfTheWidthNeedsNoMaskBetweenProducts) {
    const Unit unit = Unit::make(64, 64);
    for (const auto& [columns, levels] : {std::pair{32U, 2}, std::pair{33U, 3}}) {
        Trial t;
        const auto m = t.matrix(unit, 64, columns);
        const auto x = t.column(unit, columns);
        const RowVector y = multiply(m.value, x.value);
        EXPECT_EQ(y.layout().copies(), 65 - columns);
        const Dense image = times(m.clear, x.clear);
        t.expect(multiply(y, m.value), times(transposed(m.clear), image));
        EXPECT_EQ(depth(t.check().circuit), levels);
    }
}

TEST(Products, AMatrixByDiagonalsTimesAVectorTakesOneLevelAndNoMask) {
    for (const Unit unit : {Unit::make(64, 64), Unit::make(16, 256), Unit::make(2, 8), Unit::make(4, 1)}) {
        const std::size_t w = unit.width();
        for (const auto& [rows, columns] : {Shape{w, w}, {w / 2 + 1, w}, {w, w / 2 + 1}, {2 * w, w}, {w + 1, 2 * w}}) {
            if (unit.width() == 256 && rows + columns > 2 * w) continue;  // large, and the same as in small units
            Trial t;
            const auto m = t.input<Kind::diagonals>(Layout::diagonals(unit, rows, columns));
            const auto x = t.input<Kind::column_vector>(Layout::column_vector(unit, columns).with_clean(false));
            const ColumnVector y = multiply(m.value, x.value);
            EXPECT_TRUE(y.layout().clean());
            EXPECT_EQ(y.layout().copies(), unit.height());
            t.expect(y, times(m.clear, x.clear));
            EXPECT_EQ(depth(t.check().circuit), 1) << rows << " x " << columns;
        }
    }
}

TEST(Products, AMatrixByDiagonalsPassesFromProductToProductAtOneLevelEach) {
    const Unit unit = Unit::make(64, 64);
    Trial t;
    const auto m = t.input<Kind::diagonals>(Layout::diagonals(unit, 64, 64));
    const auto x = t.column(unit, 64);
    const Dense squared = times(m.clear, times(m.clear, x.clear));
    t.expect(multiply(m.value, multiply(m.value, x.value)), squared);
    const Program program = t.check();
    EXPECT_EQ(depth(program.circuit), 2);
    EXPECT_EQ(operation_count(program.circuit).rotations(), 2 * (15 + 3));  // baby and giant steps for 64 diagonals
}

TEST(Products, ADirtyMatrixByDiagonalsIsMasked) {
    const Unit unit = Unit::make(4, 8);
    Trial t;
    const auto m = t.input<Kind::diagonals>(Layout::diagonals(unit, 5, 6).with_clean(false));
    const auto x = t.column(unit, 6);
    t.expect(multiply(m.value, x.value), times(m.clear, x.clear));
    t.expect(m.value + m.value * 2.0, scaled(m.clear, 3));
    t.expect(hadamard(m.value, m.clear), elementwise(m.clear, m.clear, std::multiplies<>()));
    EXPECT_EQ(depth(t.check().circuit), 2);
}

// What doubled rows are for: chains of products without masks between them. A row of
// k elements in a unit of width 2 k takes the same slots and the same levels.
TEST(Products, HalfFilledRowsTakeTheLevelsOfDoubledOnesAndOneRotationMoreForEachSum) {
    for (const std::size_t k : {4U, 16U, 32U}) {
        const Unit unit = Unit::make(4096 / (2 * k), 2 * k);
        Trial t;
        const auto m = t.matrix(unit, k, k);
        const auto x = t.column(unit, k);
        Value<Kind::column_vector> v = x.value;
        Dense clear = x.clear;
        const int products = 4;
        for (int i = 0; i < products; i += 2) {
            v = multiply(multiply(m.value, v), m.value);
            clear = times(transposed(m.clear), times(m.clear, clear));
        }
        t.expect(v, clear);
        const Program program = t.check();
        EXPECT_EQ(depth(program.circuit), products);
        const auto log_k = static_cast<std::size_t>(std::countr_zero(k));
        const auto log_h = static_cast<std::size_t>(std::countr_zero(unit.height()));
        EXPECT_EQ(operation_count(program.circuit).rotations(), products / 2 * (log_k + 1 + log_h));
    }
}

// What HIT folds into the mask of sum_cols by an argument, the optimiser folds by itself.
TEST(Products, AFactorAfterASumIsFoldedIntoTheMask) {
    const Unit unit = Unit::make(16, 16);
    Trial t;
    const auto m = t.matrix(unit, 16, 16);
    t.expect(spread(sum_columns(m.value) * 3.25), scaled(column_sums(m.clear), 3.25));
    EXPECT_EQ(depth(t.check().circuit), 1);
}

// HIT's mixed units: a row vector times a matrix in a unit m x n gives a column vector in n x m, which meets a matrix
// in m x n again.
TEST(Products, VectorsPassBetweenAUnitAndItsTransposeWithoutALevel) {
    const Unit unit = Unit::make(16, 256);
    Trial t;
    const auto u = t.row(unit, 33);
    const auto m = t.matrix(unit, 33, 12);
    const ColumnVector narrow = with_unit(multiply(u.value, m.value), unit.transposed());
    const Dense image = transposed(times(u.clear, m.clear));
    t.expect(narrow, image);
    t.expect(multiply(m.value, with_unit(narrow, unit)), transposed(times(m.clear, image)));
    EXPECT_EQ(depth(t.check().circuit), 2);
}

TEST(Products, SumsOverManyMatricesRotateOnce) {
    const Unit unit = Unit::make(16, 16);
    Trial t;
    const auto a = t.matrix(unit, 16, 16);
    const auto b = t.matrix(unit, 16, 16);
    const auto c = t.matrix(unit, 16, 16);
    const Dense total = elementwise(elementwise(a.clear, b.clear, std::plus<>()), c.clear, std::plus<>());
    t.expect(sum_rows(sum(std::vector{a.value, b.value, c.value})), row_sums(total));
    t.expect(sum_columns(sum(std::vector{a.value, b.value, c.value})), column_sums(total));
    EXPECT_EQ(operation_count(t.check().circuit).rotations(), 8U);
}

TEST(Products, RefusesLengthsAndUnitsThatDoNotFitAndNamesTheLine) {
    const Unit unit = Unit::make(8, 8);
    Trial t;
    const auto m = t.matrix(unit, 5, 6);
    const auto n = t.matrix(unit, 6, 5);
    const auto u = t.row(unit, 6);
    const auto x = t.column(unit, 5);
    const auto v = t.row(Unit::make(4, 16), 5);
    const auto y = t.column(Unit::make(4, 16), 6);
    const auto refuse = [](const std::string& text, const auto& action) {
        expect_error(ErrorCode::invalid_argument, text, action);
        expect_error(ErrorCode::invalid_argument, "products_test.cpp:", action);
    };
    refuse("hadamard: a matrix 5x6 unit 8x8 clean and a matrix 6x5 unit 8x8 clean; shapes and units must be equal",
           [&] { static_cast<void>(hadamard(m.value, n.value)); });
    refuse("hadamard: a row_vector 6 unit 8x8 copies 8 clean and a row_vector 5 unit 4x16",
           [&] { static_cast<void>(hadamard(u.value, v.value)); });
    refuse("hadamard: a column_vector 5 ", [&] { static_cast<void>(hadamard(x.value, y.value)); });
    refuse("the row vector is as long as the matrix is high", [&] { static_cast<void>(multiply(u.value, m.value)); });
    refuse("the row vector is as long as the matrix is high", [&] { static_cast<void>(multiply(v.value, m.value)); });
    refuse("the column vector is as long as the matrix is wide",
           [&] { static_cast<void>(multiply(m.value, x.value)); });
    refuse("the column vector is as long as the matrix is wide",
           [&] { static_cast<void>(multiply(m.value, y.value)); });
    refuse("outer: ", [&] { static_cast<void>(outer(v.value, x.value)); });
    refuse("hadamard: ", [&] { static_cast<void>(dot(u.value, v.value)); });
    refuse("pack: 7 x 7 values", [&] { static_cast<void>(hadamard(m.value, Dense(7, 7))); });
}

}  // namespace
}  // namespace tacit::linalg
