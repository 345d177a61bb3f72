#pragma once

#include <cstddef>
#include <vector>

#include "tacit/learn/recipe.hpp"

namespace tacit::learn {

/// The loop of a recipe, written once for all its meanings. `Vector` has +, - and a product with a number;
/// `gradient(t, v)` is Z^T s(Z v) for the minibatch Z of step t.
template <class Vector, class Gradient>
Vector training_loop(const TrainingRecipe& recipe, const Vector& start, const Gradient& gradient) {
    const std::vector<double> etas = recipe.momentum();
    Vector v = start;
    Vector w = start;
    for (int t = 0; t < recipe.steps(); ++t) {
        const double eta = etas[static_cast<std::size_t>(t)];
        const double kept = 1 - recipe.rate(t) * recipe.ridge;
        const Vector next = (kept == 1 ? v : kept * v) + recipe.step(t) * gradient(t, v);
        v = eta == 0 ? next : (1 - eta) * next + eta * w;
        w = next;
    }
    return w;
}

}  // namespace tacit::learn
