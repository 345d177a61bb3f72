#include "tacit/linalg/layout.hpp"

#include <gtest/gtest.h>

#include "circuit/expect_error.hpp"

namespace tacit::linalg {
namespace {

using circuit::expect_error;

TEST(Layout, CutsAMatrixIntoTilesRowByRow) {
    const Layout layout = Layout::matrix(Unit::make(2, 4), 3, 5);
    EXPECT_EQ(layout.tile_rows(), 2U);
    EXPECT_EQ(layout.tile_columns(), 2U);
    EXPECT_EQ(layout.element(0, 0), (Position{0, 0}));
    EXPECT_EQ(layout.element(0, 7), (Position{1, 3}));
    EXPECT_EQ(layout.element(1, 4), (Position{1, 4}));
    EXPECT_EQ(layout.element(1, 5), std::nullopt);
    EXPECT_EQ(layout.element(2, 3), (Position{2, 3}));
    EXPECT_EQ(layout.element(2, 4), std::nullopt);
    EXPECT_FALSE(layout.has_rest(0));
    EXPECT_TRUE(layout.has_rest(1));
    EXPECT_TRUE(layout.has_rest(2));
}

TEST(Layout, RunsARowVectorDownTheRowsAndAColumnVectorAlongTheColumns) {
    const Layout row = Layout::row_vector(Unit::make(2, 4), 3);
    EXPECT_EQ(row.tiles(), 2U);
    for (std::size_t c = 0; c < 4; ++c) {
        EXPECT_EQ(row.element(0, 4 + c), (Position{0, 1}));
        EXPECT_EQ(row.element(1, c), (Position{0, 2}));
        EXPECT_EQ(row.element(1, 4 + c), std::nullopt);
    }
    const Layout column = Layout::column_vector(Unit::make(2, 4), 5);
    EXPECT_EQ(column.tiles(), 2U);
    EXPECT_EQ(column.element(0, 6), (Position{2, 0}));
    EXPECT_EQ(column.element(1, 4), (Position{4, 0}));
    EXPECT_EQ(column.element(1, 5), std::nullopt);
}

TEST(Layout, HoldsAVectorInItsCopiesAlone) {
    const Layout one = Layout::row_vector(Unit::make(2, 4), 2).with_copies(1);
    EXPECT_EQ(one.element(0, 4), (Position{0, 1}));
    EXPECT_EQ(one.element(0, 5), std::nullopt);
    EXPECT_TRUE(one.has_rest(0));
}

TEST(Layout, KeepsDiagonalsMovedByTheirGiantSteps) {
    const Layout layout = Layout::diagonals(Unit::make(2, 8), 8, 11);
    EXPECT_EQ(layout.tiles(), 16U);  // two blocks side by side, 8 diagonals each
    EXPECT_EQ(layout.giant_step(), 4U);
    for (const std::size_t row : {0, 1}) {
        EXPECT_EQ(layout.element(0, row * 8 + 3), (Position{3, 3}));
        EXPECT_EQ(layout.element(2, row * 8 + 3), (Position{3, 5}));
        EXPECT_EQ(layout.element(6, row * 8 + 3), (Position{7, 5}));  // diagonal 6, moved by 4
        EXPECT_EQ(layout.element(9, row * 8 + 0), (Position{0, 9}));
        EXPECT_FALSE(layout.element(9, row * 8 + 2));  // column 11 of 11
    }
    // Every element stands in some tile, once in each row of the unit.
    std::size_t held = 0;
    for (std::size_t tile = 0; tile < layout.tiles(); ++tile) {
        for (std::size_t slot = 0; slot < 16; ++slot) held += layout.element(tile, slot) ? 1 : 0;
    }
    EXPECT_EQ(held, 2U * 8 * 11);
}

TEST(Layout, IsCleanWhereEverySlotHoldsAnElement) {
    EXPECT_TRUE(Layout::matrix(Unit::make(2, 4), 4, 8).with_clean(false).clean());
    EXPECT_FALSE(Layout::matrix(Unit::make(2, 4), 4, 7).with_clean(false).clean());
    EXPECT_TRUE(Layout::scalar(Unit::make(2, 4)).with_clean(false).clean());
    EXPECT_TRUE(Layout::row_vector(Unit::make(2, 4), 4).with_clean(false).clean());
    EXPECT_FALSE(Layout::row_vector(Unit::make(2, 4), 4).with_copies(3).with_clean(false).clean());
}

TEST(Layout, RefusesUnitsThatAreNoPowersOfTwo) {
    expect_error(ErrorCode::invalid_argument, "unit: 3 x 4; height and width are powers of two",
                 [] { static_cast<void>(Unit::make(3, 4)); });
    expect_error(ErrorCode::invalid_argument, "product is at most 65536",
                 [] { static_cast<void>(Unit::make(std::size_t{1} << 40U, std::size_t{1} << 40U)); });
    expect_error(ErrorCode::invalid_argument, "unit: 0 x 4", [] { static_cast<void>(Unit::make(0, 4)); });
}

TEST(Layout, RefusesSizesOutOfRangeAndNamesTheLine) {
    const Unit unit = Unit::make(1, 2);
    expect_error(ErrorCode::invalid_argument,
                 "layout_test.cpp:", [&] { static_cast<void>(Layout::matrix(unit, 0, 1)); });
    expect_error(ErrorCode::invalid_argument, "a row vector of 1 x 0",
                 [&] { static_cast<void>(Layout::row_vector(unit, 0)); });
    expect_error(ErrorCode::invalid_argument, "at most 65536 tiles",
                 [&] { static_cast<void>(Layout::column_vector(unit, 1U << 18U)); });
    expect_error(ErrorCode::invalid_argument, "sizes are 1 to 1048576",
                 [&] { static_cast<void>(Layout::matrix(unit, 1, (1U << 20U) + 1)); });
}

TEST(Layout, RefusesCopiesThatTheUnitCannotHold) {
    const Layout row = Layout::row_vector(Unit::make(2, 4), 3);
    expect_error(ErrorCode::invalid_argument, "5 copies of a row vector; a vector has 1 to 4 here",
                 [&] { static_cast<void>(row.with_copies(5)); });
    expect_error(ErrorCode::invalid_argument, "0 copies", [&] { static_cast<void>(row.with_copies(0)); });
    expect_error(ErrorCode::invalid_argument, "copies of a matrix",
                 [&] { static_cast<void>(Layout::matrix(row.unit(), 2, 2).with_copies(1)); });
}

std::vector<Layout> examples() {
    const Unit unit = Unit::make(64, 16);
    return {Layout::matrix(unit, 20, 30),
            Layout::matrix(unit, 20, 30).with_clean(false),
            Layout::matrix(unit, 64, 16).with_clean(false),
            Layout::row_vector(unit, 300),
            Layout::row_vector(unit, 300).with_copies(7).with_clean(false),
            Layout::row_vector(unit, 128),
            Layout::column_vector(unit, 1).with_copies(64).with_clean(false),
            Layout::scalar(unit),
            Layout::diagonals(unit, 20, 30).with_clean(false),
            Layout::diagonals(unit, 16, 32),
            Layout::matrix(Unit::make(1, 1), 1, 1)};
}

TEST(LayoutText, IsOneLine) {
    const Unit unit = Unit::make(64, 16);
    EXPECT_EQ(print(Layout::matrix(unit, 20, 30)), "matrix 20x30 unit 64x16 clean");
    EXPECT_EQ(print(Layout::row_vector(unit, 300).with_copies(7).with_clean(false)),
              "row_vector 300 unit 64x16 copies 7 dirty");
    EXPECT_EQ(print(Layout::column_vector(unit, 3)), "column_vector 3 unit 64x16 copies 64 clean");
    EXPECT_EQ(print(Layout::scalar(unit)), "scalar unit 64x16");
    EXPECT_EQ(print(Layout::diagonals(unit, 20, 30)), "diagonals 20x30 unit 64x16 clean");
}

TEST(LayoutText, RoundTrips) {
    for (const Layout& layout : examples()) EXPECT_EQ(parse_layout(print(layout)).value(), layout) << print(layout);
}

void expect_refusal(const std::string& text, const std::string& message) {
    const auto layout = parse_layout(text);
    ASSERT_FALSE(layout.has_value()) << text;
    EXPECT_STREQ(to_string(layout.error().code()), "malformed_input");
    EXPECT_THAT(layout.error().what(), ::testing::HasSubstr(message)) << text;
}

TEST(LayoutText, EveryTruncationIsRefused) {
    for (const Layout& layout : examples()) {
        const std::string text = print(layout);
        for (std::size_t length = 0; length < text.size(); ++length) {
            const auto cut = parse_layout(std::string_view(text).substr(0, length));
            // A number may lose its last digits and still be one: then another layout is written.
            if (cut) {
                EXPECT_EQ(print(*cut), text.substr(0, length));
            } else {
                EXPECT_STREQ(to_string(cut.error().code()), "malformed_input");
            }
        }
    }
}

TEST(LayoutText, EveryChangedByteIsRefusedOrIsAnotherLayout) {
    for (const Layout& layout : examples()) {
        const std::string text = print(layout);
        for (std::size_t i = 0; i < text.size(); ++i) {
            for (int byte = 0; byte < 256; ++byte) {
                std::string changed = text;
                changed[i] = static_cast<char>(byte);
                const auto read = parse_layout(changed);
                if (read) {
                    EXPECT_EQ(print(*read), changed);
                }
            }
        }
    }
}

TEST(LayoutText, FlawsAreNamed) {
    expect_refusal("", "column 1: expected \"column_vector \"");
    expect_refusal("matrix 020x30 unit 64x16 clean", "column 8: expected \"a number without leading zeros\"");
    expect_refusal("matrix 99999999999999999999x30 unit 64x16 clean", "column 8: expected \"a number");
    expect_refusal("matrix 20x30 unit 64x17 clean", "height and width are powers of two");
    expect_refusal("matrix 20x1048577 unit 64x16 clean", "sizes are 1 to 1048576");
    expect_refusal("matrix 64x16 unit 64x16 dirty", "column 24: expected \" clean\"");
    expect_refusal("matrix 20x30 unit 64x16 filthy", "expected \" dirty\"");
    expect_refusal("row_vector 3 unit 64x16 copies 17 clean", "17 copies");
    expect_refusal("scalar unit 64x16\n", "column 18: expected \"the end of the line\"");
}

}  // namespace
}  // namespace tacit::linalg
