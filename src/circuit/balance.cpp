#include <algorithm>
#include <cmath>
#include <compare>
#include <cstdint>
#include <queue>
#include <tuple>
#include <utility>
#include <vector>

#include "circuit/products_after.hpp"
#include "circuit/rewriter.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/passes.hpp"

namespace tacit::circuit {

namespace {

/// How late a value is ready: its depth, then the additions since its last product.
struct Cost {
    int depth = 0;
    int height = 0;
    friend auto operator<=>(const Cost&, const Cost&) = default;
};

/// A chain is a tree of operations of one family; sums carry a sign per leaf.
enum class Family : std::uint8_t { none, product, sum };

Family family(Op op) {
    switch (op) {
        case Op::mul: return Family::product;
        case Op::add:
        case Op::sub:
        case Op::negate: return Family::sum;
        case Op::input:
        case Op::constant:
        case Op::rotate:
        case Op::conjugate:
        case Op::refresh: return Family::none;
    }
    return Family::none;
}

struct Leaf {
    ValueId value;  // of the new circuit
    bool negative = false;
};

class Balancer {
public:
    /// Looks through shared products where `critical` says so; an empty vector says nowhere.
    Balancer(const Circuit& source, std::vector<bool> critical)
        : source_(source), out_(source), links_(find_links()), critical_(std::move(critical)) {}

    Circuit run() {
        return out_.run([this](ValueId old) { return visit(old); });
    }
    [[nodiscard]] bool improved() const { return improved_; }

private:
    /// Links are the inner nodes of chains: their only reader is of the same family and rebuilds them.
    std::vector<bool> find_links() const {
        std::vector<bool> links(source_.nodes().size());
        for (std::uint32_t i = 0; i < links.size(); ++i) {
            const Node& node = source_.nodes()[i];
            const Family own = family(node.op);
            if (own == Family::none || !out_.live({i})) continue;
            const auto mark = [&](ValueId v) {
                if (out_.uses(v) == 1 && family(source_.node(v).op) == own) links[v.index] = true;
            };
            mark(node.lhs);
            if (operand_count(node.op) > 1) mark(node.rhs);
        }
        return links;
    }

    ValueId visit(ValueId old) {
        const Family kind = family(source_.node(old).op);
        const ValueId kept = out_.copy(old);
        if (kind == Family::none || links_[old.index]) return kept;
        std::vector<Leaf> leaves = find_leaves(old);
        if (kind == Family::product && !critical_.empty() && critical_[old.index]) {
            look_through(leaves, cost(kept).depth - 1);
        }
        const std::size_t count = leaves.size();
        if (count < 3 || !merge_constants(kind, leaves)) return kept;
        const ValueId rebuilt = join_all(kind, leaves);
        if (leaves.size() == count && cost(rebuilt) >= cost(kept)) return kept;
        improved_ = true;
        return rebuilt;
    }

    /// The leaves of the chain that ends in `root`, from left to right.
    std::vector<Leaf> find_leaves(ValueId root) const {
        std::vector<Leaf> leaves;
        std::vector<Leaf> pending{{root, false}};  // with values of the source
        while (!pending.empty()) {
            const Leaf at = pending.back();
            pending.pop_back();
            if (at.value != root && !links_[at.value.index]) {
                leaves.push_back({out_[at.value], at.negative});
                continue;
            }
            const Node& node = source_.node(at.value);
            if (operand_count(node.op) > 1) pending.push_back({node.rhs, at.negative != (node.op == Op::sub)});
            pending.push_back({node.lhs, at.negative != (node.op == Op::negate)});
        }
        return leaves;
    }

    /// Replaces shared products among the leaves by their factors until the product fits into `wanted` levels; changes
    /// nothing if it never does. Takes first what gains most: factors at depths l1, l2, ... fit if their 2^l sum up to
    /// at most 2^wanted, and a product is as heavy as its factors unless these are uneven.
    void look_through(std::vector<Leaf>& leaves, int wanted) {
        constexpr std::size_t most_factors = 64;                 // x^1024 has 1024 of them and gains nothing
        using Choice = std::tuple<double, double, std::size_t>;  // gain, weight, position
        const auto weight = [this](ValueId v) { return out_.is_integer(v) ? 0 : std::exp2(cost(v).depth); };
        std::vector<Leaf> factors = leaves;
        for (;;) {
            double sum = 0;
            Choice best{-1, 0, 0};
            for (std::size_t i = 0; i < factors.size(); ++i) {
                const double whole = weight(factors[i].value);
                sum += whole;
                const Node node = out_.node(factors[i].value);
                if (node.op != Op::mul) continue;
                best = std::max(best, Choice{whole - weight(node.lhs) - weight(node.rhs), whole, i});
            }
            if (sum <= std::exp2(wanted)) break;
            const auto [gain, whole, at] = best;
            if (gain < 0 || factors.size() == most_factors) return;
            const Node node = out_.node(factors[at].value);
            factors[at].value = node.lhs;
            factors.push_back({node.rhs, false});
        }
        leaves = std::move(factors);
    }

