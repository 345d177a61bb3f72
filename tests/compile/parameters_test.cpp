#include "tacit/compile/parameters.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/throws.hpp"
#include "tacit/circuit/polynomial.hpp"
#include "tacit/circuit/trace.hpp"

namespace tacit::compile {
namespace {

ManagedCircuit powers(std::size_t degree, std::size_t slots) {
    std::vector<double> coefficients(degree + 1, 0.5);
    const auto p = polynomial::Polynomial::power(coefficients);
    return manage(circuit::trace<1>([&](const circuit::Expr& x) { return evaluate(p, x); }), slots);
}

TEST(RequiredParameters, AreTheSmallestThatAreSecure) {
    for (const std::size_t degree : {1U, 3U, 7U, 31U}) {
        for (const int scale_bits : {30, 45}) {
            const ManagedCircuit program = powers(degree, 64);
            ckks::ParameterSpec spec = required_parameters(program, {.scale_bits = scale_bits});
            const auto parameters = ckks::Parameters::create(spec);
            EXPECT_EQ(parameters.depth(), program.depth());
            EXPECT_EQ(parameters.scale_bits(), scale_bits);
            EXPECT_GE(parameters.slots(), program.slots());
            spec.log_ring_dimension = parameters.log_ring_dimension() - 1;
            expect_throws(ErrorCode::insecure_parameters, "raise log_ring_dimension",
                          [&] { return ckks::Parameters::create(spec); });
        }
    }
}

TEST(RequiredParameters, HoldTheSlotsOfTheCircuit) {
    const ManagedCircuit program = powers(1, 1U << 14);
    EXPECT_EQ(ckks::Parameters::create(required_parameters(program)).slots(), 1U << 14);
}

TEST(RequiredParameters, MakeRoomForTheLargestValue) {
    const ManagedCircuit program = powers(1, 8);
    EXPECT_EQ(required_parameters(program, {.largest_value = 0.3}).integer_bits, 1);
    EXPECT_EQ(required_parameters(program, {.largest_value = 127.9}).integer_bits, 7);
    EXPECT_EQ(required_parameters(program, {.largest_value = 128}).integer_bits, 8);
}

TEST(RequiredParameters, RefuseABoundThatIsNone) {
    const ManagedCircuit program = powers(1, 8);
    for (const double bound : {0.0, -1.0, std::nan(""), std::ldexp(1.0, 60), std::numeric_limits<double>::infinity()}) {
        expect_throws(ErrorCode::invalid_argument, "required_parameters: the largest value is",
                      [&] { return required_parameters(program, {.largest_value = bound}); });
    }
}

TEST(RotationKeyBudget, LeavesRoomForTheOtherKeys) {
    const ManagedCircuit program = manage(circuit::trace<1>([](auto x) { return conjugate(x * x) + rotate(x, 1); }), 8);
    const auto parameters = ckks::Parameters::create(required_parameters(program));
    const std::size_t key = parameters.key_switch_key_bytes();
    EXPECT_EQ(rotation_key_budget(program, parameters, 7 * key + 5), 5U);
    EXPECT_EQ(rotation_key_budget(program, parameters, key), 0U);
}

}  // namespace
}  // namespace tacit::compile
