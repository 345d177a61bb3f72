#include "tacit/linalg/public_product.hpp"

#include "circuit/expect_error.hpp"
#include "linalg/trial.hpp"

namespace tacit::linalg {
namespace {

using circuit::expect_error;

const std::vector<Unit>& small_units() {
    static const std::vector<Unit> all{Unit::make(16, 16), Unit::make(8, 32), Unit::make(32, 8)};
    return all;
}

struct Sizes {
    std::size_t f, k, g;
};

std::vector<Sizes> sizes(Unit unit) {
    const std::size_t n = std::max(unit.height(), unit.width());
    return {{n, n, n}, {n + 5, 2 * n, n - 3}, {unit.height(), unit.height(), unit.width()}, {4, 6, 5}, {1, 1, 1}};
}

TEST(PublicProduct, MatrixTimesVectorTakesOneLevel) {
    for (const Unit unit : small_units()) {
        for (const auto& [f, k, g] : sizes(unit)) {
            Trial t;
            std::mt19937_64 random(2);
            const Dense m = random_dense(f, k, random);
            const auto u = t.row(unit, f);
            const auto x = t.column(unit, k);
            t.expect(multiply(u.value, m), transposed(times(u.clear, m)));
            t.expect(multiply(m, x.value), transposed(times(m, x.clear)));
            t.expect(multiply_by_diagonals(u.value, m), times(u.clear, m));
            t.expect(multiply_by_diagonals(m, x.value), times(m, x.clear));
            EXPECT_EQ(depth(t.check().circuit), 1);
        }
    }
}

TEST(PublicProduct, MatrixTimesMatrixTakesOneLevelAndCleansWhatIsDirty) {
    for (const Unit unit : small_units()) {
        for (const auto& [f, k, g] : sizes(unit)) {
            for (const bool clean : {true, false}) {
                Trial t;
                std::mt19937_64 random(2);
                const auto m = t.matrix(unit, k, g, clean);
                const Dense left = random_dense(f, k, random);
                const Dense right = random_dense(g, f, random);
                t.expect(multiply(left, m.value), times(left, m.clear));
                t.expect(multiply(m.value, right), times(m.clear, right));
                EXPECT_EQ(depth(t.check().circuit), 1);
            }
        }
    }
}

TEST(PublicProduct, TakesAFewMoreRotationsThanTwiceTheRootOfTheDiagonals) {
    const Unit unit = Unit::make(64, 64);
    std::mt19937_64 random(3);
    const Dense m = random_dense(64, 64, random);
    const auto rotations = [&](auto write) {
        Trial t;
        write(t);
        return operation_count(t.check().circuit).rotations();
    };
    EXPECT_EQ(rotations([&](Trial& t) {
                  const auto x = t.column(unit, 64);
                  t.expect(multiply_by_diagonals(m, x.value), times(m, x.clear));
              }),
              18U);  // 15 baby steps and 3 giant steps for 64 diagonals
    EXPECT_EQ(rotations([&](Trial& t) {
                  const auto x = t.row(unit, 64);
                  t.expect(multiply_by_diagonals(x.value, m), times(x.clear, m));
              }),
              18U);
    EXPECT_EQ(rotations([&](Trial& t) {
                  const auto x = t.matrix(unit, 64, 64);
                  t.expect(multiply(m, x.value), times(m, x.clear));
              }),
              18U);
    EXPECT_LE(rotations([&](Trial& t) {
                  const auto x = t.matrix(unit, 64, 64);
                  t.expect(multiply(x.value, m), times(x.clear, m));
              }),
              23U);  // 127 diagonals
}

TEST(PublicProduct, WithTheIdentityNothingRotates) {
    const Unit unit = Unit::make(16, 16);
    Dense identity(16, 16);
    for (std::size_t i = 0; i < 16; ++i) identity(i, i) = 1;
    Trial t;
    const auto m = t.matrix(unit, 16, 16);
    t.expect(multiply(identity, m.value), m.clear);
    t.expect(multiply(m.value, identity), m.clear);
    const Program program = t.check();
    EXPECT_EQ(operation_count(program.circuit).rotations(), 0U);
    EXPECT_EQ(depth(program.circuit), 0);  // a product with 1 in every slot is dropped
}

TEST(PublicProduct, VectorsWithFewCopiesAreSpread) {
    const Unit unit = Unit::make(16, 16);
    std::mt19937_64 random(2);
    const Dense m = random_dense(9, 12, random);
    Trial t;
    const auto u = t.input<Kind::row_vector>(Layout::row_vector(unit, 9).with_copies(3).with_clean(false));
    const auto x = t.input<Kind::column_vector>(Layout::column_vector(unit, 12).with_copies(1).with_clean(false));
    t.expect(multiply(u.value, m), transposed(times(u.clear, m)));
    t.expect(multiply(m, x.value), transposed(times(m, x.clear)));
    t.expect(multiply_by_diagonals(u.value, m), times(u.clear, m));
    t.expect(multiply_by_diagonals(m, x.value), times(m, x.clear));
    EXPECT_EQ(depth(t.check().circuit), 2);
}

TEST(PublicProduct, ZeroGivesAnEncryptedZero) {
    const Unit unit = Unit::make(4, 4);
    ProgramBuilder builder;
    const Matrix m = builder.matrix("m", unit, 4, 4);
    builder.output("zero", multiply(Dense(4, 4), m));
    const Program program = std::move(builder).finish();
    circuit::Plain plain(16, program.pack(std::vector{filled(4, 4, 7)}));
    EXPECT_EQ(interpret(program.circuit, plain)[0].real(), std::vector<double>(16));
}

TEST(PublicProduct, RefusesLengthsThatDoNotFitAndNamesTheLine) {
    const Unit unit = Unit::make(16, 16);
    Trial t;
    const auto m = t.matrix(unit, 8, 7);
    const auto u = t.row(unit, 8);
    const auto x = t.column(unit, 7);
    const Dense d(5, 6);
    const std::string text = "multiply: a public 5 x 6 matrix and a matrix 8x7 unit 16x16 clean; the lengths";
    expect_error(ErrorCode::invalid_argument, text, [&] { static_cast<void>(multiply(d, m.value)); });
    expect_error(ErrorCode::invalid_argument, text, [&] { static_cast<void>(multiply(m.value, d)); });
    expect_error(ErrorCode::invalid_argument,
                 "public_product_test.cpp:", [&] { static_cast<void>(multiply(m.value, d)); });
    expect_error(ErrorCode::invalid_argument, "and a row_vector 8", [&] { static_cast<void>(multiply(u.value, d)); });
    expect_error(ErrorCode::invalid_argument, "and a column_vector 7",
                 [&] { static_cast<void>(multiply(d, x.value)); });
    expect_error(ErrorCode::invalid_argument, "multiply_by_diagonals: a public 5 x 6 matrix and a row_vector 8",
                 [&] { static_cast<void>(multiply_by_diagonals(u.value, d)); });
    expect_error(ErrorCode::invalid_argument, "multiply_by_diagonals: a public 5 x 6 matrix and a column_vector 7",
                 [&] { static_cast<void>(multiply_by_diagonals(d, x.value)); });
}

}  // namespace
}  // namespace tacit::linalg