    /// Leaves at most one constant, without sign; false if the constants cannot be merged.
    bool merge_constants(Family kind, std::vector<Leaf>& leaves) {
        const auto is_variable = [this](const Leaf& leaf) { return !out_.is(Op::constant, leaf.value); };
        const auto constants = std::stable_partition(leaves.begin(), leaves.end(), is_variable);
        if (constants == leaves.end()) return true;
        ValueId merged = constants->negative ? out_.negate(constants->value) : constants->value;
        for (auto leaf = constants + 1; leaf != leaves.end(); ++leaf) {
            const Op op = kind == Family::product ? Op::mul : leaf->negative ? Op::sub : Op::add;
            const auto both = out_.fold(op, merged, leaf->value);
            if (!both) return false;
            merged = *both;
        }
        leaves.erase(constants, leaves.end());
        leaves.push_back({merged, false});
        return true;
    }

    /// Huffman's algorithm with max(a, b) + 1 in place of a + b: join the two earliest, repeatedly.
    ValueId join_all(Family kind, const std::vector<Leaf>& leaves) {
        struct Item {
            Cost cost;
            std::size_t order;
            Leaf leaf;
        };
        const auto later = [](const Item& a, const Item& b) {
            return std::pair(a.cost, a.order) > std::pair(b.cost, b.order);
        };
        std::priority_queue<Item, std::vector<Item>, decltype(later)> queue(later);
        std::size_t order = 0;
        for (const Leaf& leaf : leaves) queue.push({cost(leaf.value), order++, leaf});
        while (queue.size() > 1) {
            const Leaf a = queue.top().leaf;
            queue.pop();
            const Leaf b = queue.top().leaf;
            queue.pop();
            const Leaf joined = join(kind, a, b);
            queue.push({cost(joined.value), order++, joined});
        }
        const Leaf last = queue.top().leaf;
        return last.negative ? out_.negate(last.value) : last.value;
    }

    Leaf join(Family kind, const Leaf& a, const Leaf& b) {
        if (kind == Family::product) return {out_.binary(Op::mul, a.value, b.value), false};
        if (a.negative == b.negative) return {out_.binary(Op::add, a.value, b.value), a.negative};
        const auto [plus, minus] = a.negative ? std::pair(b, a) : std::pair(a, b);
        return {out_.binary(Op::sub, plus.value, minus.value), false};
    }

    /// The cost of a value of the new circuit.
    Cost cost(ValueId now) {
        while (costs_.size() <= now.index) {
            costs_.push_back(compute_cost({static_cast<std::uint32_t>(costs_.size())}));
        }
        return costs_[now.index];
    }

    [[nodiscard]] Cost compute_cost(ValueId now) const {
        const Node& node = out_.node(now);
        const auto of = [this](ValueId v) { return costs_[v.index]; };
        switch (node.op) {
            case Op::input:
            case Op::refresh: return {0, 0};
            case Op::constant: return {-1, 0};  // joined first, at no cost of its own
            case Op::negate:
            case Op::rotate:
            case Op::conjugate: return of(node.lhs);
            case Op::add:
            case Op::sub: {
                const Cost later = std::max(of(node.lhs), of(node.rhs));
                return {later.depth, later.height + 1};
            }
            case Op::mul: {
                const Cost later = std::max(of(node.lhs), of(node.rhs));
                return out_.takes_level(now) ? Cost{later.depth + 1, 0} : Cost{later.depth, later.height + 1};
            }
        }
        return {};
    }

    const Circuit& source_;
    Rewriter out_;
    std::vector<bool> links_;
    std::vector<bool> critical_;
    std::vector<Cost> costs_;
    bool improved_ = false;
};

/// Chains alone, without looking through shared values.
Circuit balance_chains(const Circuit& circuit) {
    Circuit before = eliminate_dead(circuit);
    // Merged subexpressions may leave a value with one use and so lengthen another chain.
    for (;;) {
        Balancer balancer(before, {});
        Circuit after = balancer.run();
        if (!balancer.improved()) return before;
        before = eliminate_dead(after);
    }
}

/// The values on a longest path to an output or refresh: the circuit is less deep only if each of them is.
std::vector<bool> critical_values(const Circuit& circuit) {
    const auto nodes = circuit.nodes();
    Depth domain;
    const std::vector<int> depths = interpret_nodes(circuit, domain);
    const int deepest = depth(circuit);
    std::vector<bool> critical(nodes.size());
    const std::vector<int> after = products_after(circuit);
    for (std::size_t i = 0; i < nodes.size(); ++i) critical[i] = after[i] == 0 && depths[i] == deepest;
    for (std::size_t i = nodes.size(); i-- > 0;) {
        if (!critical[i] || nodes[i].op == Op::refresh) continue;
        const int taken = circuit.takes_level({static_cast<std::uint32_t>(i)}) ? 1 : 0;
        const auto mark = [&](ValueId v) {
            if (depths[v.index] + taken == depths[i]) critical[v.index] = true;
        };
        if (operand_count(nodes[i].op) > 0) mark(nodes[i].lhs);
        if (operand_count(nodes[i].op) > 1) mark(nodes[i].rhs);
    }
    return critical;
}

}  // namespace

Circuit balance(const Circuit& circuit) {
    Circuit before = balance_chains(circuit);
    for (;;) {
        Circuit after = balance_chains(Balancer(before, critical_values(before)).run());
        if (depth(after) >= depth(before)) return before;
        before = std::move(after);
    }
}

}  // namespace tacit::circuit
