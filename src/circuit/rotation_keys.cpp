// Which rotation keys to make under a budget, and rotations by sums of them.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

#include "base/fail.hpp"
#include "circuit/rewriter.hpp"
#include "circuit/slotwise.hpp"
#include "tacit/circuit/rotations.hpp"

namespace tacit::circuit {

namespace {

using Keys = std::vector<std::int32_t>;

constexpr std::size_t most_subsets = 20000;

std::size_t to_slots(std::int32_t steps) { return static_cast<std::size_t>(steps); }

/// Searches the sums of keys, shortest first, modulo the slots.
class Search {
public:
    Search(const RotationUses& uses, std::size_t slots)
        : uses_(uses), slots_(slots), distance_(slots), last_(slots), wanted_(slots) {
        for (const auto& [steps, count] : uses) {
            more_than_any_ += count * slots;
            wanted_[to_slots(steps)] = true;
        }
    }

    /// Rotations in all with these keys; a step that they do not reach counts as more than any keys that reach all.
    std::size_t cost(const Keys& keys) {
        walk(keys, uses_.size());
        std::size_t sum = 0;
        for (const auto& [steps, count] : uses_) sum += weigh(count, distance_[to_slots(steps)]);
        return sum;
    }

    /// The keys that `cost_with` adds one to.
    void begin_with(const Keys& keys) {
        walk(keys, slots_);
        divisor_ = std::accumulate(keys.begin(), keys.end(), slots_,
                                   [](std::size_t d, std::int32_t key) { return std::gcd(d, to_slots(key)); });
    }

    /// Rotations in all with those keys and one more, or some number of at least `limit` if it is no less than that. A
    /// shortest sum takes the new key some number of times and is a shortest sum of the others beyond.
    [[nodiscard]] std::size_t cost_with(std::int32_t key, std::size_t limit) const {
        std::size_t sum = 0;
        for (auto use = uses_.begin(); use != uses_.end() && sum < limit; ++use) {
            sum += weigh(use->second, distance_with(to_slots(use->first), to_slots(key)));
        }
        return sum;
    }

    /// Keys of a shortest sum for each wanted step, largest first; the walk of the last `cost`.
    [[nodiscard]] std::map<std::int32_t, Keys> decompositions() const {
        std::map<std::int32_t, Keys> all;
        for (const auto& [steps, count] : uses_) {
            Keys& keys = all[steps];
            for (std::size_t at = to_slots(steps); at != 0; at = (at + slots_ - to_slots(last_[at])) & (slots_ - 1)) {
                keys.push_back(last_[at]);
            }
            std::ranges::sort(keys, std::greater{});
        }
        return all;
    }

private:
    static constexpr std::uint32_t unreached = std::numeric_limits<std::uint32_t>::max();

    [[nodiscard]] std::size_t weigh(std::size_t count, std::uint32_t length) const {
        return length == unreached ? more_than_any_ : count * length;
    }

    [[nodiscard]] std::uint32_t distance_with(std::size_t steps, std::size_t key) const {
        std::uint32_t best = distance_[steps];
        if (steps % std::gcd(divisor_, key) != 0) return best;  // no sum reaches it
        for (std::uint32_t times = 1; times < best; ++times) {
            steps = (steps + slots_ - key) & (slots_ - 1);
            if (distance_[steps] != unreached) best = std::min(best, distance_[steps] + times);
        }
        return best;
    }

    /// distance_[s]: the fewest keys whose sum is s; last_[s]: one of them. Ends when so many wanted steps are reached.
    void walk(const Keys& keys, std::size_t missing) {
        std::ranges::fill(distance_, unreached);
        queue_.assign(1, 0);
        distance_[0] = 0;
        for (std::size_t head = 0; head < queue_.size() && missing > 0; ++head) {
            const std::size_t at = queue_[head];
            for (const std::int32_t key : keys) {
                const std::size_t next = (at + to_slots(key)) & (slots_ - 1);
                if (distance_[next] != unreached) continue;
                distance_[next] = distance_[at] + 1;
                last_[next] = key;
                queue_.push_back(next);
                if (wanted_[next]) --missing;
            }
        }
    }

