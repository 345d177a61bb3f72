#include "tacit/linalg/rearrange.hpp"

#include "circuit/expect_error.hpp"
#include "linalg/trial.hpp"
#include "tacit/linalg/products.hpp"

namespace tacit::linalg {
namespace {

using circuit::expect_error;

Dense part(const Dense& a, std::size_t first_row, std::size_t rows, std::size_t first_column, std::size_t columns) {
    Dense c(rows, columns);
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j) c(i, j) = a(first_row + i, first_column + j);
    }
    return c;
}

Dense stacked(const Dense& a, const Dense& b) {
    std::vector<double> values(a.values().begin(), a.values().end());
    values.insert(values.end(), b.values().begin(), b.values().end());
    return {a.rows() + b.rows(), a.columns(), std::move(values)};
}

// Small units keep the circuits of moves that touch every distance small.
const std::vector<Unit>& small_units() {
    static const std::vector<Unit> all{Unit::make(16, 16), Unit::make(8, 32), Unit::make(32, 8)};
    return all;
}

std::vector<Shape> small_shapes(Unit unit) {
    const std::size_t h = unit.height();
    const std::size_t w = unit.width();
    return {{h, w}, {2 * h, 3 * w}, {h + 5, w + 3}, {h / 2, w / 2}, {3, 2}, {1, 1}};
}

TEST(Rearrange, TransposesMatricesAtOneLevel) {
    for (const Unit unit : small_units()) {
        for (const auto& [rows, columns] : small_shapes(unit)) {
            for (const bool clean : {true, false}) {
                Trial t;
                const auto m = t.matrix(unit, rows, columns, clean);
                t.expect(transpose(m.value), transposed(m.clear));
                EXPECT_EQ(depth(t.check().circuit), 1);
            }
        }
    }
}

TEST(Rearrange, TransposesATileOf64By64WithTwiceTheRootOfItsDistances) {
    Trial t;
    const auto m = t.matrix(Unit::make(64, 64), 64, 64);
    t.expect(transpose(m.value), transposed(m.clear));
    // 127 distances, (c - r) * 63: at best 2 sqrt(127) = 22.5.
    EXPECT_LE(operation_count(t.check().circuit).rotations(), 23U);
}

TEST(Rearrange, TransposesVectorsAtOneLevel) {
    for (const Unit unit : small_units()) {
        for (const std::size_t length : {1U, 5U, 8U, 16U, 32U, 37U, 96U}) {
            Trial t;
            const auto u = t.row(unit, length);
            const auto x = t.column(unit, length);
            t.expect(transpose(u.value), transposed(u.clear));
            t.expect(transpose(x.value), transposed(x.clear));
            EXPECT_EQ(depth(t.check().circuit), 1);
        }
    }
}

TEST(Rearrange, SlicesAtTilesAreFreeAndOthersTakeOneLevel) {
    for (const Unit unit : small_units()) {
        const std::size_t h = unit.height();
        const std::size_t w = unit.width();
        Trial free;
        const auto m = free.matrix(unit, 3 * h - 1, 3 * w - 2);
        free.expect(slice(m.value, h, h, w, w), part(m.clear, h, h, w, w));
        free.expect(slice(m.value, h, 3, 0, w + 1), part(m.clear, h, 3, 0, w + 1));
        free.expect(slice(m.value, h, 2 * h - 1, w, 2 * w - 2), part(m.clear, h, 2 * h - 1, w, 2 * w - 2));
        const auto u = free.row(unit, 3 * h - 1);
        const auto x = free.column(unit, 3 * w - 1);
        free.expect(slice(u.value, h, h + 2), part(u.clear, 0, 1, h, h + 2));
        free.expect(slice(x.value, w, w + 2), part(x.clear, w, w + 2, 0, 1));
        EXPECT_EQ(depth(free.check().circuit), 0);
        Trial moved;
        const auto n = moved.matrix(unit, 3 * h - 1, 3 * w - 2, false);
        moved.expect(slice(n.value, 1, 2 * h, 3, w), part(n.clear, 1, 2 * h, 3, w));
        moved.expect(slice(n.value, 0, 2, w + 1, 5), part(n.clear, 0, 2, w + 1, 5));
        const auto v = moved.row(unit, 3 * h - 1);
        const auto y = moved.column(unit, 3 * w - 1);
        moved.expect(slice(v.value, 1, h + 2), part(v.clear, 0, 1, 1, h + 2));
        moved.expect(slice(y.value, 2, w + 2), part(y.clear, 2, w + 2, 0, 1));
        EXPECT_EQ(depth(moved.check().circuit), 1);
    }
}

TEST(Rearrange, WhatASliceCutsOffIsGarbageThatASumMasks) {
    const Unit unit = Unit::make(16, 16);
    Trial t;
    const auto m = t.matrix(unit, 16, 16);
    const Matrix top = slice(m.value, 0, 5, 0, 7);
    EXPECT_FALSE(top.layout().clean());
    t.expect(sum_rows(top), row_sums(part(m.clear, 0, 5, 0, 7)));
    t.expect(sum_columns(top), column_sums(part(m.clear, 0, 5, 0, 7)));
    t.expect(cleaned(top), part(m.clear, 0, 5, 0, 7));
    EXPECT_EQ(depth(t.check().circuit), 1);
}

