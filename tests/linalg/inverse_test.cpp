#include "tacit/linalg/inverse.hpp"

#include "circuit/expect_error.hpp"
#include "linalg/trial.hpp"
#include "tacit/linalg/matrix_product.hpp"

namespace tacit::linalg {
namespace {

using circuit::expect_error;

Dense identity(std::size_t n) {
    Dense result(n, n);
    for (std::size_t i = 0; i < n; ++i) result(i, i) = 1;
    return result;
}

/// I + B / n, whose singular values lie between 0.5 and 1.5 for most random B; the test below checks the result itself.
Dense well_conditioned(std::size_t n, unsigned seed) {
    std::mt19937_64 random(seed);
    const Dense noise = scaled(random_dense(n, n, random), 0.5 / static_cast<double>(n));
    return elementwise(identity(n), noise, [](double x, double y) { return x + y; });
}

/// What the program computes from one matrix, in the clear.
Dense run(const Program& program, const Dense& input) {
    circuit::Plain plain(program.slots(), program.pack(std::vector{input}));
    std::vector<std::vector<double>> slots;
    for (const auto& result : interpret(program.circuit, plain)) slots.push_back(result.real());
    return program.unpack(slots)[0];
}

template <class F>
Program program_of(Unit unit, std::size_t rows, std::size_t columns, const F& write) {
    ProgramBuilder builder;
    builder.output("inverse", write(builder.matrix("a", unit, rows, columns)));
    return std::move(builder).finish();
}

double distance_from_identity(const Dense& a) {
    double largest = 0;
    const Dense one = identity(a.rows());
    for (std::size_t i = 0; i < a.values().size(); ++i) {
        largest = std::max(largest, std::abs(a.values()[i] - one.values()[i]));
    }
    return largest;
}

TEST(Inverse, OfAPositiveDefiniteMatrixHasTheErrorThatTheSeriesSays) {
    const Unit unit = Unit::make(8, 8);
    // Eigenvalues 2, 1 and 0.5 in a rotated basis.
    const Dense basis(3, 3, {2. / 3, -1. / 3, 2. / 3, 2. / 3, 2. / 3, -1. / 3, -1. / 3, 2. / 3, 2. / 3});
    const auto with = [&](double x, double y, double z) {
        return times(times(basis, Dense(3, 3, {x, 0, 0, 0, y, 0, 0, 0, z})), transposed(basis));
    };
    for (int iterations = 1; iterations <= 5; ++iterations) {
        const Program program =
            program_of(unit, 3, 3, [&](const Matrix& a) { return inverse_positive_definite(a, 2, iterations); });
        EXPECT_EQ(depth(program.circuit), iterations == 1 ? 1 : 2 * iterations + 1);
        const auto inverted = [&](double e) { return (1 - std::pow(1 - e / 2, std::pow(2, iterations))) / e; };
        const Dense expected = with(inverted(2), inverted(1), inverted(0.5));
        const Dense result = run(program, with(2, 1, 0.5));
        for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(result.values()[i], expected.values()[i], 1e-12);
    }
}

TEST(Inverse, OfASquareMatrixUndoesIt) {
    for (const Unit unit : {Unit::make(8, 8), Unit::make(4, 16)}) {
        for (const std::size_t n : {3U, 8U, 10U}) {
            const Program program = program_of(unit, n, n, [](const Matrix& a) { return inverse(a, 2, 7); });
            const Dense a = well_conditioned(n, 5);
            EXPECT_LT(distance_from_identity(times(run(program, a), a)), 1e-6) << "seed 5, " << n;
        }
    }
}

TEST(Inverse, OfATallMatrixIsAPseudoInverse) {
    const Dense a(4, 2, {1, 0, 0, 1, 0.5, 0.5, 0.25, -0.25});
    const Program program = program_of(Unit::make(8, 8), 4, 2, [](const Matrix& m) { return inverse(m, 2, 6); });
    EXPECT_LT(distance_from_identity(times(run(program, a), a)), 1e-6);
}

TEST(Inverse, RefusesWhatCannotConverge) {
    ProgramBuilder builder;
    const Matrix a = builder.matrix("a", Unit::make(8, 8), 3, 4);
    const Matrix b = builder.matrix("b", Unit::make(8, 8), 3, 3);
    const auto refuse = [](const Matrix& m, double bound, int iterations, const std::string& text) {
        expect_error(ErrorCode::invalid_argument, text,
                     [&] { static_cast<void>(inverse_positive_definite(m, bound, iterations)); });
    };
    refuse(a, 1, 1, "inverse: a matrix 3x4 unit 8x8 clean, bound 1, 1 iterations; the matrix is square");
    refuse(b, 0, 1, "bound 0");
    refuse(b, std::nan(""), 1, "bound nan");
    refuse(b, 1, 0, "0 iterations");
    refuse(b, 1, 31, "iterations 1 to 30");
    expect_error(ErrorCode::invalid_argument, "inverse_test.cpp:", [&] { static_cast<void>(inverse(b, -1, 1)); });
}

}  // namespace
}  // namespace tacit::linalg
