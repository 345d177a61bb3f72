// Where a circuit that is too deep is refreshed.
#include "tacit/circuit/refresh.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "base/fail.hpp"
#include "circuit/products_after.hpp"
#include "circuit/rewriter.hpp"

namespace tacit::circuit {

namespace {

/// A flow network; arcs have residual capacities, their reverses stand next to them.
class Network {
public:
    static constexpr int unbounded = std::numeric_limits<int>::max();

    explicit Network(std::size_t places) : arcs_of_(places) {}

    void connect(std::size_t from, std::size_t to, int capacity) {
        arcs_of_[from].push_back(arcs_.size());
        arcs_.push_back({to, capacity});
        arcs_of_[to].push_back(arcs_.size());
        arcs_.push_back({from, 0});
    }

    /// Sends as much as fits, one unit after the other.
    void fill(std::size_t source, std::size_t sink) {
        std::vector<std::size_t> by(arcs_of_.size());  // the arc that led to a place
        for (;;) {
            if (!search(source, sink, by)) return;
            for (std::size_t at = sink; at != source; at = arcs_[by[at] ^ 1U].to) {
                if (arcs_[by[at]].left != unbounded) --arcs_[by[at]].left;
                if (arcs_[by[at] ^ 1U].left != unbounded) ++arcs_[by[at] ^ 1U].left;
            }
        }
    }

    /// The places from which more could flow to `sink`.
    [[nodiscard]] std::vector<bool> reaching(std::size_t sink) const {
        std::vector<bool> reaches(arcs_of_.size());
        std::vector<std::size_t> pending{sink};
        reaches[sink] = true;
        while (!pending.empty()) {
            const std::size_t at = pending.back();
            pending.pop_back();
            for (const std::size_t arc : arcs_of_[at]) {
                const std::size_t from = arcs_[arc].to;  // by the reverse of this arc
                if (reaches[from] || arcs_[arc ^ 1U].left == 0) continue;
                reaches[from] = true;
                pending.push_back(from);
            }
        }
        return reaches;
    }

private:
    struct Arc {
        std::size_t to;
        int left;
    };

    bool search(std::size_t source, std::size_t sink, std::vector<std::size_t>& by) const {
        constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
        std::ranges::fill(by, none);
        std::vector<std::size_t> pending{source};
        while (!pending.empty() && by[sink] == none) {
            const std::size_t at = pending.back();
            pending.pop_back();
            for (const std::size_t arc : arcs_of_[at]) {
                const std::size_t to = arcs_[arc].to;
                if (by[to] != none || to == source || arcs_[arc].left == 0) continue;
                by[to] = arc;
                pending.push_back(to);
            }
        }
        return by[sink] != none;
    }

    std::vector<Arc> arcs_;
    std::vector<std::vector<std::size_t>> arcs_of_;
};

class Placement {
public:
    Placement(const Circuit& circuit, int most_levels)
        : circuit_(circuit),
          most_levels_(most_levels),
          after_(products_after(circuit)),
          refreshed_(circuit.nodes().size()),
          depths_(circuit.nodes().size()) {}

    std::vector<bool> run() {
        while (measure() > most_levels_) cut();
        drop_needless();
        exchange();
        return refreshed_;
    }

private:
    [[nodiscard]] const Node& node(std::uint32_t i) const { return circuit_.nodes()[i]; }
    [[nodiscard]] bool live(std::uint32_t i) const { return after_[i] != dead && node(i).op != Op::constant; }
    [[nodiscard]] int taken(std::uint32_t i) const { return circuit_.takes_level({i}) ? 1 : 0; }
    /// What a reader of the value sees.
    [[nodiscard]] int seen(ValueId v) const { return refreshed_[v.index] ? 0 : depths_[v.index]; }

    template <class Use>
    void for_operands(std::uint32_t i, const Use& use) const {
        const Node& n = node(i);
        if (operand_count(n.op) > 0 && !circuit_.is_constant(n.lhs)) use(n.lhs);
        if (operand_count(n.op) > 1 && n.rhs != n.lhs && !circuit_.is_constant(n.rhs)) use(n.rhs);
    }

