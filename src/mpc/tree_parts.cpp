// Sums of decision trees: features fetched obliviously, nodes compared and paths followed in a garbled circuit.
#include <algorithm>
#include <bit>
#include <cstring>

#include "mpc/block_hash.hpp"
#include "mpc/constant_time.hpp"
#include "mpc/score_parts.hpp"
#include "tacit/base/bytes.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::mpc {

namespace {

constexpr party::MessageType feature_message{0x0602, "features under masks"};

constexpr int width = 33;  // bits of a difference of two places among the 32-bit floats
constexpr std::uint64_t ring_mask = (std::uint64_t{1} << width) - 1;
constexpr std::size_t nodes_at_once = std::size_t{1} << 15;
constexpr std::size_t nodes_in_circuit = 256;

std::size_t inner_nodes(const ModelShape& shape) { return (std::size_t{1} << shape.depth) - 1; }
std::size_t all_nodes(const ModelShape& shape) { return shape.trees * inner_nodes(shape); }
std::size_t index_bits(const ModelShape& shape) { return static_cast<std::size_t>(std::bit_width(shape.features - 1)); }
std::size_t rows_at_once(const ModelShape& shape) { return std::max<std::size_t>(1, nodes_at_once / all_nodes(shape)); }

/// The key of a node for one feature, from the messages of the transfers of its index bits.
Block key_of(const party::Party& me, int server, std::size_t node, std::uint64_t feature, std::span<const Block> bits) {
    SecretVector<std::uint64_t> data{node, feature};
    for (const Block& block : bits) data.insert(data.end(), {block.low, block.high});
    const Digest digest = me.hash("key of a feature for a node", server, std::as_bytes(std::span(data)));
    Block key;
    std::memcpy(&key, digest.data(), sizeof key);
    return key;
}

/// What each key masks in row `row`.
void expand(BlockHash& hash, Labels& keys, std::uint64_t row) {
    hash.hash(keys, std::vector<Block>(keys.size(), Block{row, static_cast<std::uint64_t>(TweakUse::pad)}));
}

/// The client's side of fetching features.
class Shown {
public:
    Shown(party::Party& me, const ModelShape& shape)
        : me_(me), shape_(shape), hash_(me), keys_(all_nodes(shape) * shape.features) {
        const std::size_t bits = index_bits(shape);
        const auto pairs = OtSender(me).random(all_nodes(shape) * bits);
        parallel_for(0, all_nodes(shape), [&](std::size_t node) {
            Labels chosen(bits);
            for (std::size_t j = 0; j < shape.features; ++j) {
                for (std::size_t b = 0; b < bits; ++b) chosen[b] = pairs[node * bits + b][(j >> b) & 1];
                keys_[node * shape.features + j] = key_of(me, 1 - me.index(), node, j, chosen);
            }
        });
    }

    /// Shows a row to the server: for each node all features under one mask, each under the key of its feature. Returns
    /// the masks.
    [[nodiscard]] SecretVector<std::uint64_t> show(std::span<const std::int64_t> row) {
        SecretVector<std::uint64_t> masks(all_nodes(shape_));
        me_.rng().fill(masks);
        Labels pads = keys_;
        expand(hash_, pads, row_++);
        std::vector<std::uint64_t> shown(pads.size());
        for (std::size_t i = 0; i < shown.size(); ++i) {
            std::uint64_t& mask = masks[i / shape_.features];
            mask &= ring_mask;
            shown[i] = (static_cast<std::uint64_t>(row[i % shape_.features]) + mask + pads[i].low) & ring_mask;
        }
        ByteWriter writer;
        writer.packed(shown, width);
        me_.send(1 - me_.index(), feature_message, std::move(writer).take());
        return masks;
    }

private:
    party::Party& me_;
    const ModelShape& shape_;
    BlockHash hash_;
    Labels keys_;  ///< [nodes][features]
    std::uint64_t row_ = 0;
};

/// The server's side: it gets the feature of each node, under the node's mask.
class Fetched {
public:
    Fetched(party::Party& me, const IntegerModel& model) : me_(me), model_(model), hash_(me) {
        const std::size_t bits = index_bits(model.shape);
        SecretVector<std::uint8_t> choices;
        choices.reserve(model.features.size() * bits);
        for (const std::uint32_t feature : model.features) {
            for (std::size_t b = 0; b < bits; ++b) choices.push_back((feature >> b) & 1);
        }
        const auto chosen = OtReceiver(me).random(choices);
        keys_.reserve(model.features.size());
        for (std::size_t node = 0; node < model.features.size(); ++node) {
            keys_.push_back(
                key_of(me, me.index(), node, model.features[node], std::span(chosen).subspan(node * bits, bits)));
        }
    }

