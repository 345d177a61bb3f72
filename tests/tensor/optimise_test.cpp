#include "tacit/tensor/optimise.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/throws.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/polynomial/fit.hpp"
#include "tensor/programs.hpp"
#include "tensor/search.hpp"

namespace tacit::tensor {
namespace {

std::vector<std::vector<double>> run(const Program& program, const Lowered& lowered, const ClearInputs& inputs,
                                     std::size_t slots) {
    Packer pack(program, lowered, inputs);
    std::vector<std::vector<std::complex<double>>> packed;
    for (const InputBlock& block : lowered.inputs) {
        const auto period = pack(block);
        std::vector<std::complex<double>> all(slots);
        for (std::size_t i = 0; i < slots; ++i) all[i] = period[i % period.size()];
        packed.push_back(std::move(all));
    }
    circuit::Plain plain(slots, std::move(packed));
    std::vector<std::vector<std::complex<double>>> outputs;
    for (const auto& value : interpret(lowered.circuit, plain)) {
        outputs.emplace_back(value.values().begin(), value.values().end());
    }
    return unpack(program, lowered, outputs);
}

/// Runs the circuit in the clear and compares with the program as written.
void expect_result(const Program& program, const Lowered& lowered, const ClearInputs& inputs, std::size_t slots) {
    const auto expected = evaluate(program, inputs);
    const auto found = run(program, lowered, inputs, slots);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_EQ(found[i].size(), expected[i].size());
        for (std::size_t j = 0; j < expected[i].size(); ++j) {
            ASSERT_NEAR(found[i][j], expected[i][j], 1e-9) << "output " << i << ", entry " << j;
        }
    }
}

void expect_same(const Program& program, std::size_t slots, const Techniques& techniques = {}) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    const ClearInputs inputs = test::random_inputs(program, seed);
    for (const Summation summation : {Summation::masked, Summation::mask_free}) {
        for (const Association association :
             {Association::multiplied_out, Association::as_written, Association::by_term}) {
            const Lowered lowered = optimise(program, slots, {summation, association}, techniques);
            ASSERT_EQ(lowered.summation, summation);
            if (association != Association::by_term) {
                ASSERT_EQ(lowered.association, association);
            }
            expect_result(program, lowered, inputs, slots);
        }
    }
}

int depth(const Program& program, Summation summation, Association association = Association::multiplied_out) {
    return circuit::depth(optimise(program, 256, {summation, association}).circuit);
}

TEST(Optimise, NesterovFromEncryptedWeightsTakesTwoAndAHalfOrTwoLevelsAMinibatch) {
    for (int k = 1; k <= 12; ++k) {
        const Program program = test::nesterov(k, 8, 16, false);
        EXPECT_EQ(depth_as_written(program), 8 * k - 1) << k;
        EXPECT_EQ(depth(program, Summation::masked), (5 * k + 2) / 2) << k;
        EXPECT_EQ(depth(program, Summation::mask_free), 2 * k + 1) << k;
    }
}

/// The slopes at zero are known, so the owner of the data takes the first step.
TEST(Optimise, NesterovFromZeroTakesAboutThreeLevelsLess) {
    for (int k = 2; k <= 12; ++k) {
        const Program program = test::nesterov(k, 8, 16, true);
        EXPECT_EQ(depth(program, Summation::masked), (5 * k - 6) / 2) << k;
        EXPECT_EQ(depth(program, Summation::mask_free), 2 * k - 2) << k;
        EXPECT_EQ(least_depth(program, Summation::masked), (5 * k - 6) / 2) << k;
        EXPECT_EQ(least_depth(program, Summation::mask_free), 2 * k - 2) << k;
    }
    EXPECT_EQ(depth(test::nesterov(1, 8, 16, true), Summation::masked), 0);
}

