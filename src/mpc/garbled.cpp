#include "tacit/mpc/garbled.hpp"

#include <algorithm>
#include <array>

#include "base/fail.hpp"
#include "mpc/block_hash.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::mpc {

namespace {

using Gate = BooleanCircuit::Gate;

constexpr party::MessageType seed_message{0x0480, "seed of the garbler's labels"};
constexpr party::MessageType table_message{0x0481, "garbled gates"};
constexpr party::MessageType open_message{0x0482, "meaning of the outputs"};
constexpr party::MessageType weight_message{0x0483, "garbled weights"};

constexpr std::size_t gates_in_batch = 128;  // labels of a batch stay in the nearest cache
constexpr std::size_t tables_in_message = 1 << 15;

/// A half gate of the garbler's and one of the evaluator's.
struct Table {
    Block garbler;
    Block evaluator;
};

/// Tweaks that never come twice in a session.
class Tweaks {
public:
    Block next() noexcept { return {next_++, static_cast<std::uint64_t>(TweakUse::gate)}; }

private:
    std::uint64_t next_ = 0;
};

std::uint64_t colour(const Block& label) noexcept { return label.low & 1; }

void check_inputs(const BooleanCircuit& circuit, std::size_t count) {
    if (count == circuit.inputs()) return;
    fail(ErrorCode::invalid_argument, "garbled circuit: {} labels for a circuit of {} inputs", count, circuit.inputs());
}

void check_bits(std::span<const std::uint8_t> bits) {
    std::uint8_t all = 0;
    for (const std::uint8_t bit : bits) all |= bit;
    if (all > 1) fail(ErrorCode::invalid_argument, "garbled circuit: an input is {}; take 0 or 1", all);
}

/// Uniform labels that a seed stands for.
Labels expand(const Seed& seed, std::size_t count) {
    Labels labels(count);
    Rng(seed).fill(std::as_writable_bytes(std::span(labels)));
    return labels;
}

/// Runs the stages over all wires; `conjunctions(gates, wires)` appends a label for each of at most a batch of gates.
template <class Conjunctions>
Labels run_stages(const BooleanCircuit& circuit, std::span<const Block> inputs, const Block& one,
                  const Conjunctions& conjunctions) {
    Labels wires{Block{}, one};
    wires.reserve(circuit.wires());
    wires.insert(wires.end(), inputs.begin(), inputs.end());
    for (const auto& stage : circuit.stages()) {
        const std::span<const Gate> gates = stage.conjunctions;
        for (std::size_t first = 0; first < gates.size(); first += gates_in_batch) {
            conjunctions(gates.subspan(first, std::min(gates_in_batch, gates.size() - first)), wires);
        }
        for (const Gate& gate : stage.exclusive_ors) wires.push_back(wires[gate.left] ^ wires[gate.right]);
    }
    Labels outputs;
    outputs.reserve(circuit.outputs().size());
    for (const std::uint32_t wire : circuit.outputs()) outputs.push_back(wires[wire]);
    return outputs;
}

/// How many blocks of pads `sums` words take.
std::size_t blocks_for(std::size_t sums) { return (sums + 1) / 2; }

/// Word s of pads that begin at `pads`.
std::uint64_t word_of(const Block* pads, std::size_t s) { return s % 2 == 0 ? pads[s / 2].low : pads[s / 2].high; }

void check_weights(std::size_t labels, std::size_t numbers) {
    if (labels == 0 ? numbers == 0 : numbers % labels == 0) return;
    fail(ErrorCode::invalid_argument, "garbled weights: {} numbers for {} bits; take as many for each bit", numbers,
         labels);
}

}  // namespace

