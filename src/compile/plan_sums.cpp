#include "compile/plan_sums.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "tacit/compile/counts.hpp"

namespace tacit::compile {

namespace {

/// Trees of additions with what they add up, and which of them share rotations.
class SumFinder {
public:
    SumFinder(const ManagedCircuit& program, const ckks::Parameters& parameters)
        : program_(program),
          all_(program.instructions()),
          parameters_(parameters),
          encodings_(encodings(program)),
          users_(all_.size()) {
        for (std::uint32_t n = 0; n < all_.size(); ++n) {
            if (operand_count(all_[n].step) > 0) users_[all_[n].lhs].push_back(n);
            if (operand_count(all_[n].step) > 1) users_[all_[n].rhs].push_back(n);
        }
        for (const std::uint32_t output : program.outputs()) users_[output].push_back(no_user);
    }

    std::vector<Plan::Task> find() {
        read_sums();
        std::vector<Plan::Task> found;
        for (const auto& group : groups()) {
            Plan::Task task = make_task(group);
            if (saves(task)) found.push_back(std::move(task));
        }
        return found;
    }

private:
    using Group = std::vector<std::size_t>;  // numbers of sums

    [[nodiscard]] bool is_sum(std::uint32_t n) const {
        return (all_[n].step == Step::add || all_[n].step == Step::sub) && all_[n].type.degree == 1;
    }
    [[nodiscard]] bool turns(std::uint32_t n) const {
        return all_[n].step == Step::rotate || all_[n].step == Step::conjugate;
    }
    /// The only instruction that reads a value, if it is one and the value no output.
    [[nodiscard]] std::optional<std::uint32_t> only_user(std::uint32_t n) const {
        if (users_[n].size() != 1 || users_[n].front() == no_user) return std::nullopt;
        return users_[n].front();
    }
    [[nodiscard]] bool is_inner(std::uint32_t n) const {
        const auto user = only_user(n);
        return is_sum(n) && user && is_sum(*user);
    }

    void read_sums() {
        for (std::uint32_t n = 0; n < all_.size(); ++n) {
            if (!is_sum(n) || is_inner(n)) continue;
            PlannedSum sum{n, false, {}};
            add_terms(sum, n, false);
            const auto user = only_user(n);
            if (user && all_[*user].step == Step::rescale) sum = {*user, true, std::move(sum.terms)};
            for (const PlannedTerm& term : sum.terms) {
                if (term.rotation) sums_of_[*term.rotation].push_back(sums_.size());
            }
            sums_.push_back(std::move(sum));
        }
    }

    void add_terms(PlannedSum& sum, std::uint32_t root, bool subtracted) const {
        std::vector<std::pair<std::uint32_t, bool>> pending{{root, subtracted}};
        while (!pending.empty()) {
            const auto [n, negative] = pending.back();
            pending.pop_back();
            if (n == root || is_inner(n)) {
                pending.emplace_back(all_[n].rhs, negative != (all_[n].step == Step::sub));
                pending.emplace_back(all_[n].lhs, negative);
            } else {
                sum.terms.push_back(term(n, negative));
            }
        }
    }

    [[nodiscard]] PlannedTerm term(std::uint32_t n, bool subtracted) const {
        PlannedTerm found{n, {}, {}, subtracted};
        if (all_[n].step == Step::mul_constant && only_user(n) && all_[n].type.degree == 1) {
            found.product = n;
            found.value = all_[n].lhs;
        }
        if (turns(found.value)) {
            found.rotation = found.value;
            found.value = all_[*found.rotation].lhs;
        }
        return found;
    }

    /// Whether every reading of a rotation is in these sums.
    [[nodiscard]] bool is_inside(std::uint32_t rotation, const Group& group) const {
        const auto& sums = sums_of_.at(rotation);
        return sums.size() == users_[rotation].size() &&
               std::ranges::all_of(sums, [&](std::size_t sum) { return std::ranges::find(group, sum) != group.end(); });
    }

    /// Sums of the same rotations of one value together, all others alone.
    [[nodiscard]] std::vector<Group> groups() const {
        std::map<std::pair<std::uint32_t, int>, Group> by_value;  // and scale power
        std::vector<Group> found;
        for (std::size_t i = 0; i < sums_.size(); ++i) {
            if (const auto value = only_value(sums_[i])) {
                by_value[{*value, scale_power(sums_[i])}].push_back(i);
            } else {
                found.push_back({i});
            }
        }
        for (const auto& [value, group] : by_value) split(group, found);
        return found;
    }

    [[nodiscard]] int scale_power(const PlannedSum& sum) const {
        return all_[sum.rescaled ? all_[sum.result].lhs : sum.result].type.scale_power;
    }

    /// The value that a sum has all its terms of.
    [[nodiscard]] static std::optional<std::uint32_t> only_value(const PlannedSum& sum) {
        const std::uint32_t value = sum.terms.front().value;
        const bool only = std::ranges::all_of(sum.terms, [&](const auto& term) { return term.value == value; });
        return only ? std::optional(value) : std::nullopt;
    }