TEST(Optimise, NesterovWithoutGramMatricesTakesFourOrThreeLevelsAMinibatch) {
    for (int k = 2; k <= 8; ++k) {
        const Program program = test::nesterov(k, 8, 16, false);
        EXPECT_EQ(depth(program, Summation::masked, Association::as_written), 4 * k - 1) << k;
        EXPECT_EQ(depth(program, Summation::mask_free, Association::as_written), 3 * k) << k;
    }
}

TEST(Optimise, ChoosesGramMatricesForFewSamplesAndNotForMany) {
    EXPECT_EQ(optimise(test::nesterov(4, 16, 64, true), 1024).association, Association::multiplied_out);
    EXPECT_EQ(optimise(test::nesterov(4, 512, 8, true), 1024).association, Association::by_term);
}

/// Both forms of whole programs are among those that are searched term by term.
TEST(Optimise, TermByTermIsNeverDearerThanOneFormForAll) {
    for (const auto& [samples, features] : {std::pair{8, 16}, {64, 64}, {512, 8}, {128, 32}}) {
        for (const int k : {2, 4, 7}) {
            const Program program =
                test::nesterov(k, static_cast<std::size_t>(samples), static_cast<std::size_t>(features), k == 4);
            for (const Summation summation : {Summation::masked, Summation::mask_free}) {
                const double found = circuit::estimated_cost(optimise(program, 1024, {summation}).circuit);
                for (const Association one : {Association::multiplied_out, Association::as_written}) {
                    EXPECT_LE(found, circuit::estimated_cost(optimise(program, 1024, {summation, one}).circuit));
                }
            }
        }
    }
}

/// With more samples than features and many minibatches Gram matrices pay for the newest terms only.
TEST(Optimise, TermByTermBeatsBothFormsForManySamples) {
    const Program program = test::nesterov(8, 512, 8, true);
    const Lowered found = optimise(program, 1024);
    EXPECT_EQ(found.association, Association::by_term);
    const double cost = circuit::estimated_cost(found.circuit);
    for (const Association one : {Association::multiplied_out, Association::as_written}) {
        EXPECT_LT(cost, 0.95 * circuit::estimated_cost(optimise(program, 1024, {.association = one}).circuit));
    }
}

TEST(Optimise, LowersTheDepthOfProgramsThatItWasNotWrittenFor) {
    EXPECT_EQ(depth_as_written(test::nesterov(6, 8, 16, false)), 47);
    EXPECT_EQ(depth_as_written(test::ridge(6, 10, 6)), 24);
    EXPECT_EQ(depth_as_written(test::power_iteration(6, 7)), 9);
    EXPECT_EQ(depth_as_written(test::network(9, 12, 5, false)), 5);
    EXPECT_EQ(depth_as_written(test::network(9, 12, 5, true)), 6);
    EXPECT_EQ(depth(test::ridge(6, 10, 6), Summation::masked), 1);
    EXPECT_EQ(depth(test::power_iteration(6, 7), Summation::masked), 1);
    EXPECT_EQ(depth(test::power_iteration(6, 7), Summation::masked, Association::as_written), 8);
    EXPECT_EQ(depth(test::network(9, 12, 5, false), Summation::masked), 3);
    EXPECT_EQ(depth(test::network(9, 12, 5, true), Summation::masked), 3);
}

TEST(Optimise, TrainsTheModelOfTheLoopAsWritten) {
    for (const int k : {1, 2, 3, 5}) {
        for (const std::size_t slots : {64, 256, 1024}) {
            for (const bool from_zero : {false, true}) {
                SCOPED_TRACE(std::to_string(k) + " minibatches, " + std::to_string(slots) + " slots");
                expect_same(test::nesterov(k, 8, 16, from_zero), slots);
                expect_same(test::nesterov(k, 16, 5, from_zero), slots);
            }
        }
    }
}

