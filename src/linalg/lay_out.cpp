#include "tacit/linalg/lay_out.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "base/fail.hpp"
#include "linalg/lower_formula.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/passes.hpp"

namespace tacit::linalg {

namespace {

using detail::FormulaNode;
using detail::FormulaNodes;
using Fixed = LayoutChoices::Fixed;

/// The units of so many slots that cut a matrix into few tiles, the most balanced one first.
std::vector<Unit> open_units(const FormulaNode& input, std::size_t slots, Location where) {
    constexpr std::size_t worst = 8;
    std::vector<std::pair<std::size_t, Unit>> counted;
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (std::size_t height = 1; height <= slots; height *= 2) {
        const Unit unit = Unit::make(height, slots / height, where);
        const auto pieces = [](std::size_t length, std::size_t piece) { return (length + piece - 1) / piece; };
        const std::size_t upright = pieces(input.rows, unit.height()) * pieces(input.columns, unit.width());
        const std::size_t turned = pieces(input.columns, unit.height()) * pieces(input.rows, unit.width());
        counted.emplace_back(input.is_vector() ? 1 : std::max(upright, turned), unit);
        least = std::min(least, counted.back().first);
    }
    std::vector<Unit> open;
    for (const auto& [tiles, unit] : counted) {
        if (tiles <= worst * least) open.push_back(unit);
    }
    const auto imbalance = [](Unit u) {
        return u.height() > u.width() ? u.height() / u.width() : u.width() / u.height();
    };
    std::ranges::stable_sort(open, {}, imbalance);
    return open;
}

/// Writes candidates, measures them and keeps the best.
class Search {
public:
    Search(const FormulaNodes& formula, const LayoutSearch& wanted, Location where)
        : formula_(formula), wanted_(wanted) {
        for (const detail::FormulaInput& input : formula.inputs) {
            units_.push_back(open_units(formula.nodes[input.node], wanted.slots, where));
        }
    }

    LaidOut run() && {
        const Candidate first = measure({});
        double candidates = 1;
        for (const Choice& choice : first.taken) candidates *= static_cast<double>(choice.options);
        const bool all = candidates <= static_cast<double>(wanted_.budget) && try_all(first);
        if (!all) descend_from_all_starts();
        best_->circuits = circuits_;
        best_->exhaustive = all;
        return *std::move(best_);
    }

private:
    /// Levels, then cost; smaller is better.
    using Score = std::pair<int, double>;
    /// Circuits of more nodes than this times the fewest are not optimised before they are measured.
    static constexpr std::size_t most_nodes = 8;
    /// Starts of each pattern that are followed.
    static constexpr std::size_t rounds = 3;
    /// What a circuit cost and the choices that were open while it was written.
    struct Candidate {
        Score score{};
        std::vector<Choice> taken{};
        [[nodiscard]] Fixed fixed() const {
            Fixed result;
            for (const Choice& choice : taken) result[choice.key] = choice.option;
            return result;
        }
    };

    [[nodiscard]] bool spent() const { return circuits_ >= wanted_.budget; }

    Candidate measure(const Fixed& fixed) {
        const auto known = measured_.find(fixed);
        if (known != measured_.end()) return known->second;
        LayoutChoices choices(fixed);
        Program program = lower(formula_, units_, choices);
        const std::size_t nodes = program.circuit.nodes().size();
        fewest_nodes_ = std::min(fewest_nodes_, nodes);
        // Passes would take long and not make up for so much.
        if (nodes <= most_nodes * fewest_nodes_) program.circuit = circuit::optimise(program.circuit);
        const int depth = circuit::depth(program.circuit);
        const double cost = wanted_.cost(program.circuit);
        const Candidate found{{wanted_.depth ? std::max(0, depth - *wanted_.depth) : depth, cost}, choices.taken()};
        if (++circuits_ == 1 || found.score < best_score_) {
            best_score_ = found.score;
            best_.emplace(LaidOut{std::move(program), depth, cost});
        }
        measured_.emplace(fixed, found);
        return found;
    }

    /// All combinations, like an odometer whose last wheel turns fastest; false if the budget is spent before.
    bool try_all(Candidate at) {
        while (true) {
            std::vector<Choice>& wheels = at.taken;
            while (!wheels.empty() && wheels.back().option + 1 == wheels.back().options) wheels.pop_back();
            if (wheels.empty()) return true;
            if (spent()) return false;
            ++wheels.back().option;
            at = measure(at.fixed());
        }
    }

