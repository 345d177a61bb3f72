#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <random>
#include <utility>
#include <vector>

#include "tacit/circuit/builder.hpp"
#include "tacit/circuit/circuit.hpp"

namespace tacit::circuit {

/// What random circuits keep to.
struct RandomLimits {
    double magnitude = 1e6;  ///< of every value, for inputs in the unit disc
    int depth = 7;
    bool refreshes = false;  ///< among the operations
};

/// Draws circuits with every operation, shared and unshared values, dead code, special constants and
/// several outputs, within limits, so that results can be compared with a tolerance. The one generator of
/// the tests of circuits, compiler and executor.
class RandomCircuit {
public:
    explicit RandomCircuit(std::uint64_t seed, const RandomLimits& limits = {}) : random_(seed), limits_(limits) {}

    Circuit draw(std::size_t operations) {
        for (std::size_t i = 0; i < input_count; ++i) note(builder_.input(), 1, 0);
        while (operations-- > 0) step();
        const std::size_t outputs = 1 + below(3);
        for (std::size_t i = 0; i < outputs; ++i) builder_.output(pick().value);
        return std::move(builder_).finish();
    }

    static constexpr std::size_t input_count = 3;

private:
    struct Known {
        ValueId value;
        double bound = 0;
        int depth = 0;
    };

    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }
    void note(ValueId value, double bound, int depth) { known_.push_back({value, bound, depth}); }

    /// Mostly a recent value, so that chains form.
    Known pick() {
        const std::size_t recent = std::min<std::size_t>(known_.size(), 4);
        return below(3) > 0 ? known_[known_.size() - 1 - below(recent)] : known_[below(known_.size())];
    }

    void constant() {
        static constexpr double special[] = {0, 1, -1, -0.0, 2, 0.5, -3, 0.1};
        const auto any = [this] { return special[below(std::size(special))]; };
        std::vector<double> values(std::size_t{1} << below(3));
        for (double& value : values) value = any();
        note(builder_.constant(values), 3, 0);
    }

    void step() {
        const Known a = pick(), b = pick();
        switch (below(limits_.refreshes ? 12 : 11)) {
            case 0: constant(); break;
            case 1: note(builder_.negate(a.value), a.bound, a.depth); break;
            case 2: note(builder_.rotate(a.value, static_cast<std::int32_t>(below(19)) - 9), a.bound, a.depth); break;
            case 3: note(builder_.conjugate(a.value), a.bound, a.depth); break;
            case 11: note(builder_.refresh(a.value), a.bound, 0); break;
            case 4:
            case 5:
            case 6: sum(a, b); break;
            default: product(a, b); break;
        }
    }

    void sum(const Known& a, const Known& b) {
        if (a.bound + b.bound > limits_.magnitude) return;
        const ValueId value = below(2) == 0 ? builder_.add(a.value, b.value) : builder_.sub(a.value, b.value);
        note(value, a.bound + b.bound, std::max(a.depth, b.depth));
    }

    void product(const Known& a, const Known& b) {
        const int depth = std::max(a.depth, b.depth) + 1;
        if (a.bound * b.bound > limits_.magnitude || depth > limits_.depth) return;
        note(builder_.mul(a.value, b.value), a.bound * b.bound, depth);
    }

    std::mt19937_64 random_;
    RandomLimits limits_;
    Builder builder_;
    std::vector<Known> known_;
};

}  // namespace tacit::circuit
