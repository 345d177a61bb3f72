#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "tacit/learn/recipe.hpp"

namespace tacit::learn {

/// What a step goes on from.
template <class Vector>
struct LoopState {
    Vector w;
    Vector v;
};

/// The loop of a recipe, written once for all its meanings: some of its steps. `Vector` has +, - and a product with a
/// number; `gradient(t, v)` is Z^T s(Z v) for the minibatch Z of step t.
template <class Vector, class Gradient>
LoopState<Vector> training_steps(const TrainingRecipe& recipe, Segment segment, LoopState<Vector> state,
                                 const Gradient& gradient) {
    const std::vector<double> etas = recipe.momentum();
    for (int t = segment.first; t < segment.first + segment.steps; ++t) {
        const double eta = etas[static_cast<std::size_t>(t)];
        const double kept = 1 - recipe.rate(t) * recipe.ridge;
        const Vector next = (kept == 1 ? state.v : kept * state.v) + recipe.step(t) * gradient(t, state.v);
        state.v = eta == 0 ? next : (1 - eta) * next + eta * state.w;
        state.w = next;
    }
    return state;
}

/// All of its steps, and the weights after them.
template <class Vector, class Gradient>
Vector training_loop(const TrainingRecipe& recipe, const Vector& start, const Gradient& gradient) {
    return training_steps(recipe, recipe.all_steps(), LoopState<Vector>{start, start}, gradient).w;
}

}  // namespace tacit::learn
