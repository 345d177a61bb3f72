#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "circuit/random_circuit.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/text.hpp"

// What complex slots must not change for real data, and what conjugation means, on random circuits.

namespace tacit::circuit {
namespace {

constexpr std::size_t slots = 8;
using Vector = std::vector<double>;

/// Arithmetic on doubles alone, written apart from the library; conjugation does nothing.
struct RealArithmetic {
    using Value = Vector;
    std::vector<Vector> inputs;

    template <class F>
    static Value each(const F& f) {
        Value result(slots);
        for (std::size_t i = 0; i < slots; ++i) result[i] = f(i);
        return result;
    }
    Value input(std::int32_t number) { return inputs[static_cast<std::size_t>(number)]; }
    Value constant(std::span<const double> period) {
        return each([&](std::size_t i) { return period[i % period.size()]; });
    }
    Value add(const Value& a, const Value& b) {
        return each([&](std::size_t i) { return a[i] + b[i]; });
    }
    Value sub(const Value& a, const Value& b) {
        return each([&](std::size_t i) { return a[i] - b[i]; });
    }
    Value mul(const Value& a, const Value& b) {
        return each([&](std::size_t i) { return a[i] * b[i]; });
    }
    Value negate(const Value& a) {
        return each([&](std::size_t i) { return -a[i]; });
    }
    Value rotate(const Value& a, std::int32_t steps) {
        const auto size = static_cast<std::int32_t>(slots);
        const auto left = static_cast<std::size_t>((steps % size + size) % size);
        return each([&](std::size_t i) { return a[(i + left) % slots]; });
    }
    Value conjugate(const Value& a) { return a; }
};

template <class Check>
void for_random_circuits(const Check& check) {
    for (std::uint64_t seed = 1000; seed < 1300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937_64 random(seed);
        std::uniform_real_distribution<double> uniform(-0.7, 0.7);
        const auto draw = [&] { return RealArithmetic::each([&](std::size_t) { return uniform(random); }); };
        std::vector<Vector> real, imaginary;
        for (std::size_t i = 0; i < RandomCircuit::input_count; ++i) {
            real.push_back(draw());
            imaginary.push_back(draw());
        }
        const Circuit circuit = RandomCircuit(seed).draw(5 + seed % 120);
        check(circuit, real, imaginary);
        if (::testing::Test::HasFailure()) {
            ADD_FAILURE() << print(circuit);
            return;
        }
    }
}

TEST(ComplexSlots, ComputeOnRealDataWhatDoublesCompute) {
    for_random_circuits([](const Circuit& circuit, const std::vector<Vector>& real, const std::vector<Vector>&) {
        Plain plain(slots, real);
        RealArithmetic reference{real};
        const auto found = interpret(circuit, plain);
        const auto expected = interpret(circuit, reference);
        for (std::size_t i = 0; i < found.size(); ++i) {
            for (std::size_t slot = 0; slot < slots; ++slot) {
                const std::complex<double> value = found[i][slot];
                EXPECT_EQ(value.real(), expected[i][slot]);
                EXPECT_EQ(std::signbit(value.real()), std::signbit(expected[i][slot]));
                EXPECT_EQ(value.imag(), 0);
                EXPECT_FALSE(std::signbit(value.imag()));
            }
        }
    });
}

// As constants are real, conjugating the inputs conjugates the outputs, to the last bit.
TEST(ComplexSlots, ConjugateInputsGiveConjugateOutputs) {
    for_random_circuits([](const Circuit& circuit, const std::vector<Vector>& re, const std::vector<Vector>& im) {
        std::vector inputs(re.size(), std::vector<std::complex<double>>(slots)), conjugates = inputs;
        for (std::size_t i = 0; i < re.size(); ++i) {
            for (std::size_t slot = 0; slot < slots; ++slot) {
                inputs[i][slot] = {re[i][slot], im[i][slot]};
                conjugates[i][slot] = {re[i][slot], -im[i][slot]};
            }
        }
        Plain plain(slots, inputs), conjugate_plain(slots, conjugates);
        const auto outputs = interpret(circuit, plain);
        const auto found = interpret(circuit, conjugate_plain);
        for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], conjugate(outputs[i]));
        EXPECT_EQ(plain.largest_magnitude(), conjugate_plain.largest_magnitude());
    });
}

}  // namespace
}  // namespace tacit::circuit