    /// Of the next row: feature plus mask minus threshold, for each node, modulo 2^33.
    [[nodiscard]] SecretVector<std::uint64_t> fetch() {
        const std::size_t features = model_.shape.features;
        std::vector<std::uint64_t> shown(keys_.size() * features);
        const auto bytes = me_.receive<std::byte>(1 - me_.index(), feature_message, packed_size(shown.size(), width));
        const auto unpacked = catching([&] {
            ByteReader(bytes).packed(shown, width);
            return true;
        });
        if (!unpacked) me_.accuse(1 - me_.index(), "sent features under masks that are not packed as they must be");
        Labels pads = keys_;
        expand(hash_, pads, row_++);
        SecretVector<std::uint64_t> fetched(keys_.size());
        for (std::size_t node = 0; node < fetched.size(); ++node) {
            std::uint64_t own = 0;
            for (std::size_t j = 0; j < features; ++j) {
                own |= shown[node * features + j] & -equal(j, model_.features[node]);
            }
            fetched[node] = (own - pads[node].low - static_cast<std::uint64_t>(model_.thresholds[node])) & ring_mask;
        }
        return fetched;
    }

private:
    party::Party& me_;
    const IntegerModel& model_;
    BlockHash hash_;
    Labels keys_;  ///< [nodes]
    std::uint64_t row_ = 0;
};

/// Of `trees` whole trees: the server's words of all nodes, then the client's, become a bit for each leaf that says
/// whether it is reached. A conjunction a bit of a node, and one a node.
BooleanCircuit leaves_circuit(std::size_t depth, std::size_t trees) {
    const std::size_t inner = (std::size_t{1} << depth) - 1;
    GateBuilder builder;
    std::vector<Word> servers(trees * inner);
    std::vector<Word> clients(trees * inner);
    for (Word& word : servers) word = builder.input(width);
    for (Word& word : clients) word = builder.input(width);
    std::vector<Wire> leaves;
    for (std::size_t tree = 0; tree < trees; ++tree) {
        std::vector<Wire> reached{GateBuilder::constant(true)};  // the places of a tree by levels
        for (std::size_t place = 0; place < inner; ++place) {
            const std::size_t node = tree * inner + place;
            // The server has x + r - t, the client r: the difference t - x is negative where the row goes right.
            const Wire right =
                builder.conjunction(reached[place], builder.subtract(clients[node], servers[node]).back());
            reached.push_back(builder.exclusive_or(reached[place], right));
            reached.push_back(right);
        }
        leaves.insert(leaves.end(), reached.begin() + static_cast<std::ptrdiff_t>(inner), reached.end());
    }
    return builder.build(leaves);
}

/// The circuit over all trees of a row, some trees at a time.
class Leaves {
public:
    explicit Leaves(const ModelShape& shape)
        : shape_(shape),
          at_once_(std::clamp<std::size_t>(nodes_in_circuit / inner_nodes(shape), 1, shape.trees)),
          circuit_(leaves_circuit(shape.depth, at_once_)),
          last_(leaves_circuit(shape.depth, (shape.trees - 1) % at_once_ + 1)) {}

