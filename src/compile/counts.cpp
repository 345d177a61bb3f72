#include "tacit/compile/counts.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "tacit/compile/interpret.hpp"

namespace tacit::compile {

std::vector<std::uint32_t> last_uses(const ManagedCircuit& program) {
    const auto& instructions = program.instructions();
    std::vector<std::uint32_t> last(instructions.size());
    for (std::uint32_t n = 0; n < instructions.size(); ++n) {
        last[n] = n;
        if (operand_count(instructions[n].step) > 0) last[instructions[n].lhs] = n;
        if (operand_count(instructions[n].step) > 1) last[instructions[n].rhs] = n;
    }
    for (const std::uint32_t output : program.outputs()) last[output] = static_cast<std::uint32_t>(last.size());
    return last;
}

namespace {

/// The type of the ciphertext that a step starts from.
const ckks::CiphertextType& start(const ManagedCircuit& program, const Instruction& i) {
    return operand_count(i.step) == 0 ? i.type : program.instructions()[i.lhs].type;
}

void count(LevelCounts& counts, Step step) {
    switch (step) {
        case Step::input:
        case Step::zero: break;
        case Step::add:
        case Step::sub:
        case Step::add_constant: ++counts.additions; break;
        case Step::negate: ++counts.negations; break;
        case Step::mul: ++counts.products; break;
        case Step::mul_constant:
        case Step::mul_integer: ++counts.constant_products; break;
        case Step::relinearize_rescale:
            ++counts.relinearizations;
            ++counts.rescalings;
            break;
        case Step::rescale: ++counts.rescalings; break;
        case Step::drop_level: ++counts.level_drops; break;
        case Step::rotate: ++counts.rotations; break;
        case Step::conjugate: ++counts.conjugations; break;
        case Step::refresh: ++counts.refreshes; break;
    }
}

std::size_t rows_with_special(const ckks::Parameters& parameters, int level) {
    return parameters.limbs(level) + parameters.special_primes().size();
}

std::size_t transforms_of(const ManagedCircuit& program, const ckks::Parameters& parameters, const Instruction& i) {
    const ckks::CiphertextType& from = start(program, i);
    const std::size_t limbs = parameters.limbs(from.level);
    switch (i.step) {
        case Step::relinearize_rescale:
        case Step::rotate:
        case Step::conjugate:
            // L inverse for the digits, their residues modulo the other primes, two divisions of L + k rows.
            return (parameters.digits(from.level) + 2) * rows_with_special(parameters, from.level);
        case Step::rescale: return (static_cast<std::size_t>(from.degree) + 1) * limbs;
        case Step::drop_level: return (static_cast<std::size_t>(from.degree) + 1) * parameters.limbs(i.type.level + 1);
        case Step::add_constant:
        case Step::mul_constant:
        case Step::mul_integer:
        case Step::input:
        case Step::zero:
        case Step::add:
        case Step::sub:
        case Step::negate:
        case Step::mul:
        case Step::refresh: break;
    }
    return 0;
}

nlohmann::ordered_json json(const LevelCounts& c) {
    return {{"products", c.products},           {"constant_products", c.constant_products},
            {"additions", c.additions},         {"negations", c.negations},
            {"key_switches", c.key_switches()}, {"relinearizations", c.relinearizations},
            {"rotations", c.rotations},         {"conjugations", c.conjugations},
            {"rescalings", c.rescalings},       {"level_drops", c.level_drops},
            {"refreshes", c.refreshes},         {"transforms", c.transforms}};
}

}  // namespace

LevelCounts& LevelCounts::operator+=(const LevelCounts& other) noexcept {
    for (auto field :
         {&LevelCounts::products, &LevelCounts::constant_products, &LevelCounts::additions, &LevelCounts::negations,
          &LevelCounts::relinearizations, &LevelCounts::rotations, &LevelCounts::conjugations, &LevelCounts::rescalings,
          &LevelCounts::level_drops, &LevelCounts::refreshes, &LevelCounts::transforms}) {
        this->*field += other.*field;
    }
    return *this;
}

LevelCounts CountsByLevel::total() const noexcept {
    LevelCounts sum;
    for (const LevelCounts& level : levels) sum += level;
    return sum;
}

CountsByLevel count_operations(const ManagedCircuit& program) {
    CountsByLevel counts;
    counts.levels.resize(static_cast<std::size_t>(program.depth()) + 1);
    for (const Instruction& i : program.instructions()) {
        count(counts.levels[static_cast<std::size_t>(start(program, i).level)], i.step);
    }
    return counts;
}

CountsByLevel count_operations(const Plan& plan, const ckks::Parameters& parameters) {
    const ManagedCircuit& program = plan.program();
    CountsByLevel counts = count_operations(program);
    const std::vector<std::size_t> of_each = transforms(plan, parameters);
    for (std::size_t n = 0; n < of_each.size(); ++n) {
        counts.levels[static_cast<std::size_t>(start(program, program.instructions()[n]).level)].transforms +=
            of_each[n];
    }
    return counts;
}

std::optional<Encoding> encoding(const ManagedCircuit& program, const Instruction& instruction) {
    const bool sum = instruction.step == Step::add_constant;
    if (!sum && instruction.step != Step::mul_constant) return std::nullopt;
    if (program.circuit().constant(instruction.attribute).size() == 1) return std::nullopt;
    const ckks::CiphertextType& operand = program.instructions()[instruction.lhs].type;
    return Encoding{instruction.attribute, operand.level, sum ? operand.scale_power : 1};
}

std::map<Encoding, std::vector<std::uint32_t>> encodings(const ManagedCircuit& program) {
    std::map<Encoding, std::vector<std::uint32_t>> found;
    for (std::uint32_t n = 0; n < program.instructions().size(); ++n) {
        if (const auto needed = encoding(program, program.instructions()[n])) found[*needed].push_back(n);
    }
    return found;
}

std::map<Encoding, std::vector<std::uint32_t>> encodings(const Plan& plan) {
    std::map<Encoding, std::vector<std::uint32_t>> found;
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        if (!plan.task(task).sums.empty()) continue;
        for (const std::uint32_t n : plan.task(task).instructions) {
            if (const auto needed = encoding(plan.program(), plan.program().instructions()[n])) {
                found[*needed].push_back(n);
            }
        }
    }
    return found;
}