    /// The orientations that the inputs start with: all as they are, all transposed, matrices by diagonals where that
    /// is open, and one otherwise than the rest.
    [[nodiscard]] std::vector<std::vector<std::size_t>> patterns() const {
        const std::size_t inputs = units_.size();
        std::vector<std::size_t> diagonals(inputs);
        for (std::size_t i = 0; i < inputs; ++i) {
            const FormulaNode& node = formula_.nodes[formula_.inputs[i].node];
            diagonals[i] = node.is_vector() || node.is_scalar() ? 0 : 2;
        }
        std::vector<std::vector<std::size_t>> result{std::vector<std::size_t>(inputs, 0),
                                                     std::vector<std::size_t>(inputs, 1), std::move(diagonals)};
        for (std::size_t i = 0; inputs > 1 && i < inputs; ++i) {
            for (const std::size_t others : {0, 1}) {
                result.emplace_back(inputs, others);
                result.back()[i] = 1 - others;
            }
        }
        return result;
    }

    /// One unit for all inputs, each in turn, in one pattern.
    [[nodiscard]] std::vector<Fixed> starts(const std::vector<std::size_t>& orientations) const {
        std::vector<Fixed> result;
        for (std::size_t height = 1; height <= wanted_.slots; height *= 2) {
            Fixed start;
            for (std::size_t i = 0; i < units_.size(); ++i) {
                const auto same = std::ranges::find(units_[i], height, &Unit::height);
                if (same == units_[i].end()) continue;
                start[{formula_.inputs[i].node, Decision::unit}] = static_cast<std::size_t>(same - units_[i].begin());
            }
            for (std::size_t i = 0; i < units_.size(); ++i) {
                start[{formula_.inputs[i].node, Decision::orientation}] = orientations[i];
            }
            result.push_back(std::move(start));
        }
        return result;
    }

    /// From the best start of each pattern, then from the second best ones, and so on; pairs of changes come last.
    void descend_from_all_starts() {
        std::vector<std::vector<Candidate>> ranked;
        for (const std::vector<std::size_t>& orientations : patterns()) {
            ranked.emplace_back();
            for (const Fixed& start : starts(orientations)) {
                if (!spent()) ranked.back().push_back(measure(start));
            }
            std::ranges::stable_sort(ranked.back(), {}, &Candidate::score);
        }
        std::optional<Candidate> best;
        for (std::size_t rank = 0; rank < rounds; ++rank) {
            for (std::vector<Candidate>& candidates : ranked) {
                if (rank >= candidates.size()) continue;
                while (!spent() && change_one(candidates[rank])) {
                }
                if (!best || candidates[rank].score < best->score) best = candidates[rank];
            }
        }
        while (!spent() && (change_one(*best) || change_two(*best))) {
        }
    }

    /// Operations first: what is best for an input depends on them, and the starts have tried its choices.
    bool change_one(Candidate& at) {
        bool better = false;
        for (std::size_t i = at.taken.size(); i-- > 0;) {
            if (i >= at.taken.size()) continue;  // the choice is no longer open
            const Candidate base = at;
            for_options(base.fixed(), base.taken[i], [&](const Fixed& fixed) { better |= improve(at, fixed); });
        }
        return better;
    }
    bool change_two(Candidate& at) {
        const Candidate base = at;
        for (std::size_t i = 0; i < base.taken.size(); ++i) {
            bool better = false;
            for_options(base.fixed(), base.taken[i], [&](const Fixed& one) {
                for (std::size_t j = i + 1; j < base.taken.size(); ++j) {
                    for_options(one, base.taken[j], [&](const Fixed& two) { better |= improve(at, two); });
                }
            });
            if (better) return true;
        }
        return false;
    }
    bool improve(Candidate& at, const Fixed& fixed) {
        Candidate found = measure(fixed);
        const bool better = found.score < at.score;
        if (better) at = std::move(found);
        return better;
    }
    /// Calls use(fixed) with each other option of a choice, while the budget lasts.
    template <class Use>
    void for_options(Fixed fixed, const Choice& choice, const Use& use) {
        for (std::size_t option = 0; option < choice.options && !spent(); ++option) {
            if (option == choice.option) continue;
            fixed[choice.key] = option;
            use(fixed);
        }
    }

    const FormulaNodes& formula_;
    const LayoutSearch& wanted_;
    std::vector<std::vector<Unit>> units_;  // open for each input
    std::map<Fixed, Candidate> measured_;
    std::size_t fewest_nodes_ = std::numeric_limits<std::size_t>::max();
    std::size_t circuits_ = 0;
    Score best_score_{};
    std::optional<LaidOut> best_;
};

}  // namespace

LaidOut lay_out(const Formula& formula, const LayoutSearch& search, Location where) {
    if (!std::has_single_bit(search.slots)) {
        fail(ErrorCode::invalid_argument, "{}lay_out: {} slots; their number is a power of two", prefix(where),
             search.slots);
    }
    for (const detail::FormulaInput& input : formula.nodes().inputs) {
        if (input.stated && input.stated->layout.unit().slots() != search.slots) {
            fail(ErrorCode::invalid_argument,
                 "{}lay_out: input \"{}\" is stated as a {}, but units have {} slots here; state all alike",
                 prefix(where), input.name, print_layout(*input.stated), search.slots);
        }
    }
    return Search(formula.nodes(), search, where).run();
}

}  // namespace tacit::linalg