TEST(Optimise, HelpsProgramsThatItWasNotWrittenFor) {
    for (const std::size_t slots : {32, 256}) {
        for (int k = 1; k <= 4; ++k) {
            expect_same(test::ridge(k, 10, 6), slots);
            expect_same(test::power_iteration(k, 7), slots);
        }
        for (const bool cubic : {false, true}) {
            expect_same(test::network(9, 12, 5, cubic), slots);
            expect_same(test::network(16, 40, 1, cubic), slots);
        }
    }
}

/// Every technique left out alone, and all of them.
TEST(Optimise, IsCorrectWithoutAnyOfItsTechniques) {
    const std::vector<Techniques> reduced{{.owner_products = false},      {.folded_polynomials = false},
                                          {.carried_conversions = false}, {.paired_outputs = false},
                                          {.grid = Grid{8, 16}},          {false, false, false, false, Grid{16, 16}}};
    for (std::size_t i = 0; i < reduced.size(); ++i) {
        SCOPED_TRACE("techniques " + std::to_string(i));
        for (const bool from_zero : {false, true}) expect_same(test::nesterov(3, 8, 16, from_zero), 256, reduced[i]);
        expect_same(test::ridge(2, 10, 6), 256, reduced[i]);
        expect_same(test::network(9, 12, 5, true), 256, reduced[i]);
        expect_same(test::public_network(9, 12, 5, true), 256, reduced[i]);
        expect_same(test::layer(polynomial::Polynomial::power({0.1, -0.4, 0.2, 0.3, 0.1}), 8), 256, reduced[i]);
    }
}

/// A technique that costs nothing to leave out would not be one.
TEST(Optimise, EachTechniqueSavesLevelsOrOperations) {
    const Program program = test::nesterov(4, 8, 16, true);
    const SearchSpace masked{Summation::masked, Association::multiplied_out};
    const auto cost = [&](const Techniques& techniques) {
        return circuit::estimated_cost(optimise(program, 256, masked, techniques).circuit);
    };
    const double full = cost({});
    EXPECT_GT(cost({.owner_products = false}), full);
    EXPECT_GT(cost({.folded_polynomials = false}), full);
    EXPECT_GT(cost({.carried_conversions = false}), full);
    EXPECT_GT(cost({.grid = Grid{128, 2}}), full);
    const Program wide = test::nesterov(4, 8, 64, true);  // two halves of an output
    EXPECT_GT(circuit::estimated_cost(optimise(wide, 64, masked, {.paired_outputs = false}).circuit),
              circuit::estimated_cost(optimise(wide, 64, masked).circuit));
}

polynomial::Polynomial fitted_sigmoid(std::size_t degree) {
    const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
    return polynomial::interpolate(sigmoid, static_cast<int>(degree), {-6, 5}).polynomial;
}

/// M p(N x): a level for N x, ceil(log2(d + 1)) for the polynomial with M.
TEST(Optimise, APolynomialWithItsMatrixTakesTheLevelsOfItsDegree) {
    const std::vector<int> levels{2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4};
    for (std::size_t degree = 2; degree <= 15; ++degree) {
        std::vector<double> c(degree + 1, 0.0);
        for (std::size_t i = 0; i <= degree; ++i) c[i] = 1.0 / static_cast<double>(1 + 3 * i);
        for (const auto& p : {polynomial::Polynomial::power(c), fitted_sigmoid(degree)}) {
            const Program program = test::layer(p, 8);
            EXPECT_EQ(depth(program, Summation::mask_free), 1 + levels[degree - 2]) << degree;
            EXPECT_EQ(least_depth(program, Summation::mask_free), 1 + levels[degree - 2]) << degree;
        }
    }
}

