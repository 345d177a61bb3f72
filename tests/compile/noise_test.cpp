// Properties of the noise meaning; tests/runtime/debug_test.cpp holds it against measurements.
#include "tacit/compile/noise.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ckks/make_parameters.hpp"
#include "tacit/base/error.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/ckks/noise.hpp"

namespace tacit::compile {
namespace {

using Complexes = std::vector<std::complex<double>>;

const ckks::Parameters& parameters() {
    static const auto made =
        ckks::insecure_parameters_for_tests({.depth = 2, .scale_bits = 40, .log_ring_dimension = 10});
    return made;
}

/// The prediction for the output of a circuit whose inputs lie in [-3, 3].
template <std::size_t Inputs, class F>
PredictedError of(F&& function, Encryption encryption = Encryption::secret_key) {
    const auto program = manage(circuit::trace<Inputs>(std::forward<F>(function)), parameters().slots());
    return predict_noise(program, parameters(), std::vector(Inputs, circuit::Bounds{{-3, 3}, {}}),
                         encryption)[program.outputs()[0]];
}

double in_slots(double coefficient_error, int level = 0) {
    return coefficient_error * std::sqrt(1024.0) / parameters().scale(level);
}

double fresh(int level = 0) {
    return in_slots(ckks::noise::together(ckks::noise::fresh_symmetric(parameters()), ckks::noise::encoding()), level);
}

TEST(Noise, OfAFreshEncryptionIsThatOfTheEngine) {
    const PredictedError secret = of<1>([](auto x) { return x; });
    EXPECT_DOUBLE_EQ(secret.deviation, fresh());
    EXPECT_DOUBLE_EQ(secret.part(ErrorSource::encryption), in_slots(ckks::noise::fresh_symmetric(parameters())));
    EXPECT_EQ(secret.part(ErrorSource::key_switching), 0);
    EXPECT_EQ(secret.magnitude, 3);
    const PredictedError asymmetric = of<1>([](auto x) { return x; }, Encryption::public_key);
    EXPECT_DOUBLE_EQ(asymmetric.part(ErrorSource::encryption), in_slots(ckks::noise::fresh_public(parameters())));
}

TEST(Noise, ErrorsOfOneOriginAddUpAndOthersInSquares) {
    EXPECT_DOUBLE_EQ(of<1>([](auto x) { return x + x; }).deviation, 2 * fresh());
    EXPECT_DOUBLE_EQ(of<2>([](auto x, auto y) { return x + y; }).deviation, std::sqrt(2.0) * fresh());
    const double turned =
        ckks::noise::together(std::sqrt(2.0) * fresh(), in_slots(ckks::noise::key_switching(parameters(), 0)));
    EXPECT_DOUBLE_EQ(of<1>([](auto x) { return x + rotate(x, 1); }).deviation, turned);
    EXPECT_DOUBLE_EQ(of<1>([](auto x) { return x + conjugate(x); }).deviation, turned);
    const double there_and_back =
        ckks::noise::together(2 * fresh(), std::sqrt(2.0) * in_slots(ckks::noise::key_switching(parameters(), 0)));
    EXPECT_DOUBLE_EQ(of<1>([](auto x) { return x + rotate(rotate(x, 1), -1); }).deviation, there_and_back);
}

TEST(Noise, OfASquareIsTwiceTheValueTimesTheError) {
    const PredictedError found = of<1>([](auto x) { return x * x; });
    const double after = in_slots(ckks::noise::fused_relinearization(parameters(), 1));
    EXPECT_NEAR(found.deviation, ckks::noise::together(6 * fresh(1), after), 1e-6 * found.deviation);
    EXPECT_EQ(found.magnitude, 9);
}

TEST(Noise, PartsAddUpInSquares) {
    const PredictedError found = of<2>([](auto x, auto y) {
        return rotate(x * y, 2) * circuit::values({1, 0.3}) + conjugate(x);
    });
    double squares = 0;
    for (const double part : found.parts) {
        EXPECT_GT(part, 0);
        squares += part * part;
    }
    EXPECT_NEAR(std::sqrt(squares), found.deviation, 1e-12 * found.deviation);
}

TEST(Noise, ManyOriginsAreMergedWithoutLoss) {
    // 1023 rotations of one value: 1023 origins of the same error and as many of the key switches.
    const PredictedError found = of<1>([](auto x) {
        auto sum = x;
        for (int k = 1; k < 512; k *= 2) sum = sum + rotate(sum, k);
        return sum;
    });
    double squares = 512 * fresh() * fresh();
    for (int k = 1; k < 512; k *= 2) {
        const double added = in_slots(ckks::noise::key_switching(parameters(), 0));
        squares += added * added * (512.0 / (2 * k));
    }
    EXPECT_NEAR(found.deviation, std::sqrt(squares), 1e-9 * found.deviation);
}

TEST(Noise, FromDataKnowsWhatCancels) {
    const auto program = manage(circuit::trace<1>([](auto x) {
                                    return std::vector{x - x, x * 0x1p-60, x + x, x * x, x * 0.0};
                                }),
                                parameters().slots());
    const std::vector<Complexes> twos{Complexes(parameters().slots(), 2)};
    const auto found = predict_noise(program, parameters(), twos);
    const auto output = [&](std::size_t i) { return found[program.outputs()[i]]; };
    EXPECT_EQ(output(0).deviation, 0) << "one error, taken from itself";
    EXPECT_NEAR(output(1).deviation, in_slots(ckks::noise::rescaling(parameters())), 0.15 * output(1).deviation);
    EXPECT_EQ(output(4).deviation, 0) << "exact, as every product with an integer";
    EXPECT_NEAR(output(3).magnitude, 4, 1e-12);
    EXPECT_EQ(predict_noise(program, parameters(), twos).back().deviation, found.back().deviation)
        << "the same seed draws the same errors";
}

TEST(Noise, SourcesHaveNames) {
    EXPECT_STREQ(to_string(ErrorSource::encoding), "encoding");
    EXPECT_STREQ(to_string(ErrorSource::encryption), "encryption");
    EXPECT_STREQ(to_string(ErrorSource::key_switching), "key switching");
    EXPECT_STREQ(to_string(ErrorSource::rescaling), "rescaling");
}

TEST(Noise, RefusesParametersThatDoNotFit) {
    const auto deep = circuit::trace<1>([](auto x) { return x * x * x * x; });
    const auto expect = [](const ManagedCircuit& program, const char* text) {
        try {
            static_cast<void>(predict_noise(program, parameters(), std::vector{circuit::Bounds{{-1, 1}, {}}}));
            ADD_FAILURE() << "nothing was thrown; expected: " << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
            EXPECT_THAT(error.what(), testing::HasSubstr(text));
        }
    };
    expect(manage(deep, 512), "predict_noise: the circuit needs 3 levels but the parameters have 2; use parameters of");
    expect(manage(deep, 1024), "predict_noise: the circuit was managed for 1024 slots but the parameters have 512");
}

}  // namespace
}  // namespace tacit::compile