struct Garbler::State {
    explicit State(party::Party& party) : me(party), transfers(party), delta(transfers.delta()), hash(party) {}
    ~State() {
        wipe(std::as_writable_bytes(std::span(&delta, 1)));
        wipe(std::as_writable_bytes(std::span(values)));
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    /// Garbles independent gates after [ZRE15].
    void garble(std::span<const Gate> gates, Labels& wires) {
        for (std::size_t i = 0; i < gates.size(); ++i) {
            const Block a = wires[gates[i].left];
            const Block b = wires[gates[i].right];
            const Block first = gate_tweaks.next();
            const Block second = gate_tweaks.next();
            std::ranges::copy(std::array{a, a ^ delta, b, b ^ delta}, &values[4 * i]);
            std::ranges::copy(std::array{first, first, second, second}, &tweaks[4 * i]);
        }
        hash.hash(std::span(values).first(4 * gates.size()), std::span(tweaks).first(4 * gates.size()));
        for (std::size_t i = 0; i < gates.size(); ++i) {
            const Block a = wires[gates[i].left];
            const Block b = wires[gates[i].right];
            const Block* h = &values[4 * i];
            const Table table{h[0] ^ h[1] ^ delta.masked(colour(b)), h[2] ^ h[3] ^ a};
            wires.push_back(h[0] ^ table.garbler.masked(colour(a)) ^ h[2] ^ (table.evaluator ^ a).masked(colour(b)));
            tables.push_back(table);
        }
        if (tables.size() >= tables_in_message) send_tables(tables_in_message);
    }

    void send_tables(std::size_t count) {
        me.send(other, table_message, std::span<const Table>(tables).first(count));
        tables.erase(tables.begin(), tables.begin() + static_cast<std::ptrdiff_t>(count));
    }

    party::Party& me;
    int other = 1 - me.index();
    OtSender transfers;
    Block delta;
    BlockHash hash;
    Tweaks gate_tweaks;
    std::array<Block, 4 * gates_in_batch> values{};
    std::array<Block, 4 * gates_in_batch> tweaks{};
    std::vector<Table> tables;  ///< not sent yet
};

Garbler::Garbler(party::Party& me) : state_(std::make_unique<State>(me)) {}
Garbler::~Garbler() = default;
Garbler::Garbler(Garbler&&) noexcept = default;
Garbler& Garbler::operator=(Garbler&&) noexcept = default;

OtSender& Garbler::transfers() noexcept { return state_->transfers; }

Labels Garbler::own_input(std::span<const std::uint8_t> bits) {
    check_bits(bits);
    // The labels that the evaluator gets are uniform whatever the bits are, so a seed says them all.
    const Seed seed = state_->me.rng().new_seed();
    state_->me.send(state_->other, seed_message, seed);
    Labels labels = expand(seed, bits.size());
    for (std::size_t i = 0; i < bits.size(); ++i) labels[i] ^= state_->delta.masked(bits[i]);
    return labels;
}

Labels Garbler::others_input(std::size_t count) { return state_->transfers.correlated(count); }

Labels Garbler::run(const BooleanCircuit& circuit, std::span<const Block> inputs) {
    check_inputs(circuit, inputs.size());
    const auto garble = [&](std::span<const Gate> gates, Labels& wires) { state_->garble(gates, wires); };
    Labels outputs = run_stages(circuit, inputs, state_->delta, garble);
    if (!state_->tables.empty()) state_->send_tables(state_->tables.size());
    return outputs;
}

void Garbler::open(std::span<const Block> labels) {
    std::vector<std::uint8_t> colours((labels.size() + 7) / 8);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        colours[i / 8] = static_cast<std::uint8_t>(colours[i / 8] | colour(labels[i]) << (i % 8));
    }
    state_->me.send(state_->other, open_message, colours);
}

SecretVector<std::uint64_t> Garbler::weigh(std::span<const Block> labels, std::span<const std::uint64_t> numbers) {
    check_weights(labels.size(), numbers.size());
    const std::size_t sums = labels.empty() ? 0 : numbers.size() / labels.size();
    const std::size_t blocks = blocks_for(sums);
    Labels pads;  // of each label for 0, then of the one for 1
    std::vector<Block> pad_tweaks;
    std::vector<Block> of_label(blocks);
    pads.reserve(2 * blocks * labels.size());
    pad_tweaks.reserve(2 * blocks * labels.size());
    for (const Block& label : labels) {
        pads.insert(pads.end(), blocks, label);
        pads.insert(pads.end(), blocks, label ^ state_->delta);
        std::ranges::generate(of_label, [&] { return state_->gate_tweaks.next(); });
        for (int value = 0; value < 2; ++value) pad_tweaks.insert(pad_tweaks.end(), of_label.begin(), of_label.end());
    }
    state_->hash.hash(pads, pad_tweaks);
    SecretVector<std::uint64_t> part(sums);
    std::vector<std::uint64_t> rows(numbers.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const std::uint64_t flip = colour(labels[i]);  // the bit whose label has colour 0
        const Block* zero = &pads[2 * blocks * i];
        for (std::size_t s = 0; s < sums; ++s) {
            const std::uint64_t of_zero = word_of(zero, s);
            const std::uint64_t of_one = word_of(zero + blocks, s);
            const std::uint64_t swap = (of_zero ^ of_one) & -flip;
            const std::uint64_t number = numbers[i * sums + s];
            // The evaluator's part of this bit: the pad of colour 0, or the pad of colour 1 plus the row.
            const std::uint64_t minus_own = (of_zero ^ swap) - (number & -flip);
            rows[i * sums + s] = (number & (flip - 1)) + minus_own - (of_one ^ swap);
            part[s] -= minus_own;
        }
    }
    state_->me.send(state_->other, weight_message, rows);
    return part;
}

