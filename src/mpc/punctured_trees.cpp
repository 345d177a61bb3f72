#include "mpc/punctured_trees.hpp"

#include <array>
#include <bit>
#include <span>

#include "mpc/base_transfer.hpp"
#include "mpc/constant_time.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::mpc::punctured_trees {

namespace {

constexpr party::MessageType level_message{0x0442, "levels of the trees"};
constexpr party::MessageType proof_message{0x0443, "proofs of the trees"};

using Node = std::array<std::uint64_t, 4>;
using Nodes = SecretVector<Node>;
using Level = std::array<Node, 2>;  ///< the sum of all left children, and of all right ones, each under a base key

/// What the check compares, for each tree: the sum of the leaves' proofs, and the hash of all.
struct Proof {
    Node sum;
    Node hash;
};

void add(Node& to, const Node& node, std::uint64_t bit = 1) noexcept {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] ^= node[i] & -bit;
}

/// The hashes of one party's trees.
class Oracle {
public:
    Oracle(const party::Party& me, int grower) : me_(me), grower_(grower) {}

    /// Both children of every parent.
    [[nodiscard]] Nodes children(const Nodes& parents) const {
        Nodes nodes;
        nodes.reserve(2 * parents.size());
        for (const Node& parent : parents) {
            nodes.push_back(of("tree, left child", parent));
            nodes.push_back(of("tree, right child", parent));
        }
        return nodes;
    }
    [[nodiscard]] Seed seed(const Node& leaf) const { return std::bit_cast<Seed>(of("tree, seed of a leaf", leaf)); }
    [[nodiscard]] Node proof(const Node& leaf) const { return of("tree, proof of a leaf", leaf); }
    [[nodiscard]] Node digest(const Nodes& proofs) const {
        return std::bit_cast<Node>(me_.hash("tree, all proofs", grower_, std::as_bytes(std::span(proofs))));
    }

private:
    [[nodiscard]] Node of(const char* label, const Node& node) const {
        return std::bit_cast<Node>(me_.hash(label, grower_, std::as_bytes(std::span(node))));
    }
    const party::Party& me_;
    int grower_;
};

Level sums_of(const Nodes& nodes) {
    Level sums{};
    for (std::size_t i = 0; i < nodes.size(); ++i) add(sums[i % 2], nodes[i]);
    return sums;
}

/// Grows one tree; its levels go out under the base keys.
Nodes grow_one(const Oracle& oracle, Rng& rng, std::span<const std::array<Digest, 2>, depth> keys,
               std::vector<Level>& levels) {
    Nodes nodes(2);
    rng.fill(std::as_writable_bytes(std::span(nodes)));
    for (std::size_t d = 0; d < depth; ++d) {
        if (d > 0) nodes = oracle.children(nodes);
        Level sums = sums_of(nodes);
        for (std::size_t side = 0; side < 2; ++side) add(sums[side], std::bit_cast<Node>(keys[d][side]));
        levels.push_back(sums);
    }
    return nodes;
}

/// One level of a punctured tree: the children of `nodes`, of which the one at `hole` is not known, nor is the one
/// below it on the side `turn`; its sibling follows from the level's sum.
Nodes descend(const Oracle& oracle, const Nodes& nodes, std::uint64_t hole, std::uint64_t turn, const Digest& key,
              const Level& level) {
    Nodes below = oracle.children(nodes);
    for (std::size_t i = 0; i < below.size(); ++i) {
        below[i] = [&] {
            Node kept{};
            add(kept, below[i], 1 - equal(i / 2, hole));
            return kept;
        }();
    }
    const Level known = sums_of(below);
    Node sibling = std::bit_cast<Node>(key);
    for (std::size_t side = 0; side < 2; ++side) {
        add(sibling, level[side], equal(side, 1 - turn));
        add(sibling, known[side], equal(side, 1 - turn));
    }
    for (std::size_t i = 0; i < below.size(); ++i) add(below[i], sibling, equal(i, 2 * hole + 1 - turn));
    return below;
}

/// Whether the grower's proof fits the leaves that are known: 0 if it does.
std::uint64_t mismatch(const Oracle& oracle, const Nodes& nodes, std::uint64_t hole, const Proof& claimed) {
    Nodes proofs;
    Node missing = claimed.sum;
    for (std::size_t x = 0; x < leaves; ++x) {
        Node proof{};
        add(proof, oracle.proof(nodes[x]), 1 - equal(x, hole));
        add(missing, proof);
        proofs.push_back(proof);
    }
    for (std::size_t x = 0; x < leaves; ++x) add(proofs[x], missing, equal(x, hole));
    const Node hash = oracle.digest(proofs);
    std::uint64_t difference = 0;
    for (std::size_t i = 0; i < hash.size(); ++i) difference |= hash[i] ^ claimed.hash[i];
    return difference;
}

std::uint64_t hole_of(const Block& missing, std::size_t tree) {
    return ((tree < trees / 2 ? missing.low : missing.high) >> (4 * (tree % (trees / 2)))) & 15;
}

}  // namespace

SecretVector<Seed> grow(party::Party& me) {
    const Oracle oracle(me, me.index());
    const auto keys = base_transfer_send(me, trees * depth);
    std::vector<Level> levels;
    std::vector<Proof> proofs;
    SecretVector<Seed> seeds;
    for (std::size_t tree = 0; tree < trees; ++tree) {
        Nodes nodes = grow_one(oracle, me.rng(), std::span(keys).subspan(tree * depth).first<depth>(), levels);
        Nodes of_leaves;
        Proof proof{};
        for (const Node& leaf : nodes) {
            seeds.push_back(oracle.seed(leaf));
            of_leaves.push_back(oracle.proof(leaf));
            add(proof.sum, of_leaves.back());
        }
        proof.hash = oracle.digest(of_leaves);
        proofs.push_back(proof);
    }
    me.send(1 - me.index(), level_message, levels);
    me.send(1 - me.index(), proof_message, proofs);
    return seeds;
}

SecretVector<Seed> puncture(party::Party& me, const Block& missing) {
    const int other = 1 - me.index();
    const Oracle oracle(me, other);
    std::array<std::uint8_t, trees * depth> choices{};  // the side away from the hole, from the root down
    for (std::size_t i = 0; i < choices.size(); ++i) {
        choices[i] = static_cast<std::uint8_t>(1 ^ ((hole_of(missing, i / depth) >> (depth - 1 - i % depth)) & 1));
    }
    const auto keys = base_transfer_receive(me, choices);
    const auto levels = me.receive<Level>(other, level_message, trees * depth);
    const auto proofs = me.receive<Proof>(other, proof_message, trees);
    std::uint64_t difference = 0;
    SecretVector<Seed> seeds;
    for (std::size_t tree = 0; tree < trees; ++tree) {
        Nodes nodes(1);
        std::uint64_t hole = 0;
        for (std::size_t i = tree * depth; i < (tree + 1) * depth; ++i) {
            const std::uint64_t turn = 1U ^ choices[i];
            nodes = descend(oracle, nodes, hole, turn, keys[i], levels[i]);
            hole = 2 * hole + turn;
        }
        for (const Node& leaf : nodes) seeds.push_back(oracle.seed(leaf));
        difference |= mismatch(oracle, nodes, hole, proofs[tree]);
    }
    wipe(std::as_writable_bytes(std::span(choices)));
    if (difference != 0) me.accuse(other, "grew trees that do not fit together");
    return seeds;
}

}  // namespace tacit::mpc::punctured_trees
