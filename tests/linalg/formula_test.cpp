// What formulas refuse, and random formulas: whatever is chosen for their layouts, programs compute what they mean.
#include "tacit/linalg/formula.hpp"

#include "linalg/formula_trial.hpp"

namespace tacit::linalg {
namespace {

/// Terms of small shapes that operations are applied to at random.
class RandomFormula {
public:
    explicit RandomFormula(unsigned seed) : random_(seed) {
        const std::array sizes{1 + below(6), 2 + below(5), 1 + below(5)};
        for (int i = 0; i < 3; ++i) {
            pool_.push_back(builder_.input("in" + std::to_string(i), sizes[below(3)], sizes[below(3)]));
        }
    }
    Formula make(int operations) {
        for (int i = 0; i < operations; ++i) pool_.push_back(next());
        builder_.output("last", pool_.back());
        builder_.output("other", pick());
        return std::move(builder_).finish();
    }

private:
    std::size_t below(std::size_t limit) { return random_() % limit; }
    Term pick() { return pool_[below(pool_.size())]; }
    Dense dense(std::size_t rows, std::size_t columns) { return random_dense(rows, columns, random_); }

    Term next() {
        const Term a = pick();
        const Term b = pick();
        const bool same = a.rows() == b.rows() && a.columns() == b.columns();
        switch (below(12)) {
            case 0: return same ? a + b : a - 0.5;
            case 1: return same ? a - b : -a;
            case 2: return transpose(a);
            case 3: return a.columns() > 1 ? a * dense(a.columns(), 1 + below(4)) : a * 0.5;
            case 4: return a.rows() > 1 ? dense(1 + below(4), a.rows()) * a : 2 * a;
            case 5: return sum_rows(a);
            case 6: return sum_columns(a);
            case 7: return hadamard(a, same ? b : a);
            case 8: return a + dense(a.rows(), a.columns());
            case 9: return hadamard(a, dense(a.rows(), a.columns()));
            case 10:
                return a.rows() > 1 && a.columns() > 1 ? hadamard(sum_columns(a), a) - hadamard(sum_rows(a), a) : -a;
            default: return product(a, b) * 0.3;
        }
    }
    static Term product(const Term& a, const Term& b) {
        if (a.columns() == b.rows()) return a * b;
        if (a.rows() == b.rows()) return transpose(a) * b;
        return a.columns() == b.columns() ? a * transpose(b) : a * sum_rows(sum_columns(b));
    }

    std::mt19937_64 random_;
    FormulaBuilder builder_;
    std::vector<Term> pool_;
};

TEST(RandomFormulas, MeanTheSameInEveryLayoutThatIsTried) {
    for (unsigned seed = 1; seed <= 150; ++seed) {
        const Formula formula = RandomFormula(seed).make(7);
        // The cost is a hash of the circuit, so that the winner is any of the candidates.
        const auto any = [&](const circuit::Circuit& c) {
            return std::fmod(1e4 * circuit::estimated_cost(c), 97 + seed);
        };
        const LaidOut found = lay_out(formula, {.slots = 16, .depth = 100, .cost = any, .budget = 20});
        expect_means(found.program, formula, seed, 1e-6);
        if (HasFatalFailure() || HasNonfatalFailure()) break;  // the failure names the seed
    }
}

TEST(Formula, InversesAreThoseOfTheirSteps) {
    FormulaBuilder builder;
    const Term x = builder.input("x", 9, 3);
    builder.output("inverse", inverse_positive_definite(
                                  transpose(x) * x * 0.1 + Dense(3, 3, {1, 0, 0, 0, 1, 0, 0, 0, 1}), 2.5, 3));
    const Formula formula = std::move(builder).finish();
    const LaidOut found = lay_out(formula, {.slots = 64, .budget = 10});
    expect_means(found.program, formula, 1);
}

template <class Call>
void expect_refused(const Call& call, const std::string& text) {
    try {
        call();
        FAIL() << "no error: " << text;
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
        EXPECT_THAT(error.what(), ::testing::HasSubstr(text));
    }
}

TEST(Formula, RefusesShapesThatDoNotFitAndNamesTheLine) {
    FormulaBuilder builder;
    const Term a = builder.input("a", 3, 4);
    const Term b = builder.input("b", 3, 4);
    const Term v = builder.input("v", 4, 1);
    const auto at = "formula_test.cpp:" + std::to_string(__LINE__ + 1);
    expect_refused([&] { static_cast<void>(a * b); }, at);
    expect_refused([&] { static_cast<void>(a * b); }, "multiply: 3 x 4 and 3 x 4; the lengths");
    expect_refused([&] { static_cast<void>(a + v); }, "add: 3 x 4 and 4 x 1; shapes are equal");
    expect_refused([&] { static_cast<void>(a - v); }, "sub: 3 x 4 and 4 x 1");
    expect_refused([&] { static_cast<void>(a + Dense(4, 3)); }, "add: 3 x 4 and 4 x 3");
    expect_refused([&] { static_cast<void>(hadamard(a, v)); }, "hadamard: 3 x 4 and 4 x 1");
    expect_refused([&] { static_cast<void>(hadamard(a, Dense(4, 3))); }, "hadamard: 3 x 4 and 4 x 3");
    expect_refused([&] { static_cast<void>(Dense(2, 4) * a); }, "a public matrix takes a term as high as it is wide");
    expect_refused([&] { static_cast<void>(Dense(2, 1) * transpose(v)); }, "of more than one row");
    expect_refused([&] { static_cast<void>(inverse_positive_definite(a, 1, 3)); }, "inverse: 3 x 4");
    expect_refused([&] { static_cast<void>(a * std::nan("")); }, "the number nan; numbers are finite");
}

TEST(Formula, RefusesNamesAndTermsThatAreNotItsOwn) {
    FormulaBuilder builder;
    FormulaBuilder others;
    const Term a = builder.input("a", 3, 4);
    const Term b = others.input("a", 3, 4);
    expect_refused([&] { static_cast<void>(builder.input("a", 2, 2)); }, "there is an input \"a\" already");
    expect_refused([&] { static_cast<void>(builder.input("z", 0, 2)); },
                   "input \"z\" of 0 x 2; sizes are 1 to 1048576");
    expect_refused([&] { static_cast<void>(a + b); }, "terms of two formulas");
    expect_refused([&] { builder.output("y", b); }, "output \"y\" is a term of another formula");
    builder.output("y", a);
    expect_refused([&] { builder.output("y", a); }, "there is an output \"y\" already");
    expect_refused([&] { static_cast<void>(std::move(others).finish()); }, "no output");
    const Formula formula = std::move(builder).finish();
    expect_refused([&] { static_cast<void>(evaluate(formula, {})); }, "0 matrices for a formula of 1 inputs");
    expect_refused([&] { static_cast<void>(evaluate(formula, std::vector{Dense(4, 3)})); },
                   "4 x 3 values for input \"a\" of 3 x 4");
}

}  // namespace
}  // namespace tacit::linalg