namespace {

/// The transforms of sums with one division by P.
void count_sums(std::vector<std::size_t>& found, const Plan& plan, std::size_t task,
                const ckks::Parameters& parameters) {
    const auto& all = plan.program().instructions();
    std::set<std::uint32_t> decomposed;
    for (const PlannedSum& sum : plan.task(task).sums) {
        const int level = all[sum.terms.front().value].type.level;
        const std::size_t rows = rows_with_special(parameters, level);
        found[sum.result] += 2 * rows;
        for (const PlannedTerm& term : sum.terms) {
            if (term.rotation && decomposed.insert(term.value).second) {
                found[*term.rotation] += parameters.digits(level) * rows;
            }
            if (term.product && encoding(plan.program(), all[*term.product])) {
                found[*term.product] += term.rotation ? rows : parameters.limbs(level);
            }
        }
    }
}

}  // namespace

std::vector<std::size_t> transforms(const Plan& plan, const ckks::Parameters& parameters) {
    std::vector<std::size_t> found(plan.program().instructions().size());
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        if (!plan.task(task).sums.empty()) {
            count_sums(found, plan, task, parameters);
            continue;
        }
        const auto& members = plan.task(task).instructions;
        for (const std::uint32_t n : members) {
            const Instruction& i = plan.program().instructions()[n];
            found[n] = n == members.front() ? transforms_of(plan.program(), parameters, i)
                                            : 2 * rows_with_special(parameters, i.type.level);
        }
    }
    for (const auto& [needed, users] : encodings(plan)) found[users.front()] += parameters.limbs(needed.level);
    return found;
}

std::string to_json(const CountsByLevel& counts) {
    nlohmann::ordered_json out{
        {"format", "tacit operation counts"}, {"version", 1}, {"levels", nlohmann::json::array()}};
    for (std::size_t level = 0; level < counts.levels.size(); ++level) {
        nlohmann::ordered_json line{{"level", level}};
        line.update(json(counts.levels[level]));
        out["levels"].push_back(std::move(line));
    }
    out["total"] = json(counts.total());
    return out.dump();
}

}  // namespace tacit::compile
