#include "linalg/slot_map.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>
#include <set>

namespace tacit::linalg {

namespace {

std::ptrdiff_t remainder(std::ptrdiff_t shift, std::ptrdiff_t modulus) { return (shift % modulus + modulus) % modulus; }

/// How shifts are split: shift = giant + baby with 0 <= baby < giant_step and giant a multiple of giant_step.
struct Split {
    std::ptrdiff_t giant_step = 1;
    double cost = 0;
};

template <class Diagonals>
Split cheapest_split(const Diagonals& diagonals) {
    std::ptrdiff_t unit = 0;
    std::ptrdiff_t widest = 1;
    for (const auto& [key, values] : diagonals) {
        unit = std::gcd(unit, key.second);
        widest = std::max(widest, std::abs(key.second));
    }
    unit = std::max<std::ptrdiff_t>(unit, 1);
    std::optional<Split> best;
    for (std::ptrdiff_t step = unit; step <= 2 * widest + unit; step *= 2) {
        std::set<std::pair<std::size_t, std::ptrdiff_t>> babies;
        std::set<std::ptrdiff_t> giants;
        for (const auto& [key, values] : diagonals) {
            const std::ptrdiff_t baby = remainder(key.second, step);
            if (baby != 0) babies.emplace(key.first, baby);
            if (baby != key.second) giants.insert(key.second - baby);
        }
        const double cost = baby_step_cost * static_cast<double>(babies.size()) + static_cast<double>(giants.size());
        if (!best || cost < best->cost) best = Split{step, cost};
    }
    return *best;
}

/// `values` rotated by `steps` to the right.
std::vector<double> rotated_right(const std::vector<double>& values, std::ptrdiff_t steps) {
    std::vector<double> result(values.size());
    const auto split =
        values.size() - static_cast<std::size_t>(remainder(steps, static_cast<std::ptrdiff_t>(values.size())));
    std::ranges::rotate_copy(values, values.begin() + static_cast<std::ptrdiff_t>(split % values.size()),
                             result.begin());
    return result;
}

}  // namespace

void SlotMap::add_at(std::size_t source, std::ptrdiff_t shift, std::size_t to, double weight, std::size_t count) {
    if (weight == 0) return;
    if (last_ == nullptr || last_->first != std::pair{source, shift}) {
        last_ = &*diagonals_.try_emplace({source, shift}, slots_).first;
    }
    for (std::size_t i = to; i < to + count; ++i) last_->second[i] += weight;
}

void SlotMap::add(std::size_t source, std::size_t from, std::size_t to, double weight, std::size_t count) {
    add_at(source, static_cast<std::ptrdiff_t>(from) - static_cast<std::ptrdiff_t>(to), to, weight, count);
}

void SlotMap::add_periodic(std::size_t period, std::size_t source, std::size_t from, std::size_t to, double weight,
                           std::size_t count) {
    const auto shift = static_cast<std::ptrdiff_t>(from) - static_cast<std::ptrdiff_t>(to);
    add_at(source, remainder(shift, static_cast<std::ptrdiff_t>(period)), to, weight, count);
}

SlotMap::Diagonals SlotMap::cyclic() const {
    Diagonals merged;
    for (const auto& [key, values] : diagonals_) {
        std::vector<double>& diagonal = merged[{key.first, remainder(key.second, static_cast<std::ptrdiff_t>(slots_))}];
        diagonal.resize(slots_);
        std::ranges::transform(diagonal, values, diagonal.begin(), std::plus<>());
    }
    return merged;
}

Expr SlotMap::apply(std::span<const Expr> sources, const Writer& write) const {
    if (diagonals_.empty()) return write.mul(sources.front(), std::vector{0.0});
    // Shifts that are taken modulo the number of slots may coincide, or lose the common factor that makes steps few.
    const Diagonals merged = cyclic();
    const bool as_added = cheapest_split(diagonals_).cost <= cheapest_split(merged).cost;
    const Diagonals& diagonals = as_added ? diagonals_ : merged;
    const std::ptrdiff_t step = cheapest_split(diagonals).giant_step;
    std::map<std::ptrdiff_t, std::vector<Expr>> terms;  // by giant step
    for (const auto& [key, values] : diagonals) {
        const std::ptrdiff_t baby = remainder(key.second, step);
        const std::ptrdiff_t giant = key.second - baby;
        const Expr turned = write.rotate(sources[key.first], baby);
        terms[giant].push_back(write.mul(turned, rotated_right(values, giant)));
    }
    std::vector<Expr> parts;
    for (const auto& [giant, products] : terms) parts.push_back(write.rotate(write.sum(products), giant));
    return write.sum(parts);
}

}  // namespace tacit::linalg