TEST(Rearrange, ConcatenationIsFreeWhereTheFirstEndsWithATile) {
    for (const Unit unit : small_units()) {
        const std::size_t h = unit.height();
        const std::size_t w = unit.width();
        Trial t;
        const auto a = t.matrix(unit, h, 2 * w);
        const auto b = t.matrix(unit, h + 3, 2 * w);
        const auto c = t.matrix(unit, h, w - 3);
        t.expect(above(a.value, b.value), stacked(a.clear, b.clear));
        t.expect(beside(a.value, c.value), transposed(stacked(transposed(a.clear), transposed(c.clear))));
        const auto u = t.row(unit, h);
        const auto v = t.row(unit, 3);
        const auto x = t.column(unit, w);
        const auto y = t.column(unit, 2 * w - 1);
        t.expect(join(u.value, v.value), transposed(stacked(transposed(u.clear), transposed(v.clear))));
        t.expect(join(x.value, y.value), stacked(x.clear, y.clear));
        EXPECT_EQ(depth(t.check().circuit), 0);
    }
}

TEST(Rearrange, ConcatenationWithinATileTakesOneLevel) {
    for (const Unit unit : small_units()) {
        const std::size_t h = unit.height();
        const std::size_t w = unit.width();
        for (const bool clean : {true, false}) {
            Trial t;
            const auto a = t.matrix(unit, h + 3, w + 2, clean);
            const auto b = t.matrix(unit, h - 2, w + 2, clean);
            const auto c = t.matrix(unit, h + 3, 2 * w, clean);
            t.expect(above(a.value, b.value), stacked(a.clear, b.clear));
            t.expect(beside(a.value, c.value), transposed(stacked(transposed(a.clear), transposed(c.clear))));
            const auto u = t.input<Kind::row_vector>(Layout::row_vector(unit, 3).with_clean(clean));
            const auto v = t.row(unit, h);
            const auto x = t.column(unit, w - 1);
            const auto y =
                t.input<Kind::column_vector>(Layout::column_vector(unit, 3).with_copies(2).with_clean(clean));
            t.expect(join(u.value, v.value), transposed(stacked(transposed(u.clear), transposed(v.clear))));
            t.expect(join(x.value, y.value), stacked(x.clear, y.clear));
            EXPECT_EQ(depth(t.check().circuit), 1);
        }
    }
}

TEST(Rearrange, ChangesTheUnitOfEveryKind) {
    for (const Unit from : small_units()) {
        for (const Unit to : small_units()) {
            for (const auto& [rows, columns] : small_shapes(from)) {
                Trial t;
                const auto m = t.matrix(from, rows, columns, false);
                const auto u = t.row(from, rows);
                const auto x = t.column(from, columns);
                const auto y = t.input<Kind::column_vector>(Layout::column_vector(from, columns).with_clean(false));
                const auto s = t.scalar(from);
                t.expect(with_unit(y.value, to), y.clear);
                t.expect(with_unit(m.value, to), m.clear);
                t.expect(with_unit(u.value, to), u.clear);
                t.expect(with_unit(x.value, to), x.clear);
                t.expect(with_unit(s.value, to), s.clear);
                EXPECT_LE(depth(t.check().circuit), 1);
            }
        }
    }
}

TEST(Rearrange, AShortColumnVectorChangesItsUnitWithoutALevel) {
    const Unit narrow = Unit::make(32, 8);
    const Unit wide = Unit::make(8, 32);
    for (const std::size_t length : {1U, 5U, 8U}) {
        Trial t;
        const auto x = t.column(narrow, length);
        const auto y = t.column(wide, length);
        t.expect(with_unit(x.value, wide), x.clear);
        t.expect(with_unit(y.value, narrow), y.clear);
        const Program program = t.check();
        EXPECT_EQ(depth(program.circuit), 0);
        EXPECT_EQ(operation_count(program.circuit).rotations(), 2U);
    }
}

TEST(Rearrange, RefusesWhatDoesNotFitAndNamesTheLine) {
    const Unit unit = Unit::make(16, 16);
    Trial t;
    const auto m = t.matrix(unit, 20, 30);
    const auto n = t.matrix(unit, 20, 31);
    const auto u = t.row(unit, 20);
    expect_error(ErrorCode::invalid_argument,
                 "rearrange_test.cpp:", [&] { static_cast<void>(slice(m.value, 0, 21, 0, 1)); });
    expect_error(ErrorCode::invalid_argument, "slice: 21 x 1 elements from (0, 0) on of a matrix 20x30",
                 [&] { static_cast<void>(slice(m.value, 0, 21, 0, 1)); });
    expect_error(ErrorCode::invalid_argument, "slice: 0 x 1", [&] { static_cast<void>(slice(m.value, 0, 0, 0, 1)); });
    expect_error(ErrorCode::invalid_argument, "elements from (0, 20) on of a row_vector 20",
                 [&] { static_cast<void>(slice(u.value, 20, 1)); });
    expect_error(ErrorCode::invalid_argument, "equally long sides where they touch",
                 [&] { static_cast<void>(above(m.value, n.value)); });
    expect_error(ErrorCode::invalid_argument, "with_unit: a matrix 20x30 unit 16x16 clean in units of 4 x 4",
                 [&] { static_cast<void>(with_unit(m.value, Unit::make(4, 4))); });
}

}  // namespace
}  // namespace tacit::linalg