    const RotationUses& uses_;
    std::size_t slots_;
    std::size_t divisor_ = 1;  // of the slots and the keys begun with: they reach its multiples
    std::size_t more_than_any_ = 1;
    std::vector<std::uint32_t> distance_;
    std::vector<std::int32_t> last_;
    std::vector<bool> wanted_;
    std::vector<std::size_t> queue_;
};

/// The number of subsets of `size` out of `from`, or a number above the limit.
std::size_t subsets(std::size_t from, std::size_t size, std::size_t limit) {
    std::size_t count = 1;
    for (std::size_t i = 0; i < size && count <= limit; ++i) count = count * (from - i) / (i + 1);
    return count;
}

/// The best subset of {1, ..., slots - 1}, the smallest in lexicographic order among equals.
Keys best_subset(Search& search, std::size_t slots, std::size_t size) {
    Keys subset(size);
    std::iota(subset.begin(), subset.end(), 1);
    Keys best = subset;
    std::size_t least = search.cost(best);
    const auto largest = static_cast<std::int32_t>(slots - 1);
    for (;;) {
        std::size_t at = size;
        while (at > 0 && subset[at - 1] == largest - static_cast<std::int32_t>(size - at)) --at;
        if (at == 0) return best;
        std::iota(subset.begin() + static_cast<std::ptrdiff_t>(at - 1), subset.end(), subset[at - 1] + 1);
        const std::size_t cost = search.cost(subset);
        if (cost < least) {
            least = cost;
            best = subset;
        }
    }
}

/// What sums of few keys are likely made of.
Keys candidates(const RotationUses& uses, std::size_t slots) {
    constexpr std::size_t most_differences = 16;
    std::vector<bool> chosen(slots, false);
    for (std::size_t power = 1; power < slots; power *= 2) chosen[power] = chosen[slots - power] = true;
    std::vector<std::pair<std::size_t, std::size_t>> frequent;  // uses, steps
    for (const auto& [steps, count] : uses) {
        chosen[to_slots(steps)] = true;
        if (steps % 2 == 0) chosen[to_slots(steps) / 2] = true;
        frequent.emplace_back(count, to_slots(steps));
    }
    std::ranges::sort(frequent, std::greater{});
    frequent.resize(std::min(frequent.size(), most_differences));
    for (const auto& [a_count, a] : frequent) {
        for (const auto& [b_count, b] : frequent) chosen[(a + slots - b) & (slots - 1)] = true;
    }
    Keys keys;
    for (std::size_t s = 1; s < slots; ++s) {
        if (chosen[s]) keys.push_back(static_cast<std::int32_t>(s));
    }
    return keys;
}

/// The best key in place of keys[at]; whether that is less than `least`, which it then becomes.
bool improve(Search& search, const Keys& pool, Keys& keys, std::size_t at, std::size_t& least) {
    const std::size_t before = least;
    Keys others = keys;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(at));
    search.begin_with(others);
    for (const std::int32_t candidate : pool) {
        const std::size_t cost = search.cost_with(candidate, least);
        if (cost >= least) continue;
        least = cost;
        keys[at] = candidate;
    }
    return least < before;
}

/// Begins with a key that reaches every step, adds the best one after the other, then exchanges one at a time.
Keys greedy(Search& search, const RotationUses& uses, std::size_t slots, std::size_t budget) {
    const Keys pool = candidates(uses, slots);
    std::size_t divisor = slots;
    for (const auto& [steps, count] : uses) divisor = std::gcd(divisor, to_slots(steps));
    Keys keys{static_cast<std::int32_t>(divisor)};
    std::size_t least = search.cost(keys);
    while (keys.size() < budget) {
        keys.push_back(keys.back());
        if (!improve(search, pool, keys, keys.size() - 1, least)) {
            keys.pop_back();
            break;
        }
    }
    for (bool better = true; better;) {
        better = false;
        for (std::size_t at = 0; at < keys.size(); ++at) better = improve(search, pool, keys, at, least) || better;
    }
    return keys;
}

void check_slots(const char* operation, std::size_t slots) {
    if (!std::has_single_bit(slots) || slots > std::numeric_limits<std::int32_t>::max()) {
        fail(ErrorCode::invalid_argument, "{}: {} slots, but their number is a power of two below 2^31; round it up",
             operation, slots);
    }
}

void check(const RotationUses& uses, std::size_t slots, std::size_t budget) {
    check_slots("choose_rotation_keys", slots);
    for (const auto& [steps, count] : uses) {
        if (steps < 1 || to_slots(steps) >= slots) {
            fail(ErrorCode::invalid_argument, "choose_rotation_keys: {} steps are outside 1 to {}; take them modulo {}",
                 steps, slots - 1, slots);
        }
    }
    if (budget == 0 && !uses.empty()) {
        fail(ErrorCode::invalid_argument,
             "choose_rotation_keys: {} rotations are wanted with no key; allow at least one", uses.size());
    }
}

}  // namespace

RotationUses rotation_uses(const Circuit& circuit, std::size_t slots) {
    RotationUses uses;
    check_slots("rotation_uses", slots);
    for (const Node& node : circuit.nodes()) {
        if (node.op != Op::rotate) continue;
        const auto steps = static_cast<std::int32_t>(normalised_steps(node.attribute, slots));
        if (steps != 0) ++uses[steps];
    }
    return uses;
}

RotationKeys choose_rotation_keys(const RotationUses& uses, std::size_t slots, std::size_t budget) {
    check(uses, slots, budget);
    Search search(uses, slots);
    RotationKeys chosen;
    if (uses.size() <= budget) {  // every step has its key: one rotation each is the least there is
        for (const auto& [steps, count] : uses) chosen.steps.push_back(steps);
    } else if (subsets(slots - 1, budget, most_subsets) <= most_subsets) {
        chosen.steps = best_subset(search, slots, budget);
    } else {
        chosen.steps = greedy(search, uses, slots, budget);
    }
    chosen.rotations = search.cost(chosen.steps);
    chosen.decomposed = search.decompositions();
    chosen.steps.clear();  // only keys that a sum needs
    for (const auto& [steps, keys] : chosen.decomposed) {
        chosen.steps.insert(chosen.steps.end(), keys.begin(), keys.end());
    }
    std::ranges::sort(chosen.steps);
    const auto repeated = std::ranges::unique(chosen.steps);
    chosen.steps.erase(repeated.begin(), repeated.end());
    return chosen;
}

Circuit use_rotation_keys(const Circuit& circuit, std::size_t slots, const RotationKeys& keys) {
    Rewriter out(circuit);
    return out.run([&](ValueId old) {
        const Node& node = circuit.node(old);
        if (node.op != Op::rotate) return out.copy(old);
        const auto steps = static_cast<std::int32_t>(normalised_steps(node.attribute, slots));
        ValueId value = out[node.lhs];
        if (steps == 0) return value;
        const auto found = keys.decomposed.find(steps);
        if (found == keys.decomposed.end()) {
            fail(ErrorCode::invalid_argument,
                 "{}use_rotation_keys: the keys were not chosen for a rotation by {}; choose them for this circuit",
                 prefix(circuit.location(old)), steps);
        }
        for (const std::int32_t key : found->second) value = out.rotate(value, key);
        return value;
    });
}

}  // namespace tacit::circuit
