#include "tacit/mpc/boolean_circuit.hpp"

#include <algorithm>

#include "base/seeded.hpp"
#include "base/throws.hpp"

namespace tacit::mpc {
namespace {

std::uint64_t low_bits(std::uint64_t value, std::size_t bits) {
    return bits == 64 ? value : value & ((1ULL << bits) - 1);
}
std::int64_t as_signed(std::uint64_t value, std::size_t bits) {
    return static_cast<std::int64_t>(value << (64 - bits)) >> (64 - bits);
}

std::vector<std::uint8_t> bits_of(std::uint64_t value, std::size_t bits) {
    std::vector<std::uint8_t> out;
    for (std::size_t i = 0; i < bits; ++i) out.push_back(static_cast<std::uint8_t>((value >> i) & 1));
    return out;
}
std::uint64_t number_of(std::span<const std::uint8_t> bits) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bits.size(); ++i) value |= static_cast<std::uint64_t>(bits[i]) << i;
    return value;
}

/// The function of two words that `write` writes, at these values.
template <class Write>
std::uint64_t apply(std::size_t bits, std::uint64_t a, std::uint64_t b, const Write& write) {
    GateBuilder builder;
    const Word x = builder.input(bits);
    const Word y = builder.input(bits);
    const auto circuit = builder.build(write(builder, x, y));
    auto inputs = bits_of(a, bits);
    for (const auto bit : bits_of(b, bits)) inputs.push_back(bit);
    return number_of(circuit.evaluate(inputs));
}

struct Operation {
    const char* name;
    Word (*write)(GateBuilder&, const Word&, const Word&);
    std::uint64_t (*clear)(std::uint64_t, std::uint64_t, std::size_t bits);
};

const Operation operations[] = {
    {"add", [](GateBuilder& g, const Word& x, const Word& y) { return g.add(x, y); },
     [](std::uint64_t a, std::uint64_t b, std::size_t n) { return low_bits(a + b, n); }},
    {"subtract", [](GateBuilder& g, const Word& x, const Word& y) { return g.subtract(x, y); },
     [](std::uint64_t a, std::uint64_t b, std::size_t n) { return low_bits(a - b, n); }},
    {"multiply", [](GateBuilder& g, const Word& x, const Word& y) { return g.multiply(x, y); },
     [](std::uint64_t a, std::uint64_t b, std::size_t n) { return low_bits(a * b, n); }},
    {"less", [](GateBuilder& g, const Word& x, const Word& y) { return Word{g.less(x, y)}; },
     [](std::uint64_t a, std::uint64_t b, std::size_t) { return std::uint64_t{a < b}; }},
    {"less_signed", [](GateBuilder& g, const Word& x, const Word& y) { return Word{g.less_signed(x, y)}; },
     [](std::uint64_t a, std::uint64_t b, std::size_t n) { return std::uint64_t{as_signed(a, n) < as_signed(b, n)}; }},
    {"equal", [](GateBuilder& g, const Word& x, const Word& y) { return Word{g.equal(x, y)}; },
     [](std::uint64_t a, std::uint64_t b, std::size_t) { return std::uint64_t{a == b}; }},
    {"select the larger", [](GateBuilder& g, const Word& x, const Word& y) { return g.select(g.less(x, y), y, x); },
     [](std::uint64_t a, std::uint64_t b, std::size_t) { return std::max(a, b); }},
    {"position of the largest",
     [](GateBuilder& g, const Word& x, const Word& y) {
         return g.argmax_signed(std::vector<Word>{x, y, x, y});
     },
     [](std::uint64_t a, std::uint64_t b, std::size_t n) {
         return as_signed(a, n) < as_signed(b, n) ? std::uint64_t{1} : 0;
     }},
};

TEST(BooleanCircuit, WordsOfThreeBitsAreComputedRightForAllValues) {
    for (const Operation& operation : operations) {
        for (std::uint64_t a = 0; a < 8; ++a) {
            for (std::uint64_t b = 0; b < 8; ++b) {
                EXPECT_EQ(apply(3, a, b, operation.write), operation.clear(a, b, 3)) << operation.name << a << ' ' << b;
            }
        }
    }
}

