#include "tacit/compile/parameters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <initializer_list>

#include "tacit/base/error.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/ckks/noise.hpp"

namespace tacit::compile {
namespace {

namespace noise = ckks::noise;

constexpr std::size_t slots = 512;
const circuit::Bounds unit{{-1, 1}, {}};

ManagedCircuit cubic(std::size_t width = slots) {
    return manage(circuit::trace<1>([](auto x) { return x * x * x * 0.25 + x; }), width);
}

/// The same circuit one bit of scale lower.
double excess_one_bit_below(const ManagedCircuit& program, ScaleEstimate estimate, double precision) {
    --estimate.spec.scale_bits;
    const auto parameters = ckks::Parameters::create(estimate.spec);
    const auto predicted = predict_noise(program, parameters, std::vector{unit});
    double most = 0;
    for (const auto output : program.outputs()) most = std::max(most, 6 * predicted[output].deviation);
    return most / precision;
}

TEST(EstimateScale, IsTheSmallestThatKeepsThePrecision) {
    for (const double precision : {1e-3, 1e-5, 1e-7}) {
        const ScaleEstimate found = estimate_scale(cubic(), std::vector{unit}, {.precision = precision});
        EXPECT_EQ(found.spec.depth, 3);
        EXPECT_LE(6 * found.deviation, precision);
        const auto parameters = ckks::Parameters::create(found.spec);
        EXPECT_EQ(parameters.security_bits(), 128);
        EXPECT_GE(parameters.slots(), slots);
        EXPECT_GT(excess_one_bit_below(cubic(), found, precision), 1) << parameters.summary();
    }
}

TEST(EstimateScale, HasRoomForTheValuesAtEveryLevel) {
    const circuit::Circuit c = circuit::trace<1>([](auto x) { return 99.5 * x * x; });
    const ScaleEstimate found = estimate_scale(manage(c, slots), std::vector{unit});
    EXPECT_EQ(found.spec.integer_bits, 7);
    EXPECT_NEAR(found.magnitude, 99.5, 1e-2);
    ASSERT_EQ(found.headroom_bits.size(), 3U);
    for (const double bits : found.headroom_bits) EXPECT_GE(bits, 0);
    EXPECT_LT(found.headroom_bits[0], 1);
    EXPECT_GT(found.headroom_bits[2], 15) << "levels above hold larger values";
}

TEST(EstimateScale, TakesALargerRingForMoreSecurityOrDepth) {
    const auto with = [](int security) {
        return estimate_scale(cubic(), std::vector{unit}, {.precision = 1e-6, .security_bits = security});
    };
    EXPECT_GT(*with(256).spec.log_ring_dimension, *with(128).spec.log_ring_dimension);
    EXPECT_EQ(with(256).spec.security_bits, 256);
    const Accuracy quantum{.precision = 1e-6, .attacks = ckks::Attacks::quantum};
    const auto cautious = ckks::Parameters::create(estimate_scale(cubic(), std::vector{unit}, quantum).spec);
    EXPECT_EQ(cautious.quantum_security_bits(), 128);
    const ScaleEstimate wide = estimate_scale(cubic(16384), std::vector{unit});
    EXPECT_EQ(*wide.spec.log_ring_dimension, 15);
}

TEST(EstimateScale, FromDataIsNotAboveThatFromBounds) {
    std::vector<std::complex<double>> data(slots);
    for (std::size_t i = 0; i < slots; ++i) data[i] = std::sin(static_cast<double>(i));
    const Accuracy accuracy{.precision = 1e-5};
    const ScaleEstimate of_data = estimate_scale(cubic(), std::vector{data, data}, accuracy);
    const ScaleEstimate of_bounds = estimate_scale(cubic(), std::vector{unit}, accuracy);
    EXPECT_LE(of_data.spec.scale_bits, of_bounds.spec.scale_bits);
    EXPECT_GE(of_data.spec.scale_bits, of_bounds.spec.scale_bits - 3);
    for (const double bits : of_data.headroom_bits) EXPECT_GE(bits, 1) << "a bit to spare";
}

/// The errors that steps bring to a slot, by the formulas of the engine.
class ByHand {
public:
    explicit ByHand(const ckks::Parameters& parameters) : parameters_(parameters) {}

