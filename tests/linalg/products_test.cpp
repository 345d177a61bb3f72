#include "tacit/linalg/products.hpp"

#include "circuit/expect_error.hpp"
#include "linalg/trial.hpp"

namespace tacit::linalg {
namespace {

using circuit::expect_error;

Dense product(const Dense& a, const Dense& b) {
    return elementwise(a, b, [](double x, double y) { return x * y; });
}

TEST(Products, HadamardOfEqualKindsTakesOneLevel) {
    for (const Unit unit : units()) {
        for (const auto& [rows, columns] : shapes(unit)) {
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
}

TEST(Products, AVectorScalesTheRowsOrColumnsOfAMatrix) {
    for (const Unit unit : units()) {
        for (const auto& [rows, columns] : shapes(unit)) {
            Trial t;
            const auto m = t.matrix(unit, rows, columns);
            const auto u = t.row(unit, rows);
            const auto x = t.column(unit, columns);
            t.expect(hadamard(u.value, m.value), product(m.clear, times(transposed(u.clear), filled(1, columns, 1))));
            t.expect(hadamard(m.value, x.value), product(m.clear, times(filled(rows, 1, 1), transposed(x.clear))));
            EXPECT_EQ(depth(t.check().circuit), 1);
        }
    }
}

TEST(Products, SumOverRowsTakesNoLevel) {
    for (const Unit unit : units()) {
        for (const auto& [rows, columns] : shapes(unit)) {
            Trial t;
            const auto m = t.matrix(unit, rows, columns);
            t.expect(sum_rows(m.value), row_sums(m.clear));
            EXPECT_EQ(depth(t.check().circuit), 0);
        }
    }
}

TEST(Products, SumOverColumnsTakesNoLevelAndSpreadingItOne) {
    for (const Unit unit : units()) {
        for (const auto& [rows, columns] : shapes(unit)) {
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
}

TEST(Products, VectorTimesMatrixTakesOneLevelOnEitherSide) {
    for (const Unit unit : units()) {
        for (const auto& [rows, columns] : shapes(unit)) {
            Trial t;
            const auto m = t.matrix(unit, rows, columns);
            const auto u = t.row(unit, rows);
            const auto x = t.column(unit, columns);
            t.expect(multiply(u.value, m.value), transposed(times(u.clear, m.clear)));
            t.expect(multiply(m.value, x.value), transposed(times(m.clear, x.clear)));
            EXPECT_EQ(depth(t.check().circuit), 1);
        }
    }
}

}  // namespace
}  // namespace tacit::linalg