struct Evaluator::State {
    explicit State(party::Party& party) : me(party), transfers(party), hash(party) {}
    ~State() { wipe(std::as_writable_bytes(std::span(values))); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    void evaluate(std::span<const Gate> gates, Labels& wires) {
        take_tables(gates.size());
        for (std::size_t i = 0; i < gates.size(); ++i) {
            values[2 * i] = wires[gates[i].left];
            values[2 * i + 1] = wires[gates[i].right];
            tweaks[2 * i] = gate_tweaks.next();
            tweaks[2 * i + 1] = gate_tweaks.next();
        }
        hash.hash(std::span(values).first(2 * gates.size()), std::span(tweaks).first(2 * gates.size()));
        for (std::size_t i = 0; i < gates.size(); ++i) {
            const Block& a = wires[gates[i].left];
            const Block& b = wires[gates[i].right];
            const Table& table = tables[used++];
            wires.push_back(values[2 * i] ^ table.garbler.masked(colour(a)) ^ values[2 * i + 1] ^
                            (table.evaluator ^ a).masked(colour(b)));
        }
    }

    /// Receives until there are tables for so many gates.
    void take_tables(std::size_t count) {
        if (tables.size() - used >= count) return;
        tables.erase(tables.begin(), tables.begin() + static_cast<std::ptrdiff_t>(used));
        used = 0;
        const std::size_t more = std::min(tables_in_message, to_come);
        const auto message = me.receive<Table>(other, table_message, more);
        tables.insert(tables.end(), message.begin(), message.end());
        to_come -= more;
    }

    party::Party& me;
    int other = 1 - me.index();
    OtReceiver transfers;
    BlockHash hash;
    Tweaks gate_tweaks;
    std::array<Block, 2 * gates_in_batch> values{};
    std::array<Block, 2 * gates_in_batch> tweaks{};
    std::vector<Table> tables;
    std::size_t used = 0;     ///< of these tables
    std::size_t to_come = 0;  ///< tables of this circuit
};

Evaluator::Evaluator(party::Party& me) : state_(std::make_unique<State>(me)) {}
Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator& Evaluator::operator=(Evaluator&&) noexcept = default;

OtReceiver& Evaluator::transfers() noexcept { return state_->transfers; }

Labels Evaluator::others_input(std::size_t count) {
    return expand(state_->me.receive<Seed>(state_->other, seed_message), count);
}

Labels Evaluator::own_input(std::span<const std::uint8_t> bits) { return state_->transfers.correlated(bits); }

Labels Evaluator::run(const BooleanCircuit& circuit, std::span<const Block> inputs) {
    check_inputs(circuit, inputs.size());
    state_->to_come = circuit.conjunctions();
    return run_stages(circuit, inputs, Block{},
                      [&](std::span<const Gate> gates, Labels& wires) { state_->evaluate(gates, wires); });
}

std::vector<std::uint8_t> Evaluator::open(std::span<const Block> labels) {
    const auto colours = state_->me.receive<std::uint8_t>(state_->other, open_message, (labels.size() + 7) / 8);
    std::vector<std::uint8_t> bits;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        bits.push_back(static_cast<std::uint8_t>(((colours[i / 8] >> (i % 8)) & 1) ^ colour(labels[i])));
    }
    return bits;
}

SecretVector<std::uint64_t> Evaluator::weigh(std::span<const Block> labels, std::size_t sums) {
    const std::size_t blocks = blocks_for(sums);
    Labels pads;
    std::vector<Block> pad_tweaks;
    pads.reserve(blocks * labels.size());
    pad_tweaks.reserve(blocks * labels.size());
    for (const Block& label : labels) {
        pads.insert(pads.end(), blocks, label);
        for (std::size_t i = 0; i < blocks; ++i) pad_tweaks.push_back(state_->gate_tweaks.next());
    }
    state_->hash.hash(pads, pad_tweaks);
    const auto rows = state_->me.receive<std::uint64_t>(state_->other, weight_message, labels.size() * sums);
    SecretVector<std::uint64_t> part(sums);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        for (std::size_t s = 0; s < sums; ++s) {
            part[s] += word_of(&pads[blocks * i], s) + (rows[i * sums + s] & -colour(labels[i]));
        }
    }
    return part;
}

}  // namespace tacit::mpc