TEST(BooleanCircuit, WordsOfAllLengthsAreComputedRightOnRandomValues) {
    Seeded seeded;
    for (const Operation& operation : operations) {
        for (const std::size_t bits : {1U, 2U, 17U, 33U, 64U}) {
            for (int round = 0; round < 4; ++round) {
                const std::uint64_t a = low_bits(seeded.rng.next(), bits);
                const std::uint64_t b = round == 0 ? a : low_bits(seeded.rng.next(), bits);
                EXPECT_EQ(apply(bits, a, b, operation.write), operation.clear(a, b, bits))
                    << operation.name << ' ' << bits << ' ' << a << ' ' << b;
            }
        }
    }
}

TEST(BooleanCircuit, OperationsTakeAsManyConjunctionsAsTheirHeaderSays) {
    const auto cost = [](const Operation& operation) {
        GateBuilder builder;
        const Word x = builder.input(32);
        const Word y = builder.input(32);
        return builder.build(operation.write(builder, x, y)).conjunctions();
    };
    EXPECT_EQ(cost(operations[0]), 31U);
    EXPECT_EQ(cost(operations[1]), 31U);
    EXPECT_EQ(cost(operations[2]), 32U * 33 / 2 + 31 * 30 / 2 - 0U);  // products of bits, and carries below the top
    EXPECT_EQ(cost(operations[3]), 32U);
    EXPECT_EQ(cost(operations[4]), 32U);
    EXPECT_EQ(cost(operations[5]), 31U);
    EXPECT_EQ(cost(operations[6]), 64U);
}

TEST(BooleanCircuit, ConstantsAreFolded) {
    GateBuilder builder;
    const Word x = builder.input(8);
    const Word zero = GateBuilder::constant(0, 8);
    std::vector<Wire> outputs = builder.add(x, zero);
    outputs.push_back(builder.conjunction(x[0], x[0]));
    outputs.push_back(builder.exclusive_or(x[1], x[1]));
    outputs.push_back(builder.exclusive_or(GateBuilder::constant(true), GateBuilder::constant(false)));
    outputs.push_back(builder.conjunction(GateBuilder::constant(true), x[2]));
    outputs.push_back(builder.disjunction(x[3], GateBuilder::constant(true)));
    const auto circuit = builder.build(outputs);
    EXPECT_EQ(circuit.conjunctions(), 0U);
    EXPECT_EQ(circuit.wires(), 2U + 8U + 1U) << "one negation, of x[3]";
    const auto out = circuit.evaluate(bits_of(0b10110101, 8));
    EXPECT_EQ(number_of(std::span(out).first(8)), 0b10110101U);
    EXPECT_EQ(number_of(std::span(out).subspan(8)), 0b11101U);
}

TEST(BooleanCircuit, AStageHasConjunctionsOfOneDepthAndWhatFollowsFromThem) {
    GateBuilder builder;
    const Word x = builder.input(4);
    const auto circuit = builder.build(builder.multiply(x, x));
    std::size_t known = BooleanCircuit::first_input + circuit.inputs();
    for (const auto& stage : circuit.stages()) {
        for (const auto& gate : stage.conjunctions) EXPECT_LT(std::max(gate.left, gate.right), known);
        known += stage.conjunctions.size();
        for (const auto& gate : stage.exclusive_ors) EXPECT_LT(std::max(gate.left, gate.right), known++);
    }
    EXPECT_EQ(known, circuit.wires());
}

TEST(BooleanCircuit, RefusesWordsOfDifferentLengthsAndWrongInputs) {
    GateBuilder builder;
    const Word x = builder.input(4);
    const Word y = builder.input(5);
    const auto code = ErrorCode::invalid_argument;
    expect_throws(code, "words of 4 and 5 bits; take equal lengths from 1 on", [&] { return builder.add(x, y); });
    expect_throws(code, "words of 5 and 4 bits", [&] { return builder.multiply(y, x); });
    expect_throws(code, "words of 4 and 5 bits", [&] { return builder.less(x, y); });
    expect_throws(code, "words of 0 and 0 bits", [&] { return builder.equal({}, {}); });
    expect_throws(code, "the largest of no words", [&] { return builder.argmax_signed({}); });
    expect_throws(code, "3 inputs for a circuit of 9",
                  [&] { return builder.build(x).evaluate(std::vector<std::uint8_t>(3)); });
}

}  // namespace
}  // namespace tacit::mpc