    /// Puts together those that share a rotation with the first, then with the next that is left.
    void split(const Group& group, std::vector<Group>& found) const {
        std::set<std::size_t> left(group.begin(), group.end());
        while (!left.empty()) {
            Group together{*left.begin()};
            left.erase(left.begin());
            for (std::size_t at = 0; at < together.size(); ++at) {
                for (const PlannedTerm& term : sums_[together[at]].terms) {
                    if (!term.rotation) continue;
                    for (const std::size_t other : sums_of_.at(*term.rotation)) {
                        if (left.erase(other) > 0) together.push_back(other);
                    }
                }
            }
            found.push_back(std::move(together));
        }
    }

    [[nodiscard]] Plan::Task make_task(const Group& group) const {
        Plan::Task task;
        const bool rescaled = std::ranges::all_of(group, [&](std::size_t i) { return sums_[i].rescaled; });
        std::set<std::uint32_t> members;
        for (const std::size_t i : group) {
            PlannedSum sum = sums_[i];
            if (sum.rescaled && !rescaled) sum.result = all_[sum.result].lhs;
            sum.rescaled = rescaled;
            add_inner(members, sum);
            for (PlannedTerm& term : sum.terms) {
                keep_outside(term, group);
                if (term.rotation) members.insert(*term.rotation);
                if (term.product) members.insert(*term.product);
            }
            task.sums.push_back(std::move(sum));
        }
        task.instructions.assign(members.begin(), members.end());
        return task;
    }

    void add_inner(std::set<std::uint32_t>& members, const PlannedSum& sum) const {
        members.insert(sum.result);
        std::vector<std::uint32_t> pending{sum.rescaled ? all_[sum.result].lhs : sum.result};
        while (!pending.empty()) {
            const std::uint32_t n = pending.back();
            pending.pop_back();
            members.insert(n);
            for (const std::uint32_t operand : {all_[n].lhs, all_[n].rhs}) {
                if (is_inner(operand)) pending.push_back(operand);
            }
        }
    }

    /// A rotation that others read too is a value like any other, and so is its product with a vector that is encoded
    /// for others anyway.
    void keep_outside(PlannedTerm& term, const Group& group) const {
        if (term.rotation && !is_inside(*term.rotation, group)) term.value = *std::exchange(term.rotation, {});
        if (term.rotation || !term.product) return;
        const auto needed = encoding(program_, all_[*term.product]);
        if (needed && encodings_.at(*needed).size() > 1) term.value = *std::exchange(term.product, {});
    }

    /// Whether a task takes fewer transforms than its instructions one by one; where this depends on other tasks, it
    /// takes the worse for granted.
    [[nodiscard]] bool saves(const Plan::Task& task) const {
        const ckks::CiphertextType& type = all_[task.sums.front().terms.front().value].type;
        const std::size_t limbs = parameters_.limbs(type.level);
        const std::size_t rows = limbs + parameters_.special_primes().size();
        const std::size_t digits = parameters_.digits(type.level);
        std::map<std::uint32_t, std::set<std::uint32_t>> rotations;  // by value
        std::map<Encoding, std::size_t> met;
        std::set<std::uint32_t> values;
        std::size_t saved = 0, spent = 0;
        for (const PlannedSum& sum : task.sums) {
            spent += 2 * rows;
            if (sum.rescaled) saved += 2 * limbs;
            for (const PlannedTerm& term : sum.terms) {
                values.insert(term.value);
                if (term.rotation) rotations[term.value].insert(*term.rotation);
                const auto needed = term.product ? encoding(program_, all_[*term.product]) : std::nullopt;
                if (!needed) continue;
                spent += term.rotation ? rows : limbs;
                if (++met[*needed] == encodings_.at(*needed).size()) saved += limbs;
            }
        }
        for (const auto& [value, turned] : rotations) {
            spent += digits * rows;
            saved += 2 * rows * turned.size();
            if (turned.size() == count_turned(value)) saved += digits * rows;
        }
        return saved > spent && values.size() <= most_values;
    }

    [[nodiscard]] std::size_t count_turned(std::uint32_t value) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(users_[value], [&](std::uint32_t user) { return user != no_user && turns(user); }));
    }

    static constexpr std::uint32_t no_user = ~0U;   // the user of an output
    static constexpr std::size_t most_values = 16;  // that a task keeps alive, where additions could free them

    const ManagedCircuit& program_;
    const std::vector<Instruction>& all_;
    const ckks::Parameters& parameters_;
    std::map<Encoding, std::vector<std::uint32_t>> encodings_;
    std::vector<std::vector<std::uint32_t>> users_;
    std::vector<PlannedSum> sums_;
    std::map<std::uint32_t, std::vector<std::size_t>> sums_of_;  // rotation -> sums, once for each term
};

}  // namespace

std::vector<Plan::Task> find_sums(const ManagedCircuit& program, const ckks::Parameters& parameters) {
    return SumFinder(program, parameters).find();
}

}  // namespace tacit::compile