TEST(Optimise, EvaluatesPolynomialsOfAnyDegreeInBothBases) {
    for (std::size_t degree = 2; degree <= 15; ++degree) {
        SCOPED_TRACE("degree " + std::to_string(degree));
        std::vector<double> c(degree + 1, 0.0);
        for (std::size_t i = 0; i <= degree; ++i) c[i] = std::cos(static_cast<double>(7 * i + degree)) / 4;
        expect_same(test::layer(polynomial::Polynomial::power(c), 8), 256);
        expect_same(test::layer(polynomial::Polynomial::chebyshev(c, {-3, 5}), 8), 256);
        expect_same(test::layer(fitted_sigmoid(degree), 8), 256);
        expect_same(test::layer(fitted_sigmoid(degree), 8), 256, {.folded_polynomials = false});
    }
    for (const std::size_t degree : {16, 23, 31, 32, 48, 62, 63}) {
        SCOPED_TRACE("degree " + std::to_string(degree));
        expect_same(test::layer(fitted_sigmoid(degree), 8), 256);
    }
}

/// An odd fit of even degree has a leading coefficient of rounding size.
TEST(Optimise, LeavesOutLeadingCoefficientsThatAreRounding) {
    const auto tanh = polynomial::interpolate([](double x) { return std::tanh(x); }, 8, {-2, 2}).polynomial;
    EXPECT_EQ(depth(test::layer(tanh, 8), Summation::mask_free), 4);
    expect_same(test::layer(tanh, 8), 256);
}

TEST(Optimise, TrainsWithSigmoidsOfHigherDegree) {
    Tracer in;
    Vector v = in.zeros(16);
    for (int t = 0; t < 3; ++t) {
        const Matrix z = in.matrix(std::string("Z").append(std::to_string(t)), 8, 16);
        v = v - 0.2 * (transpose(z) * polynomial(fitted_sigmoid(7), z * v));
    }
    in.output(v);
    const Program program = std::move(in).finish();
    EXPECT_EQ(depth(program, Summation::mask_free), 6);
    for (const std::size_t slots : {64, 256}) expect_same(program, slots);
}

/// Public matrices between secrets are constants of the circuit; next to an owner's, the owner multiplies them in.
TEST(Optimise, PublicMatricesAreFoldedByOwnersOrConstants) {
    for (const bool cubic : {false, true}) {
        const Program program = test::public_network(9, 12, 5, cubic);
        EXPECT_EQ(depth_as_written(program), cubic ? 6 : 5);
        EXPECT_EQ(depth(program, Summation::masked), 2);
        const Lowered lowered = optimise(program, 256);
        EXPECT_EQ(lowered.inputs.size(), 1U);  // W1 x + b1
        EXPECT_EQ(owner(program, lowered.inputs.front()), test::data_owner);
        for (const std::size_t slots : {16, 32, 256}) expect_same(program, slots);
    }
}

TEST(Optimise, MixesPublicAndOwnersMatrices) {
    const ClearMatrix rotation{6, 6, {0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0,
                                      0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0}};
    Tracer in;
    const Matrix p = in.public_matrix("P", rotation);
    const Matrix a = in.matrix("A", 6, 6, test::data_owner), b = in.matrix("B", 6, 6, test::model_owner);
    const Vector x = in.vector("x", 6, test::data_owner), y = in.public_vector("y", {1, 2, 3, 4, 5, 6});
    in.output(p * (b * (p * (a * x))));                                     // (P B P) times A x, one product
    in.output(a * (p * polynomial({0.1, 0.2, 0.3}, b * (p * x))) + p * y);  // A P is one block, P y a constant
    in.output(p * polynomial({0, 1, 0, 0.2}, a * x + b * y) - b * (p * y));
    Vector v = x;
    for (int i = 0; i < 3; ++i) v = v + 0.1 * (transpose(p) * polynomial({0.5, 0.1, 0, -0.2}, a * v));
    in.output(v);
    const Program program = std::move(in).finish();
    for (const std::size_t slots : {16, 64, 256}) {
        expect_same(program, slots);
        expect_same(program, slots, {.carried_conversions = false});
    }
}

}  // namespace
}  // namespace tacit::tensor
