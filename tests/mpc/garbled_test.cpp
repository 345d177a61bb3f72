#include "tacit/mpc/garbled.hpp"

#include <cstring>
#include <utility>

#include "base/seeded.hpp"
#include "base/throws.hpp"
#include "tacit/party/local_network.hpp"

namespace tacit::mpc {
namespace {

using Bits = std::vector<std::uint8_t>;

Bits random_bits(Rng& rng, std::size_t count) {
    Bits bits(count);
    for (auto& bit : bits) bit = static_cast<std::uint8_t>(rng.next() & 1);
    return bits;
}

/// Party 0 garbles; the first inputs are its own, the rest the evaluator's. What the evaluator opens.
Bits run(party::LocalNetwork& network, const BooleanCircuit& circuit, const Bits& garblers, const Bits& evaluators) {
    const auto side = [&](auto&& end, const Bits& mine, std::size_t others, bool first) {
        Labels labels = first ? end.own_input(mine) : end.others_input(others);
        const Labels rest = first ? end.others_input(others) : end.own_input(mine);
        labels.insert(labels.end(), rest.begin(), rest.end());
        return end.run(circuit, labels);
    };
    return network.run([&](party::Party& me) {
        if (me.index() == 0) {
            Garbler garbler(me);
            garbler.open(side(garbler, garblers, evaluators.size(), true));
            return Bits{};
        }
        Evaluator evaluator(me);
        return evaluator.open(side(evaluator, evaluators, garblers.size(), false));
    })[1];
}

/// A circuit of random gates, conjunctions and others, constants among their inputs.
BooleanCircuit random_circuit(Rng& rng, std::size_t inputs, std::size_t gates) {
    GateBuilder builder;
    std::vector<Wire> wires = builder.input(inputs);
    wires.push_back(GateBuilder::constant(true));
    for (std::size_t i = 0; i < gates; ++i) {
        const Wire a = wires[rng.next() % wires.size()];
        const Wire b = wires[rng.next() % wires.size()];
        wires.push_back(rng.next() % 2 == 0 ? builder.conjunction(a, b) : builder.exclusive_or(a, b));
    }
    return builder.build(wires);
}

TEST(Garbled, EveryWireOfRandomCircuitsIsWhatItIsInTheClear) {
    for (const std::size_t gates : {0U, 1U, 50U, 3000U}) {
        Seeded seeded;
        const auto circuit = random_circuit(seeded.rng, 40, gates);
        const Bits first = random_bits(seeded.rng, 15);
        const Bits second = random_bits(seeded.rng, 25);
        Bits all = first;
        all.insert(all.end(), second.begin(), second.end());
        party::LocalNetwork network(2, seeded.seed);
        EXPECT_EQ(run(network, circuit, first, second), circuit.evaluate(all));
    }
}

TEST(Garbled, AConjunctionIsRightForAllFourInputs) {
    GateBuilder builder;
    const Word x = builder.input(8);
    std::vector<Wire> outputs;
    for (std::size_t i = 0; i < 4; ++i) outputs.push_back(builder.conjunction(x[i], x[i + 4]));
    party::LocalNetwork network(2);
    EXPECT_EQ(run(network, builder.build(outputs), {0, 0, 1, 1}, {0, 1, 0, 1}), (Bits{0, 0, 0, 1}));
}

TEST(Garbled, TablesOfMoreThanOneMessageArriveWhole) {
    GateBuilder builder;
    const Word x = builder.input(64);
    Word power = x;
    for (int i = 0; i < 20; ++i) power = builder.multiply(power, power);  // 80,000 conjunctions
    const auto circuit = builder.build(power);
    ASSERT_GT(circuit.conjunctions(), 70'000U);
    Seeded seeded;
    const Bits base = random_bits(seeded.rng, 64);
    std::uint64_t expected = 0;
    for (std::size_t i = 0; i < 64; ++i) expected |= static_cast<std::uint64_t>(base[i]) << i;
    for (int i = 0; i < 20; ++i) expected *= expected;
    party::LocalNetwork network(2, seeded.seed);
    const Bits out = run(network, circuit, {}, base);
    for (std::size_t i = 0; i < 64; ++i) ASSERT_EQ(out[i], (expected >> i) & 1);
}

TEST(Garbled, AConjunctionTakes32BytesAndNoRound) {
    const auto cost = [](int multiplications) {
        GateBuilder builder;
        Word x = builder.input(32);
        for (int i = 0; i < multiplications; ++i) x = builder.multiply(x, x);
        const auto circuit = builder.build(x);
        party::LocalNetwork network(2);
        run(network, circuit, {}, Bits(32, 1));
        return std::tuple(circuit.conjunctions(), network.traffic()[0].bytes_sent, network.rounds());
    };
    const auto [gates, bytes, rounds] = cost(1);
    const auto [more_gates, more_bytes, more_rounds] = cost(4);
    EXPECT_EQ(more_bytes - bytes, 32 * (more_gates - gates));
    EXPECT_EQ(more_rounds, rounds);
    EXPECT_EQ(rounds, 7);
}

TEST(Garbled, CircuitsFollowEachOtherOnLabels) {
    GateBuilder builder;
    const Word a = builder.input(16);
    const Word b = builder.input(16);
    const auto adder = builder.build(builder.add(a, b));
    const auto bits = [](std::uint64_t value) {
        Bits out;
        for (std::size_t i = 0; i < 16; ++i) out.push_back(static_cast<std::uint8_t>((value >> i) & 1));
        return out;
    };
    const auto fibonacci = [&](auto& end, Labels first, Labels second) {
        for (int i = 0; i < 10; ++i) {
            Labels inputs = first;
            inputs.insert(inputs.end(), second.begin(), second.end());
            first = std::exchange(second, end.run(adder, inputs));
        }
        return second;
    };
    party::LocalNetwork network(2);
    const auto outcome = network.run([&](party::Party& me) {
        if (me.index() == 1) {  // here party 1 garbles
            Garbler garbler(me);
            const Labels first = garbler.own_input(bits(1));
            garbler.open(fibonacci(garbler, first, garbler.others_input(16)));
            return Bits{};
        }
        Evaluator evaluator(me);
        const Labels first = evaluator.others_input(16);
        return evaluator.open(fibonacci(evaluator, first, evaluator.own_input(bits(2))));
    });
    EXPECT_EQ(outcome[0], bits(233));
}

TEST(Garbled, WeightsOfBitsAddUpToTheirSumModulo2To64) {
    Seeded seeded;
    for (const std::size_t sums : {1U, 2U, 5U}) {
        const Bits bits = random_bits(seeded.rng, 300);
        std::vector<std::uint64_t> numbers(bits.size() * sums);
        seeded.rng.fill(numbers);
        std::vector<std::uint64_t> expected(sums);
        for (std::size_t i = 0; i < numbers.size(); ++i) expected[i % sums] += bits[i / sums] * numbers[i];
        party::LocalNetwork network(2, seeded.seed);
        const auto parts = network.run([&](party::Party& me) {
            if (me.index() == 0) {
                Garbler garbler(me);
                const Labels labels = garbler.others_input(bits.size());
                return garbler.weigh(labels, numbers);
            }
            Evaluator evaluator(me);
            const Labels labels = evaluator.own_input(bits);
            return evaluator.weigh(labels, sums);
        });
        for (std::size_t s = 0; s < sums; ++s) EXPECT_EQ(parts[0][s] + parts[1][s], expected[s]);
    }
}

TEST(Garbled, RefusesOtherBitsOtherCountsAndUnequalWeights) {
    GateBuilder builder;
    const auto circuit = builder.build(builder.input(3));
    const auto garbler_refuses = [](const std::string& text, const auto& work) {
        party::LocalNetwork network(2);
        expect_throws(ErrorCode::invalid_argument, text, [&] {
            return network.run([&](party::Party& me) {
                if (me.index() == 1) return Evaluator(me).others_input(1).size();
                Garbler garbler(me);
                work(garbler);
                return std::size_t{0};
            });
        });
    };
    garbler_refuses("an input is 3; take 0 or 1", [](Garbler& g) { static_cast<void>(g.own_input(Bits{3})); });
    garbler_refuses("1 labels for a circuit of 3 inputs",
                    [&](Garbler& g) { static_cast<void>(g.run(circuit, g.own_input(Bits{1}))); });
    garbler_refuses("3 numbers for 2 bits", [](Garbler& g) {
        static_cast<void>(g.weigh(g.own_input(Bits{1, 0}), std::vector<std::uint64_t>(3)));
    });
}

TEST(Garbled, AnAlteredTableChangesWhatTheEvaluatorOpensAsTheHeaderSays) {
    GateBuilder builder;
    const Word x = builder.input(64);
    const auto circuit = builder.build(builder.multiply(x, x));
    const Bits input(64, 1);
    Bits inputs = input;
    int wrong = 0;
    for (std::size_t byte = 0; byte < 8; ++byte) {
        party::LocalNetwork network(2, Seed{}, [&](party::Frame& frame) {
            std::uint16_t type = 0;
            std::memcpy(&type, &frame.bytes[4], sizeof type);
            if (type == 0x0481) frame.bytes[10 + 997 * byte] ^= std::byte{1};
        });
        wrong += run(network, circuit, {}, input) == circuit.evaluate(inputs) ? 0 : 1;
    }
    EXPECT_GT(wrong, 0) << "no party can notice";
}

}  // namespace
}  // namespace tacit::mpc
