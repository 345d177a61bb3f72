#include "tacit/linalg/dense.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "circuit/expect_error.hpp"
#include "linalg/trial.hpp"

namespace tacit::linalg {
namespace {

using circuit::expect_error;

TEST(Dense, PacksAMatrixIntoTilesWithZeroPadding) {
    const Layout layout = Layout::matrix(Unit::make(2, 2), 2, 3);
    const auto tiles = pack(layout, Dense(2, 3, {1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(tiles, (std::vector<std::vector<double>>{{1, 2, 4, 5}, {3, 0, 6, 0}}));
}

TEST(Dense, PacksARowVectorDownAndAColumnVectorAlong) {
    const Unit unit = Unit::make(2, 4);
    EXPECT_EQ(pack(Layout::row_vector(unit, 3), Dense::row({1, 2, 3})),
              (std::vector<std::vector<double>>{{1, 1, 1, 1, 2, 2, 2, 2}, {3, 3, 3, 3, 0, 0, 0, 0}}));
    EXPECT_EQ(pack(Layout::row_vector(unit, 2).with_copies(1), Dense::row({1, 2})),
              (std::vector<std::vector<double>>{{1, 0, 0, 0, 2, 0, 0, 0}}));
    EXPECT_EQ(pack(Layout::column_vector(unit, 3), Dense::column({1, 2, 3})),
              (std::vector<std::vector<double>>{{1, 2, 3, 0, 1, 2, 3, 0}}));
    EXPECT_EQ(pack(Layout::scalar(unit), Dense(1, 1, {5})), (std::vector<std::vector<double>>{std::vector(8, 5.0)}));
}

TEST(Dense, UnpackingUndoesPackingAndIgnoresTheRest) {
    std::mt19937_64 random(1);
    for (const auto& [unit, rows, columns] : units_and_shapes()) {
        for (const Layout& layout : {Layout::matrix(unit, rows, columns), Layout::row_vector(unit, rows).with_copies(3),
                                     Layout::column_vector(unit, columns)}) {
            const Dense values = random_dense(layout.rows(), layout.columns(), random);
            auto tiles = pack(layout, values);
            for (std::size_t tile = 0; tile < tiles.size(); ++tile) {
                for (std::size_t slot = 0; slot < unit.slots(); ++slot) {
                    if (!layout.element(tile, slot)) tiles[tile][slot] = 99;
                }
            }
            EXPECT_EQ(unpack(layout, tiles), values) << print(layout);
        }
    }
}

TEST(Dense, RefusesWrongNumbersOfValues) {
    expect_error(ErrorCode::invalid_argument, "dense: 3 values for 2 x 2", [] { Dense(2, 2, {1, 2, 3}); });
    expect_error(ErrorCode::invalid_argument, "dense: 0 values for 0 x 2", [] { Dense(0, 2); });
    expect_error(ErrorCode::invalid_argument, "dense: 0 values for 1 x 0",
                 [] { static_cast<void>(Dense::row(std::vector<double>{})); });
    expect_error(ErrorCode::invalid_argument, "dense_test.cpp:", [] { Dense(0, 2); });
    expect_error(ErrorCode::invalid_argument, "value 1 is inf; values are finite", [] {
        Dense(1, 2, {1, std::numeric_limits<double>::infinity()});
    });
}

TEST(Dense, RefusesShapesThatTheLayoutDoesNotHave) {
    const Layout layout = Layout::matrix(Unit::make(2, 2), 2, 3);
    expect_error(ErrorCode::invalid_argument, "pack: 3 x 2 values for a matrix 2x3 unit 2x2 clean",
                 [&] { static_cast<void>(pack(layout, Dense(3, 2))); });
    const std::vector<std::vector<double>> one(1, std::vector<double>(4));
    const std::vector<std::vector<double>> ragged{std::vector<double>(4), std::vector<double>(3)};
    expect_error(ErrorCode::invalid_argument, "unpack: 1 tiles for a matrix 2x3 unit 2x2 clean; it has 2 tiles of 4",
                 [&] { static_cast<void>(unpack(layout, one)); });
    expect_error(ErrorCode::invalid_argument, "unpack: 2 tiles", [&] { static_cast<void>(unpack(layout, ragged)); });
}

}  // namespace
}  // namespace tacit::linalg
