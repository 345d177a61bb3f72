// Chosen layouts: never worse than a unit stated for everything, as good as trying all, and true to what is stated.
#include "tacit/linalg/lay_out.hpp"

#include "linalg/formula_trial.hpp"
#include "tacit/linalg/inverse.hpp"
#include "tacit/linalg/matrix_product.hpp"
#include "tacit/linalg/products.hpp"
#include "tacit/linalg/rearrange.hpp"

namespace tacit::linalg {
namespace {

/// A computation as a formula, and as programs that an expert writes by hand in a unit.
struct Case {
    const char* name;
    std::function<void(FormulaBuilder&)> formula;
    std::vector<std::function<void(ProgramBuilder&, Unit)>> by_hand;
};

Case prediction() {
    return {"prediction",
            [](FormulaBuilder& b) { b.output("y", b.input("x", 100, 20) * b.input("w", 20, 1) + 0.5); },
            {[](ProgramBuilder& b, Unit u) {
                 b.output("y", multiply(b.matrix("x", u, 100, 20), b.column_vector("w", u, 20)) + 0.5);
             },
             [](ProgramBuilder& b, Unit u) {  // the transpose of the samples
                 b.output("y", multiply(b.row_vector("w", u, 20), b.matrix("x", u, 20, 100)) + 0.5);
             }}};
}

Case quadratic_form() {
    return {"quadratic form",
            [](FormulaBuilder& b) {
                const Term x = b.input("x", 12, 1);
                b.output("y", transpose(x) * (b.input("a", 12, 12) * x));
            },
            {[](ProgramBuilder& b, Unit u) {
                 const auto x = b.column_vector("x", u, 12);
                 b.output("y", dot(x, transpose(multiply(b.matrix("a", u, 12, 12), x))));
             },
             [](ProgramBuilder& b, Unit u) {
                 const auto x = b.row_vector("x", u, 12);
                 b.output("y", dot(transpose(x), multiply(x, b.matrix("a", u, 12, 12))));
             }}};
}

Case covariance() {
    return {"covariance",
            [](FormulaBuilder& b) {
                const Term x = b.input("x", 40, 5);
                const Term mean = sum_rows(x) * (1.0 / 40);
                b.output("y", transpose(x) * x * (1.0 / 40) - transpose(mean) * mean);
            },
            {[](ProgramBuilder& b, Unit u) {
                const auto x = b.matrix("x", u, 40, 5);
                const auto mean = sum_rows(x) * (1.0 / 40);
                b.output("y", transposed_times(x, x) * (1.0 / 40) - outer(transpose(mean), mean));
            }}};
}

Case least_squares() {
    return {"least squares",
            [](FormulaBuilder& b) {
                const Term x = b.input("x", 30, 2);
                const Term gram = transpose(x) * x * (1.0 / 30);
                b.output("w",
                         inverse_positive_definite(gram, 2, 3) * (transpose(x) * b.input("y", 30, 1) * (1.0 / 30)));
            },
            {[](ProgramBuilder& b, Unit u) {
                const auto x = b.matrix("x", u, 30, 2);
                const auto gram = transposed_times(x, x, ProductForm::diagonals) * (1.0 / 30);
                const auto moments = multiply(b.row_vector("y", u, 30), x) * (1.0 / 30);
                b.output("w", multiply(inverse_positive_definite(gram, 2, 3), moments));
            }}};
}

Case chain() {
    return {"matrix chain",
            [](FormulaBuilder& b) { b.output("y", b.input("a", 6, 8) * b.input("b", 8, 5) * b.input("c", 5, 7)); },
            {[](ProgramBuilder& b, Unit u) {
                 b.output("y",
                          multiply(multiply(b.matrix("a", u, 6, 8), b.matrix("b", u, 8, 5)), b.matrix("c", u, 5, 7)));
             },
             [](ProgramBuilder& b, Unit u) {
                 const auto ab = multiply(b.matrix("a", u, 6, 8), b.matrix("b", u, 8, 5));
                 b.output("y", times_transposed(ab, b.matrix("c", u, 7, 5)));
             }}};
}

Case back_and_forth() {
    return {"back and forth",
            [](FormulaBuilder& b) {
                const Term m = b.input("m", 16, 8);
                b.output("y", m * (transpose(m) * (m * b.input("x", 8, 1))));
            },
            {[](ProgramBuilder& b, Unit u) {
                const auto m = b.matrix("m", u, 16, 8);
                b.output("y", multiply(m, multiply(multiply(m, b.column_vector("x", u, 8)), m)));
            }}};
}

std::vector<Case> cases() {
    return {prediction(), quadratic_form(), covariance(), least_squares(), chain(), back_and_forth()};
}

Formula formula_of(const Case& c) {
    FormulaBuilder builder;
    c.formula(builder);
    return std::move(builder).finish();
}

using Score = std::pair<int, double>;

TEST(LayOut, IsNeverWorseThanTheBestUnitStatedByHand) {
    constexpr std::size_t slots = 256;
    for (const Case& c : cases()) {
        const Formula formula = formula_of(c);
        const LaidOut found = lay_out(formula, {.slots = slots});
        expect_means(found.program, formula, 1);
        EXPECT_EQ(found.depth, circuit::depth(found.program.circuit));
        for (std::size_t height = 1; height <= slots; height *= 2) {
            for (const auto& write : c.by_hand) {
                ProgramBuilder builder;
                write(builder, Unit::make(height, slots / height));
                const circuit::Circuit circuit = circuit::optimise(std::move(builder).finish().circuit);
                const Score by_hand{circuit::depth(circuit), circuit::estimated_cost(circuit)};
                EXPECT_LE(Score(found.depth, found.cost), by_hand) << c.name << ", height " << height;
            }
        }
    }
}

TEST(LayOut, FindsWhatTryingAllFinds) {
    const auto small = [](const std::function<void(FormulaBuilder&)>& write) {
        FormulaBuilder builder;
        write(builder);
        const Formula formula = std::move(builder).finish();
        const LaidOut all = lay_out(formula, {.slots = 16, .budget = 100000});
        const std::size_t budget = all.circuits / 2;
        const LaidOut found = lay_out(formula, {.slots = 16, .budget = budget});
        EXPECT_TRUE(all.exhaustive);
        EXPECT_FALSE(found.exhaustive);
        EXPECT_LE(found.circuits, budget);
        EXPECT_EQ(Score(found.depth, found.cost), Score(all.depth, all.cost)) << all.circuits << " candidates";
    };
    small([](FormulaBuilder& b) { b.output("y", b.input("x", 7, 3) * b.input("w", 3, 1)); });
    small([](FormulaBuilder& b) {
        const Term x = b.input("x", 4, 1);
        b.output("y", transpose(x) * (b.input("a", 4, 4) * x));
    });
    small([](FormulaBuilder& b) {
        const Term x = b.input("x", 6, 2);
        b.output("y", transpose(x) * x);
        b.output("z", transpose(x) * b.input("v", 6, 1));
    });
    small([](FormulaBuilder& b) { b.output("y", b.input("a", 3, 4) * b.input("b", 4, 2) * 0.5); });
}

TEST(LayOut, KeepsWhatIsStated) {
    const Description stated{"a", Layout::matrix(Unit::make(2, 8), 3, 4), true};
    FormulaBuilder builder;
    const Term a = builder.input(stated);
    EXPECT_EQ(a.rows(), 4U);
    EXPECT_EQ(a.columns(), 3U);
    builder.output("y", a * builder.input("x", 3, 1));
    const Formula formula = std::move(builder).finish();
    const LaidOut found = lay_out(formula, {.slots = 16});
    EXPECT_EQ(static_cast<const Description&>(found.program.inputs[0]), stated);
    expect_means(found.program, formula, 1);
}

TEST(LayOut, KeepsAMatrixByDiagonalsWhereThatIsCheaper) {
    FormulaBuilder builder;
    const Term m = builder.input("m", 16, 16);
    builder.output("y", m * (m * (m * builder.input("x", 16, 1))));
    const Formula formula = std::move(builder).finish();
    const LaidOut found = lay_out(formula, {.slots = 256});
    EXPECT_EQ(found.depth, 3);
    EXPECT_EQ(print_layout(found.program.inputs[0]), "diagonals 16x16 unit 16x16 clean");
    expect_means(found.program, formula, 1);
}

TEST(LayOut, ComputesWithStatedDiagonalsOrNamesTheLine) {
    const Description stated{"m", Layout::diagonals(Unit::make(2, 8), 6, 7)};
    FormulaBuilder builder;
    const Term m = builder.input(stated);
    const Term x = builder.input("x", 7, 1);
    builder.output("y", (m + m * 0.5 + 1.0) * x);
    const Formula formula = std::move(builder).finish();
    expect_means(lay_out(formula, {.slots = 16}).program, formula, 1);
    FormulaBuilder other;
    const Term n = other.input(stated);
    other.output("y", transpose(n));
    const auto at = "lay_out_test.cpp:" + std::to_string(__LINE__ - 1);
    try {
        static_cast<void>(lay_out(std::move(other).finish(), {.slots = 16}));
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
        EXPECT_THAT(error.what(), ::testing::HasSubstr(at));
        EXPECT_THAT(error.what(), ::testing::HasSubstr("diagonals 6x7 unit 2x8 clean is kept by diagonals"));
    }
}

TEST(LayOut, TakesACheaperCircuitWhereTheDepthMayBeLarger) {
    FormulaBuilder builder;
    const Term x = builder.input("x", 20, 20);
    builder.output("y", x * transpose(x));
    const Formula formula = std::move(builder).finish();
    const LaidOut shallow = lay_out(formula, {.slots = 1024});
    const LaidOut cheap = lay_out(formula, {.slots = 1024, .depth = 3});
    EXPECT_EQ(shallow.depth, 2);
    EXPECT_EQ(cheap.depth, 3);
    EXPECT_LT(cheap.cost, shallow.cost);
}

TEST(LayOut, MixesUnitsWhereThatIsBest) {
    // Each matrix fills a tile in a unit of its own shape. The result of the first, which runs down or along, has to
    // meet the second, which is as long.
    FormulaBuilder builder;
    const Term tall = builder.input("tall", 64, 4) * builder.input("x", 4, 1);
    builder.output("y", builder.input("wide", 4, 64) * tall);
    const Formula formula = std::move(builder).finish();
    const LaidOut found = lay_out(formula, {.slots = 256, .budget = 500});
    expect_means(found.program, formula, 1);
    for (std::size_t height = 1; height <= 256; height *= 2) {
        const Unit u = Unit::make(height, 256 / height);
        for (const bool turn : {false, true}) {
            ProgramBuilder by_hand;
            const auto x = by_hand.column_vector("x", u, 4);
            const auto inner = multiply(by_hand.matrix("tall", u, 64, 4), x);
            if (turn) {
                by_hand.output("y", multiply(by_hand.matrix("wide", u, 4, 64), transpose(inner)));
            } else {
                by_hand.output("y", multiply(inner, by_hand.matrix("wide", u, 64, 4)));
            }
            const circuit::Circuit circuit = circuit::optimise(std::move(by_hand).finish().circuit);
            EXPECT_LE(Score(found.depth, found.cost), Score(circuit::depth(circuit), circuit::estimated_cost(circuit)));
        }
    }
}

TEST(LayOut, RefusesOtherNumbersOfSlots) {
    FormulaBuilder builder;
    builder.output("y", builder.input(Description{"a", Layout::scalar(Unit::make(2, 8))}) + 1.0);
    const Formula formula = std::move(builder).finish();
    const auto text = [&](std::size_t slots) {
        try {
            static_cast<void>(lay_out(formula, {.slots = slots}));
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_THAT(text(12), ::testing::HasSubstr("lay_out: 12 slots; their number is a power of two"));
    EXPECT_THAT(text(32), ::testing::HasSubstr("input \"a\" is stated as a scalar unit 2x8, but units have 32 slots"));
}

}  // namespace
}  // namespace tacit::linalg
