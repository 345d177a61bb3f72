#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "tacit/base/hash.hpp"
#include "tacit/ckks/parameters.hpp"
#include "tacit/compile/managed_circuit.hpp"
#include "tacit/learn/training_circuit.hpp"

namespace tacit::learn {

/// A training circuit with its levels decided; a function of method, recipe and slots alone, so that customer and
/// service each make it themselves.
struct TrainingPlan {
    TrainingCircuit training;
    compile::ManagedCircuit program;

    /// BLAKE2b-256 over every instruction and every number in it: both sides run the same computation.
    [[nodiscard]] Digest fingerprint() const;
};

/// Throws invalid_argument as make_training_circuit, and for sizes beyond 64 steps, 4096 rows or features.
[[nodiscard]] TrainingPlan make_training_plan(Method method, const TrainingRecipe& recipe, std::size_t slots);

/// What the customer decides; the parameters follow.
struct TrainingChoice {
    Method method = Method::mask_free;
    TrainingRecipe recipe{};
    /// One minibatch of all training rows; minibatches, minibatch_size and zero_rows then follow from the data.
    bool full_batch = false;
    /// If given, the sigmoid is fitted by this degree on the smallest of [-4, 4], 6, 8, 12, 16, ..., 64 that the clear
    /// training with the exact sigmoid stays in; the service learns which. Otherwise it is recipe.sigmoid.
    std::optional<int> sigmoid_degree{};
    /// A model.json to start from; empty: from zero. See warm starts in docs/training.md.
    std::filesystem::path start{};
    int security_bits = 128;
    int scale_bits = 40;
};

struct PlannedTraining {
    TrainingPlan plan;
    ckks::Parameters parameters;
};

/// The plan for the smallest ring that is secure at the depth of the circuit and holds it. Throws invalid_argument, and
/// insecure_parameters if no ring is large enough.
[[nodiscard]] PlannedTraining plan_training(const TrainingChoice& choice);

}  // namespace tacit::learn
