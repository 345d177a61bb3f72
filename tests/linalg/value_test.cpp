#include "tacit/linalg/value.hpp"

#include <numbers>

#include "circuit/expect_error.hpp"
#include "linalg/trial.hpp"
#include "tacit/linalg/products.hpp"

namespace tacit::linalg {
namespace {

using circuit::expect_error;

Dense plus(const Dense& a, const Dense& b) {
    return elementwise(a, b, [](double x, double y) { return x + y; });
}
Dense minus(const Dense& a, const Dense& b) {
    return elementwise(a, b, [](double x, double y) { return x - y; });
}

/// Two values of one kind and layout with everything that arithmetic does to them. Returns the levels.
template <Kind K>
int check_arithmetic(const Layout& layout) {
    Trial t;
    const auto a = t.input<K>(layout);
    const auto b = t.input<K>(layout);
    std::mt19937_64 random(7);
    const Dense c = random_dense(layout.rows(), layout.columns(), random);
    const Dense pi = filled(layout.rows(), layout.columns(), std::numbers::pi);
    t.expect(a.value + b.value, plus(a.clear, b.clear));
    t.expect(a.value - b.value, minus(a.clear, b.clear));
    t.expect(-a.value, scaled(a.clear, -1));
    t.expect(sum(std::vector{a.value, b.value, a.value}), plus(plus(a.clear, b.clear), a.clear));
    t.expect(a.value + c, plus(a.clear, c));
    t.expect(c + a.value, plus(a.clear, c));
    t.expect(a.value - c, minus(a.clear, c));
    t.expect(c - a.value, minus(c, a.clear));
    t.expect(a.value + std::numbers::pi, plus(a.clear, pi));
    t.expect(std::numbers::pi + a.value, plus(a.clear, pi));
    t.expect(a.value - std::numbers::pi, minus(a.clear, pi));
    t.expect(std::numbers::pi - a.value, minus(pi, a.clear));
    return depth(t.check().circuit);
}

TEST(Value, SumsAndDifferencesOfAllShapesTakeNoLevel) {
    for (const Unit unit : units()) {
        for (const auto& [rows, columns] : shapes(unit)) {
            for (const bool clean : {true, false}) {
                EXPECT_EQ(check_arithmetic<Kind::matrix>(Layout::matrix(unit, rows, columns).with_clean(clean)), 0);
                EXPECT_EQ(check_arithmetic<Kind::row_vector>(Layout::row_vector(unit, rows).with_clean(clean)), 0);
                EXPECT_EQ(check_arithmetic<Kind::column_vector>(Layout::column_vector(unit, columns).with_clean(clean)),
                          0);
            }
        }
        EXPECT_EQ(check_arithmetic<Kind::scalar>(Layout::scalar(unit)), 0);
    }
}

TEST(Value, ProductsWithANumberTakeOneLevel) {
    for (const Unit unit : units()) {
        for (const auto& [rows, columns] : shapes(unit)) {
            for (const double factor : {std::numbers::pi, 0.0, -2.0}) {
                Trial t;
                const auto m = t.matrix(unit, rows, columns);
                const auto u = t.row(unit, rows);
                const auto x = t.column(unit, columns);
                const auto s = t.scalar(unit);
                t.expect(factor * m.value, scaled(m.clear, factor));
                t.expect(m.value * factor, scaled(m.clear, factor));
                t.expect(u.value * factor, scaled(u.clear, factor));
                t.expect(x.value * factor, scaled(x.clear, factor));
                t.expect(s.value * factor, scaled(s.clear, factor));
                EXPECT_EQ(depth(t.check().circuit), factor == std::numbers::pi ? 1 : 0) << "none for an integer";
            }
        }
    }
}

TEST(Value, AFactorOfMinusOneOrOneTakesNoLevel) {
    Trial t;
    const auto m = t.matrix(Unit::make(4, 4), 3, 3);
    t.expect(m.value * -1, scaled(m.clear, -1));
    t.expect(m.value * 1, m.clear);
    EXPECT_EQ(depth(t.check().circuit), 0);
}

// HIT adds a number to every slot of the padding, and what sums over it next is wrong.
TEST(Value, ANumberAddedToAPaddedMatrixDoesNotReachTheSumsOverIt) {
    for (const Unit unit : units()) {
        Trial t;
        const auto m = t.matrix(unit, unit.height() + 17, unit.width() + 11);
        const Dense shifted = plus(m.clear, filled(m.clear.rows(), m.clear.columns(), 100));
        const Matrix value = m.value + 100;
        t.expect(value, shifted);
        t.expect(sum_rows(value), row_sums(shifted));
        t.expect(sum_columns(value), column_sums(shifted));
        EXPECT_EQ(depth(t.check().circuit), 0);
    }
}

TEST(Value, VectorsOfDifferentCopiesKeepThoseThatBothHave) {
    const Unit unit = Unit::make(8, 16);
    Trial t;
    const auto all = t.row(unit, 5);
    const auto few = t.input<Kind::row_vector>(Layout::row_vector(unit, 5).with_copies(3));
    const RowVector total = all.value + few.value;
    EXPECT_EQ(print(total.layout()), "row_vector 5 unit 8x16 copies 3 dirty");
    t.expect(total, plus(all.clear, few.clear));
    t.expect(hadamard(all.value, few.value), elementwise(all.clear, few.clear, std::multiplies<>()));
    EXPECT_TRUE(hadamard(all.value, few.value).layout().clean());
    // Where the first vector has copies that the second lacks, its values meet the other's garbage.
    const auto dirty = t.input<Kind::row_vector>(Layout::row_vector(unit, 5).with_copies(3).with_clean(false));
    EXPECT_FALSE(hadamard(all.value, dirty.value).layout().clean());
    t.expect(hadamard(all.value, dirty.value), elementwise(all.clear, dirty.clear, std::multiplies<>()));
    t.check();
}

TEST(Value, CleaningTakesALevelOnlyIfTheValueIsDirty) {
    for (const Unit unit : units()) {
        for (const auto& [rows, columns] : shapes(unit)) {
            for (const bool clean : {true, false}) {
                Trial t;
                const auto m = t.matrix(unit, rows, columns, clean);
                const auto u = t.input<Kind::row_vector>(Layout::row_vector(unit, rows).with_clean(clean));
                EXPECT_TRUE(cleaned(m.value).layout().clean());
                t.expect(cleaned(m.value), m.clear);
                t.expect(cleaned(u.value), u.clear);
                const bool dirty = !m.value.layout().clean() || !u.value.layout().clean();
                EXPECT_EQ(depth(t.check().circuit), dirty ? 1 : 0);
            }
        }
    }
}

TEST(Value, EveryOperationKnowsTheLineOfTheUser) {
    ProgramBuilder builder;
    const Matrix m = builder.matrix("m", Unit::make(8, 8), 8, 8);
    const int line = __LINE__ + 1;
    builder.output("y", spread(sum_columns(hadamard(m + m, m) - 2.5)));
    const Program program = std::move(builder).finish();
    for (std::uint32_t i = 1; i < program.circuit.nodes().size(); ++i) {
        if (program.circuit.is_constant({i})) continue;
        EXPECT_TRUE(program.circuit.location({i}).file.ends_with("value_test.cpp")) << i;
        EXPECT_EQ(program.circuit.location({i}).line, line) << i;
    }
}

TEST(Value, RefusesOperandsOfOtherShapesAndNamesTheLine) {
    const Unit unit = Unit::make(8, 8);
    Trial t;
    const auto a = t.matrix(unit, 3, 4);
    const auto b = t.matrix(unit, 4, 3);
    const auto c = t.matrix(Unit::make(4, 16), 3, 4);
    const auto u = t.row(unit, 3);
    const auto v = t.row(unit, 4);
    const auto x = t.column(unit, 3);
    const auto y = t.column(unit, 4);
    const std::string shapes_text = "shapes and units must be equal";
    expect_error(ErrorCode::invalid_argument, "value_test.cpp:", [&] { static_cast<void>(a.value + b.value); });
    expect_error(ErrorCode::invalid_argument,
                 "add: a matrix 3x4 unit 8x8 clean and a matrix 4x3 unit 8x8 clean; " + shapes_text,
                 [&] { static_cast<void>(a.value + b.value); });
    expect_error(ErrorCode::invalid_argument, "sub: a matrix 3x4 unit 8x8 clean and a matrix 3x4 unit 4x16 clean",
                 [&] { static_cast<void>(a.value - c.value); });
    expect_error(ErrorCode::invalid_argument, shapes_text, [&] { static_cast<void>(u.value + v.value); });
    expect_error(ErrorCode::invalid_argument, shapes_text, [&] { static_cast<void>(u.value - v.value); });
    expect_error(ErrorCode::invalid_argument, shapes_text, [&] { static_cast<void>(x.value + y.value); });
    expect_error(ErrorCode::invalid_argument, shapes_text, [&] { static_cast<void>(x.value - y.value); });
    expect_error(ErrorCode::invalid_argument, shapes_text, [&] {
        static_cast<void>(sum(std::vector{x.value, y.value}));
    });
    expect_error(ErrorCode::invalid_argument, shapes_text, [&] {
        static_cast<void>(sum(std::vector{u.value, v.value}));
    });
    expect_error(ErrorCode::invalid_argument, shapes_text, [&] {
        static_cast<void>(sum(std::vector{a.value, b.value}));
    });
    expect_error(ErrorCode::invalid_argument, "sum: no values", [] { static_cast<void>(sum(std::vector<Matrix>{})); });
}

TEST(Value, RefusesPublicOperandsOfOtherShapes) {
    const Unit unit = Unit::make(8, 8);
    Trial t;
    const auto a = t.matrix(unit, 3, 4);
    const auto u = t.row(unit, 3);
    const auto x = t.column(unit, 3);
    const Dense wrong(4, 3);
    const std::string text = "pack: 4 x 3 values for a ";
    expect_error(ErrorCode::invalid_argument, text + "matrix 3x4", [&] { static_cast<void>(a.value + wrong); });
    expect_error(ErrorCode::invalid_argument, text + "matrix 3x4", [&] { static_cast<void>(a.value - wrong); });
    expect_error(ErrorCode::invalid_argument, text + "row_vector 3", [&] { static_cast<void>(u.value + wrong); });
    expect_error(ErrorCode::invalid_argument, text + "row_vector 3", [&] { static_cast<void>(u.value - wrong); });
    expect_error(ErrorCode::invalid_argument, text + "column_vector 3", [&] { static_cast<void>(x.value + wrong); });
    expect_error(ErrorCode::invalid_argument, text + "column_vector 3", [&] { static_cast<void>(x.value - wrong); });
    expect_error(ErrorCode::invalid_argument, "value_test.cpp:", [&] { static_cast<void>(a.value + wrong); });
}

TEST(Value, RefusesTilesThatTheLayoutDoesNotHave) {
    const Unit unit = Unit::make(8, 8);
    Trial t;
    const auto a = t.matrix(unit, 9, 9);
    const std::vector<circuit::Expr> tiles(a.value.tiles().begin(), a.value.tiles().end());
    expect_error(ErrorCode::invalid_argument,
                 "value: 4 tiles and the layout \"matrix 3x4 unit 8x8 clean\" for a matrix",
                 [&] { static_cast<void>(Matrix(Layout::matrix(unit, 3, 4), tiles)); });
    expect_error(ErrorCode::invalid_argument, "for a row vector; kind and tiles must fit",
                 [&] { static_cast<void>(RowVector(Layout::matrix(unit, 9, 9), tiles)); });
}

}  // namespace
}  // namespace tacit::linalg
