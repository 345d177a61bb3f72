// Products of the client's features and the server's weights, a transfer for each bit of a feature [Gil99].
#include <algorithm>

#include "mpc/block_hash.hpp"
#include "mpc/score_parts.hpp"
#include "tacit/base/interrupt.hpp"

namespace tacit::mpc {

namespace {

constexpr party::MessageType product_message{0x0601, "products of bits and weights"};

constexpr std::size_t transfers_at_once = std::size_t{1} << 17;

std::size_t blocks_for(std::size_t outputs) { return (outputs + 1) / 2; }

std::size_t rows_at_once(const ModelShape& shape) {
    return std::max<std::size_t>(1, transfers_at_once / (shape.features * feature_bits(shape)));
}

/// What keys of transfers expand to: for each, pads for all outputs.
class Pads {
public:
    Pads(const party::Party& me, std::size_t outputs) : hash_(me), blocks_(blocks_for(outputs)) {}

    [[nodiscard]] Labels expand(std::span<const Block> keys) {
        Labels pads;
        std::vector<Block> tweaks;
        pads.reserve(keys.size() * blocks_);
        tweaks.reserve(keys.size() * blocks_);
        for (const Block& key : keys) {
            pads.insert(pads.end(), blocks_, key);
            for (std::uint64_t i = 0; i < blocks_; ++i)
                tweaks.push_back({i, static_cast<std::uint64_t>(TweakUse::pad)});
        }
        hash_.hash(pads, tweaks);
        return pads;
    }
    /// Of transfer i, for output k.
    [[nodiscard]] std::uint64_t word(const Labels& pads, std::size_t i, std::size_t k) const {
        const Block& block = pads[i * blocks_ + k / 2];
        return k % 2 == 0 ? block.low : block.high;
    }

private:
    BlockHash hash_;
    std::size_t blocks_;
};

/// What the weight counts for bit `bit` of a feature: the highest one is negative.
std::uint64_t product(std::uint64_t weight, std::size_t bit, std::size_t bits) {
    const std::uint64_t shifted = weight << bit;
    return bit + 1 == bits ? std::uint64_t{0} - shifted : shifted;
}

}  // namespace

Parts linear_parts(party::Party& me, Garbler& garbler, const IntegerModel& model, std::size_t rows) {
    const ModelShape& shape = model.shape;
    const std::size_t bits = feature_bits(shape);
    Pads pads(me, shape.outputs);
    Parts parts(rows * shape.outputs);
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = model.bias[i % shape.outputs];
    for (std::size_t first = 0; first < rows; first += rows_at_once(shape)) {
        throw_if_interrupted();
        const std::size_t count = std::min(rows_at_once(shape), rows - first) * shape.features * bits;
        Labels zero;
        Labels one;
        zero.reserve(count);
        one.reserve(count);
        for (const auto& [of_zero, of_one] : garbler.transfers().random(count)) {
            zero.push_back(of_zero);
            one.push_back(of_one);
        }
        zero = pads.expand(zero);
        one = pads.expand(one);
        std::vector<std::uint64_t> differences(count * shape.outputs);
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t row = first + i / (shape.features * bits);
            const std::size_t feature = i / bits % shape.features;
            for (std::size_t k = 0; k < shape.outputs; ++k) {
                const std::uint64_t pad = pads.word(zero, i, k);
                const std::uint64_t weight = model.weights[feature * shape.outputs + k];
                differences[i * shape.outputs + k] = pad + product(weight, i % bits, bits) - pads.word(one, i, k);
                parts[row * shape.outputs + k] -= pad;
            }
        }
        me.send(1 - me.index(), product_message, differences);
    }
    return parts;
}

Parts linear_parts(party::Party& me, Evaluator& evaluator, const ModelShape& shape,
                   std::span<const std::int64_t> rows) {
    const std::size_t bits = feature_bits(shape);
    const std::size_t count_rows = rows.size() / shape.features;
    Pads pads(me, shape.outputs);
    Parts parts(count_rows * shape.outputs);
    for (std::size_t first = 0; first < count_rows; first += rows_at_once(shape)) {
        throw_if_interrupted();
        const auto part = rows.subspan(first * shape.features);
        const std::size_t count = std::min(rows_at_once(shape), count_rows - first) * shape.features * bits;
        SecretVector<std::uint8_t> choices(count);
        for (std::size_t i = 0; i < count; ++i) choices[i] = (part[i / bits] >> (i % bits)) & 1;
        const Labels chosen = pads.expand(evaluator.transfers().random(choices));
        const auto differences = me.receive<std::uint64_t>(1 - me.index(), product_message, count * shape.outputs);
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t row = first + i / (shape.features * bits);
            for (std::size_t k = 0; k < shape.outputs; ++k) {
                const std::uint64_t if_one = differences[i * shape.outputs + k] & -std::uint64_t{choices[i]};
                parts[row * shape.outputs + k] += pads.word(chosen, i, k) + if_one;
            }
        }
    }
    return parts;
}

}  // namespace tacit::mpc