    [[nodiscard]] double fresh(int level) const {
        return in_slots(noise::together(noise::fresh_symmetric(parameters_), noise::encoding()), level);
    }
    [[nodiscard]] double key_switch(int level) const {
        return in_slots(noise::key_switching(parameters_, level), level);
    }
    /// Of a relinearisation with a rescaling to this level.
    [[nodiscard]] double relinearised(int level) const {
        return in_slots(noise::fused_relinearization(parameters_, level + 1), level);
    }
    /// Of a rescaling or level drop to this level.
    [[nodiscard]] double rescaled(int level) const { return in_slots(noise::rescaling(parameters_), level); }
    /// Of a vector of two numbers, which fills four coefficients: 1, X^(N/4), X^(N/2), X^(3N/4).
    [[nodiscard]] double encoded_pair(int level) const { return std::sqrt(4 / 12.0) / parameters_.scale(level); }

private:
    [[nodiscard]] double in_slots(double coefficient_error, int level) const {
        return coefficient_error * std::sqrt(static_cast<double>(parameters_.ring_dimension())) /
               parameters_.scale(level);
    }
    const ckks::Parameters& parameters_;
};

double in_squares(std::initializer_list<double> errors) {
    double sum = 0;
    for (const double error : errors) sum += error * error;
    return std::sqrt(sum);
}

/// The estimate for inputs in [-3, 3] has this largest value, and the scale is the smallest at which six times the
/// error computed by hand is within the precision.
template <std::size_t Inputs, class F>
void expect_by_hand(F&& function, double largest_value, const std::function<double(const ByHand&)>& error) {
    constexpr double precision = 1e-6;
    const circuit::Circuit c = circuit::trace<Inputs>(std::forward<F>(function));
    const ScaleEstimate found =
        estimate_scale(manage(c, slots), std::vector(Inputs, circuit::Bounds{{-3, 3}, {}}), {.precision = precision});
    const auto excess = [&](int fewer_bits) {
        ckks::ParameterSpec spec = found.spec;
        spec.scale_bits -= fewer_bits;
        const auto parameters = ckks::Parameters::create(spec);
        return 6 * error(ByHand(parameters)) / precision;
    };
    EXPECT_NEAR(6 * found.deviation / precision, excess(0), 1e-6);  // products of two errors are smaller
    EXPECT_LE(excess(0), 1 + 1e-6);
    EXPECT_GT(excess(1), 1);
    EXPECT_NEAR(found.magnitude, largest_value, 2 * precision);
    EXPECT_EQ(found.spec.integer_bits, std::floor(std::log2(largest_value)) + 1);
}

TEST(EstimateScale, OfRotationsHasTheErrorOfAKeySwitch) {
    for (const int steps : {1, -1, 5}) {
        expect_by_hand<1>([&](auto x) { return rotate(x, steps); }, 3,
                          [](const ByHand& e) {
                              return in_squares({e.fresh(0), e.key_switch(0)});
                          });
    }
}

TEST(EstimateScale, OfNegationsAndSumsWithExactNumbersHasTheErrorOfTheInput) {
    const auto fresh = [](const ByHand& e) { return e.fresh(0); };
    expect_by_hand<1>([](auto x) { return -x; }, 3, fresh);
    expect_by_hand<1>([](auto x) { return x + 2; }, 5, fresh);
    expect_by_hand<1>([](auto x) { return x - 2; }, 5, fresh);
}

TEST(EstimateScale, OfSumsWithVectorsHasTheRoundingOfTheirCoefficients) {
    const auto fresh_and_encoded = [](const ByHand& e) { return in_squares({e.fresh(0), e.encoded_pair(0)}); };
    expect_by_hand<1>([](auto x) { return x + circuit::values({0.5, -2.1}); }, 5.1, fresh_and_encoded);
    expect_by_hand<1>([](auto x) { return x - circuit::values({0.5, -2.1}); }, 5.1, fresh_and_encoded);
}

TEST(EstimateScale, OfSumsAndDifferencesAddsTheErrorsOfDifferentInputsInSquares) {
    const auto two_fresh = [](const ByHand& e) { return in_squares({e.fresh(0), e.fresh(0)}); };
    expect_by_hand<2>([](auto x, auto y) { return x + y; }, 6, two_fresh);
    expect_by_hand<2>([](auto x, auto y) { return x - y; }, 6, two_fresh);
}

TEST(EstimateScale, OfProductsWithConstantsHasTheirMultipleOfTheError) {
    expect_by_hand<1>([](auto x) { return x * 2; }, 6, [](const ByHand& e) { return 2 * e.fresh(0); });
    expect_by_hand<1>([](auto x) { return x * 2.5; }, 7.5,
                      [](const ByHand& e) {
                          return in_squares({2.5 * e.fresh(1), e.rescaled(0)});
                      });
    expect_by_hand<1>(
        [](auto x) {
            return x * circuit::values({1.9, -1.1});
        },
        5.7,
        [](const ByHand& e) {
            return in_squares({1.9 * e.fresh(1), 3 * e.encoded_pair(1), e.rescaled(0)});
        });
}

TEST(EstimateScale, OfProductsHasTheErrorOfEachFactorTimesTheOther) {
    expect_by_hand<2>([](auto x, auto y) { return x * y; }, 9,
                      [](const ByHand& e) {
                          return in_squares({3 * e.fresh(1), 3 * e.fresh(1), e.relinearised(0)});
                      });
    expect_by_hand<1>([](auto x) { return x * x; }, 9,
                      [](const ByHand& e) {
                          return in_squares({(3 + 3) * e.fresh(1), e.relinearised(0)});
                      });
}

TEST(EstimateScale, OfLevelDropsHasOneRoundingForAnyNumberOfLevels) {
    expect_by_hand<1>([](auto x) { return x * x + x; }, 12,
                      [](const ByHand& e) {
                          return in_squares({(6 + 1) * e.fresh(1), e.relinearised(0), e.rescaled(0)});
                      });
    // The square y errs by 6 times the error of x, y y by 18 times that of y.
    expect_by_hand<1>(
        [](auto x) { return x * x * (x * x) + x; }, 84,
        [](const ByHand& e) {
            return in_squares({(18 * 6 + 1) * e.fresh(2), 18 * e.relinearised(1), e.relinearised(0), e.rescaled(0)});
        });
}

void expect(ErrorCode code, const std::string& text, const std::function<void()>& action) {
    try {
        action();
        ADD_FAILURE() << "nothing was thrown; expected: " << text;
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), code) << error.what();
        EXPECT_THAT(error.what(), testing::HasSubstr(text));
    }
}

