#include "tacit/linalg/matrix_product.hpp"

#include <numbers>

#include "circuit/expect_error.hpp"
#include "linalg/trial.hpp"
#include "tacit/linalg/rearrange.hpp"

namespace tacit::linalg {
namespace {

using circuit::expect_error;

struct Sizes {
    std::size_t f, k, g;
};

/// Exact, multiples in one and in all sizes, padding, less than the unit, single elements.
std::vector<Sizes> sizes(Unit unit) {
    const std::size_t h = unit.height();
    const std::size_t w = unit.width();
    const std::size_t n = std::max(h, w);
    return {{n, n, n}, {2 * n, n, n},         {n, 2 * n, n},         {n, n, 2 * n}, {2 * h, w, w},
            {h, h, w}, {n + 5, n + 3, n + 2}, {h / 2, h / 2, w / 2}, {3, 2, 4},     {1, 1, 1}};
}

const std::vector<Unit>& small_units() {
    static const std::vector<Unit> all{Unit::make(8, 8), Unit::make(4, 16), Unit::make(16, 4)};
    return all;
}

TEST(MatrixProduct, TakesTwoLevelsForAnyShapes) {
    for (const Unit unit : small_units()) {
        for (const auto& [f, k, g] : sizes(unit)) {
            for (const bool clean : {true, false}) {
                Trial t;
                const auto a = t.matrix(unit, f, k, clean);
                const auto b = t.matrix(unit, k, g, clean);
                t.expect(multiply(a.value, b.value), times(a.clear, b.clear));
                EXPECT_EQ(depth(t.check().circuit), 2);
            }
        }
    }
}

TEST(MatrixProduct, WithATransposedLeftFactorTakesTwoOrThreeLevels) {
    for (const Unit unit : small_units()) {
        for (const auto& [f, k, g] : sizes(unit)) {
            for (const bool clean : {true, false}) {
                for (const ProductForm form : {ProductForm::automatic, ProductForm::diagonals, ProductForm::vectors}) {
                    Trial t;
                    const auto a = t.matrix(unit, k, f, clean);
                    const auto b = t.matrix(unit, k, g);
                    t.expect(transposed_times(a.value, b.value, form), times(transposed(a.clear), b.clear));
                    const int levels = depth(t.check().circuit);
                    if (form == ProductForm::diagonals) {
                        EXPECT_EQ(levels, 2);
                    } else {
                        EXPECT_LE(levels, 3);
                    }
                }
            }
        }
    }
}

TEST(MatrixProduct, WithATransposedRightFactorTakesTwoOrThreeLevels) {
    for (const Unit unit : small_units()) {
        for (const auto& [f, k, g] : sizes(unit)) {
            for (const bool clean : {true, false}) {
                Trial t;
                const auto a = t.matrix(unit, f, k, clean);
                const auto b = t.matrix(unit, g, k);
                t.expect(times_transposed(a.value, b.value), times(a.clear, transposed(b.clear)));
                t.expect(times_transposed(a.value, b.value, ProductForm::vectors), times(a.clear, transposed(b.clear)));
                EXPECT_LE(depth(t.check().circuit), 3);
            }
        }
    }
}

TEST(MatrixProduct, WithATransposedRightFactorTakesTwoLevelsWhereColumnsAreFree) {
    for (const Unit unit : small_units()) {
        const std::size_t w = unit.width();
        for (const auto& [f, k, g] : {Sizes{unit.height() + 1, w / 2, w / 2}, Sizes{3, 1, w}, Sizes{1, w, 1},
                                      Sizes{5, w / 2 + 1, w / 2}, Sizes{2, 1, 2 * w + 1}}) {
            Trial t;
            const auto a = t.matrix(unit, f, k, false);
            const auto b = t.matrix(unit, g, k);
            t.expect(times_transposed(a.value, b.value, ProductForm::diagonals), times(a.clear, transposed(b.clear)));
            EXPECT_EQ(depth(t.check().circuit), 2);
        }
    }
}

TEST(MatrixProduct, TwoDirtyFactorsAreMaskedOnce) {
    const Unit unit = Unit::make(8, 8);
    Trial t;
    const auto a = t.matrix(unit, 5, 3, false);
    const auto b = t.matrix(unit, 5, 4, false);
    const auto c = t.matrix(unit, 4, 3, false);
    t.expect(transposed_times(a.value, b.value, ProductForm::diagonals), times(transposed(a.clear), b.clear));
    t.expect(times_transposed(a.value, c.value, ProductForm::diagonals), times(a.clear, transposed(c.clear)));
    EXPECT_EQ(depth(t.check().circuit), 3);
}

TEST(MatrixProduct, AutomaticTakesVectorsForAFewRowsAndDiagonalsOtherwise) {
    const Unit unit = Unit::make(64, 64);
    const auto levels = [unit](std::size_t rows) {
        Trial t;
        const auto a = t.matrix(unit, 64, rows);
        const auto b = t.matrix(unit, 64, 64);
        t.expect(transposed_times(a.value, b.value), times(transposed(a.clear), b.clear));
        return depth(t.check().circuit);
    };
    EXPECT_EQ(levels(2), 3);   // 2 * 12 rotations instead of 65 * 8
    EXPECT_EQ(levels(32), 2);  // 95 * 8 rotations instead of 32 * 12
}

/// Exact units, multiples in one, two and all sizes, 17 and 11 more, and half a unit.
TEST(MatrixProduct, HoldsForTheShapesOfHit) {
    const Unit unit = Unit::make(64, 64);
    for (const auto& [f, k, g] :
         {Sizes{64, 64, 64}, Sizes{128, 64, 64}, Sizes{64, 128, 64}, Sizes{64, 64, 128}, Sizes{128, 128, 64},
          Sizes{128, 64, 128}, Sizes{64, 128, 128}, Sizes{128, 128, 128}, Sizes{81, 75, 81}, Sizes{32, 32, 32}}) {
        Trial t;
        const auto a = t.matrix(unit, f, k);
        const auto at = t.matrix(unit, k, f);
        const auto b = t.matrix(unit, k, g);
        const auto bt = t.matrix(unit, g, k);
        t.expect(multiply(a.value, b.value), times(a.clear, b.clear));
        t.expect(transposed_times(at.value, b.value, ProductForm::vectors) * std::numbers::pi,
                 scaled(times(transposed(at.clear), b.clear), std::numbers::pi));
        t.expect(times_transposed(a.value, bt.value, ProductForm::vectors), times(a.clear, transposed(bt.clear)));
        t.check();
    }
}

// HIT's products with mixed units take matrices in a unit n x m and leave the result in the transposed one.
TEST(MatrixProduct, ItsResultChangesTheUnitAtOneMoreLevel) {
    const Unit unit = Unit::make(16, 256);
    Trial t;
    const auto at = t.matrix(unit, 40, 12);
    const auto b = t.matrix(unit, 40, 16);
    t.expect(with_unit(transposed_times(at.value, b.value, ProductForm::diagonals), unit.transposed()),
             times(transposed(at.clear), b.clear));
    EXPECT_EQ(depth(t.check().circuit), 3);
}

TEST(MatrixProduct, RefusesShapesThatDoNotFitAndNamesTheLine) {
    const Unit unit = Unit::make(8, 8);
    Trial t;
    const auto a = t.matrix(unit, 8, 7);
    const auto b = t.matrix(unit, 8, 6);
    const auto c = t.matrix(Unit::make(4, 16), 7, 8);
    expect_error(ErrorCode::invalid_argument,
                 "matrix_product_test.cpp:", [&] { static_cast<void>(multiply(a.value, b.value)); });
    expect_error(ErrorCode::invalid_argument,
                 "multiply: a matrix 8x7 unit 8x8 clean and a matrix 8x6 unit 8x8 clean; the lengths that are summed",
                 [&] { static_cast<void>(multiply(a.value, b.value)); });
    expect_error(ErrorCode::invalid_argument, "multiply: a matrix 8x7 unit 8x8 clean and a matrix 7x8 unit 4x16",
                 [&] { static_cast<void>(multiply(a.value, c.value)); });
    expect_error(ErrorCode::invalid_argument,
                 "transposed_times: ", [&] { static_cast<void>(transposed_times(a.value, c.value)); });
    expect_error(ErrorCode::invalid_argument,
                 "times_transposed: ", [&] { static_cast<void>(times_transposed(a.value, b.value)); });
    expect_error(ErrorCode::invalid_argument, "use ProductForm::vectors",
                 [&] { static_cast<void>(times_transposed(a.value, a.value, ProductForm::diagonals)); });
}

}  // namespace
}  // namespace tacit::linalg