    /// The levels that each value takes since an input or refresh; the most of them.
    int measure() {
        int most = 0;
        for (std::uint32_t i = 0; i < depths_.size(); ++i) {
            depths_[i] = 0;
            if (!live(i) || node(i).op == Op::refresh) continue;
            for_operands(i, [&](ValueId v) { depths_[i] = std::max(depths_[i], seen(v)); });
            depths_[i] += taken(i);
            most = std::max(most, depths_[i]);
        }
        return most;
    }

    /// Whether a chain of the greatest depth at `reader` may come through the operand.
    [[nodiscard]] bool tight(ValueId operand, std::uint32_t reader) const {
        return seen(operand) + taken(reader) == depths_[reader];
    }
    [[nodiscard]] bool may_cut(std::uint32_t i) const {
        return live(i) && !refreshed_[i] && depths_[i] >= 1 && depths_[i] <= most_levels_;
    }

    /// Refreshes the fewest values that shorten every chain to a product of depth most_levels + 1; among these the
    /// latest. A value is two places of a network, before and behind its refresh.
    void cut() {
        const std::size_t source = 2 * depths_.size(), sink = source + 1;
        const auto before = [](std::size_t i) { return 2 * i; };
        const auto behind = [](std::size_t i) { return 2 * i + 1; };
        Network network(sink + 1);
        for (std::uint32_t i = 0; i < depths_.size(); ++i) {
            const bool first_too_deep = live(i) && taken(i) == 1 && depths_[i] == most_levels_ + 1;
            if (!may_cut(i) && !first_too_deep) continue;
            if (!first_too_deep) network.connect(before(i), behind(i), 1);
            for_operands(i, [&](ValueId v) {
                if (!tight(v, i)) return;
                const std::size_t from = seen(v) == 0 ? source : behind(v.index);
                network.connect(from, first_too_deep ? sink : before(i), Network::unbounded);
            });
        }
        network.fill(source, sink);
        const std::vector<bool> late = network.reaching(sink);
        for (std::uint32_t i = 0; i < depths_.size(); ++i) {
            if (may_cut(i) && late[behind(i)] && !late[before(i)]) refreshed_[i] = true;
        }
    }

    /// Takes back what the others make needless; how many.
    std::size_t drop_needless() {
        std::size_t dropped = 0;
        for (std::uint32_t i = 0; i < refreshed_.size(); ++i) {
            if (!refreshed_[i]) continue;
            refreshed_[i] = false;
            if (measure() <= most_levels_) {
                ++dropped;
            } else {
                refreshed_[i] = true;
            }
        }
        return dropped;
    }

    /// Tries every value in the place of two or more; in large circuits as many as `work` allows.
    void exchange() {
        std::size_t work = 100'000'000;
        for (bool better = true; better;) {
            better = false;
            for (std::uint32_t i = 0; i < refreshed_.size(); ++i) {
                static_cast<void>(measure());
                if (!may_cut(i)) continue;
                const auto refreshes = static_cast<std::size_t>(std::ranges::count(refreshed_, true));
                const std::size_t cost = refreshes * refreshed_.size();
                if (refreshes < 2 || cost > work) return;
                work -= cost;
                const std::vector<bool> kept = refreshed_;
                refreshed_[i] = true;
                if (drop_needless() >= 2) {
                    better = true;
                } else {
                    refreshed_ = kept;
                }
            }
        }
    }

    const Circuit& circuit_;
    int most_levels_;
    std::vector<int> after_;
    std::vector<bool> refreshed_;
    std::vector<int> depths_;
};

}  // namespace

Circuit place_refreshes(const Circuit& circuit, int most_levels) {
    for (std::uint32_t i = 0; most_levels < 1 && i < circuit.nodes().size(); ++i) {
        if (!circuit.takes_level({i})) continue;
        fail(ErrorCode::invalid_argument,
             "{}place_refreshes: at most {} levels, but this product takes one; allow at least 1",
             prefix(circuit.location({i})), most_levels);
    }
    const std::vector<bool> refreshed = Placement(circuit, most_levels).run();
    Rewriter out(circuit);
    return out.run([&](ValueId old) {
        const ValueId value = out.copy(old);
        return refreshed[old.index] ? out.refresh(value) : value;
    });
}

}  // namespace tacit::circuit