TEST(EstimateScale, RefusesWhatCannotBe) {
    using enum ErrorCode;
    const std::vector inputs{unit};
    expect(invalid_argument, "estimate_scale: a precision of 0; it must be positive and finite",
           [&] { static_cast<void>(estimate_scale(cubic(), inputs, {.precision = 0})); });
    expect(invalid_argument, "even at scale 2^90, 1e-30 is wanted; ask for less or scale the inputs down",
           [&] { static_cast<void>(estimate_scale(cubic(), inputs, {.precision = 1e-30})); });
    const std::string line = "parameters_test.cpp:" + std::to_string(__LINE__ + 1);
    const auto giant = circuit::trace<1>([](auto x) { return (x * 1e10) * (x * 1e10); });
    expect(invalid_argument, line + ": estimate_scale: values may reach 1e+20 here, and 60 bits are the limit",
           [&] { static_cast<void>(estimate_scale(manage(giant, slots), inputs)); });
    const auto deep = circuit::trace<1>([](auto x) {
        for (int i = 0; i < 58; ++i) x = x * x;
        return x;
    });
    expect(insecure_parameters, "lower the depth or the scale", [&] {
        static_cast<void>(estimate_scale(manage(deep, slots), inputs, {.precision = 1e-9, .security_bits = 256}));
    });
    expect(invalid_argument, "predict_noise: input 0 has 2 values for 512 slots", [&] {
        static_cast<void>(estimate_scale(cubic(), std::vector<std::vector<std::complex<double>>>{{1, 2}}));
    });
}

TEST(RotationKeyBudget, LeavesRoomForTheOtherKeys) {
    const ManagedCircuit program = manage(circuit::trace<1>([](auto x) { return conjugate(x * x) + rotate(x, 1); }), 8);
    const auto parameters = ckks::Parameters::create({.depth = program.depth()});
    const std::size_t key = parameters.key_switch_key_bytes();
    EXPECT_EQ(rotation_key_budget(program, parameters, 7 * key + 5), 5U);
    EXPECT_EQ(rotation_key_budget(program, parameters, key), 0U);
}

}  // namespace
}  // namespace tacit::compile