    /// `servers` and `clients` are labels of a row, `width` for each node.
    template <class End>
    [[nodiscard]] Labels run(End& end, std::span<const Block> servers, std::span<const Block> clients) const {
        Labels leaves;
        const std::size_t labels = inner_nodes(shape_) * width;
        for (std::size_t tree = 0; tree < shape_.trees; tree += at_once_) {
            const std::size_t count = std::min(at_once_, shape_.trees - tree);
            const auto first = servers.subspan(tree * labels, count * labels);
            const auto second = clients.subspan(tree * labels, count * labels);
            Labels inputs(first.begin(), first.end());
            inputs.insert(inputs.end(), second.begin(), second.end());
            const Labels some = end.run(tree + count == shape_.trees ? last_ : circuit_, inputs);
            leaves.insert(leaves.end(), some.begin(), some.end());
        }
        return leaves;
    }

private:
    const ModelShape& shape_;
    std::size_t at_once_;
    BooleanCircuit circuit_;
    BooleanCircuit last_;
};

void append_bits(std::span<const std::uint64_t> words, SecretVector<std::uint8_t>& bits) {
    for (const std::uint64_t word : words) {
        for (int i = 0; i < width; ++i) bits.push_back((word >> i) & 1);
    }
}

/// The labels of one row among those of several.
std::span<const Block> of_row(const Labels& labels, const ModelShape& shape, std::size_t row) {
    const std::size_t count = all_nodes(shape) * width;
    return std::span(labels).subspan(row * count, count);
}

}  // namespace

Parts tree_parts(party::Party& me, Garbler& garbler, const IntegerModel& model, std::size_t rows) {
    const ModelShape& shape = model.shape;
    Fetched fetched(me, model);
    const Leaves leaves(shape);
    Parts parts;
    for (std::size_t first = 0; first < rows; first += rows_at_once(shape)) {
        throw_if_interrupted();
        const std::size_t count = std::min(rows_at_once(shape), rows - first);
        SecretVector<std::uint8_t> bits;
        bits.reserve(count * all_nodes(shape) * width);
        for (std::size_t row = 0; row < count; ++row) append_bits(fetched.fetch(), bits);
        const Labels servers = garbler.own_input(bits);
        const Labels clients = garbler.others_input(bits.size());
        for (std::size_t row = 0; row < count; ++row) {
            const Labels reached = leaves.run(garbler, of_row(servers, shape, row), of_row(clients, shape, row));
            Parts part = garbler.weigh(reached, model.leaves);
            for (std::size_t k = 0; k < shape.outputs; ++k) parts.push_back(part[k] + model.bias[k]);
        }
    }
    return parts;
}

Parts tree_parts(party::Party& me, Evaluator& evaluator, const ModelShape& shape, std::span<const std::int64_t> rows) {
    Shown shown(me, shape);
    const Leaves leaves(shape);
    const std::size_t count_rows = rows.size() / shape.features;
    Parts parts;
    for (std::size_t first = 0; first < count_rows; first += rows_at_once(shape)) {
        throw_if_interrupted();
        const std::size_t count = std::min(rows_at_once(shape), count_rows - first);
        SecretVector<std::uint8_t> bits;
        bits.reserve(count * all_nodes(shape) * width);
        for (std::size_t row = first; row < first + count; ++row) {
            append_bits(shown.show(rows.subspan(row * shape.features, shape.features)), bits);
        }
        const Labels servers = evaluator.others_input(bits.size());
        const Labels clients = evaluator.own_input(bits);
        for (std::size_t row = 0; row < count; ++row) {
            const Labels reached = leaves.run(evaluator, of_row(servers, shape, row), of_row(clients, shape, row));
            const Parts part = evaluator.weigh(reached, shape.outputs);
            parts.insert(parts.end(), part.begin(), part.end());
        }
    }
    return parts;
}

}  // namespace tacit::mpc
