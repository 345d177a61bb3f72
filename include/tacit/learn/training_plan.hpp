#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tacit/base/hash.hpp"
#include "tacit/ckks/keys.hpp"
#include "tacit/ckks/parameters.hpp"
#include "tacit/compile/managed_circuit.hpp"
#include "tacit/learn/training_circuit.hpp"
#include "tacit/tensor/unroll.hpp"

namespace tacit::learn {

/// A training circuit with its levels decided; a function of method, recipe, slots and segment alone, so that customer
/// and service each make it themselves.
struct TrainingPlan {
    TrainingCircuit training;
    compile::ManagedCircuit program;

    /// BLAKE2b-256 over every instruction and every number in it: both sides run the same computation.
    [[nodiscard]] Digest fingerprint() const;
};

/// Throws invalid_argument as make_training_circuit, and for sizes beyond 64 steps, 4096 rows or features.
[[nodiscard]] TrainingPlan make_training_plan(Method method, const TrainingRecipe& recipe, std::size_t slots,
                                              Segment segment);
[[nodiscard]] inline TrainingPlan make_training_plan(Method method, const TrainingRecipe& recipe, std::size_t slots) {
    return make_training_plan(method, recipe, slots, recipe.all_steps());
}

/// The result of an earlier training to go on from, encrypted as the service left it.
struct EncryptedStart {
    std::filesystem::path private_folder{};  ///< of that training: its key, and how its rows were prepared
    std::filesystem::path result_folder{};
    std::string fingerprint{};  ///< of its weights.bin; filled in by generate_job
};

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
    /// Instead of it, a result that is still encrypted.
    std::optional<EncryptedStart> continued{};
    int security_bits = 128;
    int scale_bits = 40;
    /// Steps of a segment. If left out, as many as cost the least predicted time.
    std::optional<int> segment_steps{};
    /// What a refresh costs beside the work on the customer's machine. Ten seconds is a customer who waits for it;
    /// every byte of inputs and states is paid for.
    tensor::Refresh refresh{.round_trip_seconds = 10};
};

/// What a training takes, as predicted by compile::typical_calibration and the sizes of files.
struct TrainingCost {
    double run_seconds = 0;    ///< of the service, all segments
    double total_seconds = 0;  ///< with refreshes, sending all that travels, and reading it, the keys once
    std::uint64_t key_bytes = 0;
    std::uint64_t input_bytes = 0;  ///< all segments
    std::uint64_t state_bytes = 0;  ///< all states, there and back
};

struct PlannedTraining {
    std::vector<TrainingPlan> segments;  ///< one after the other, with a refresh between each and the next
    ckks::Parameters parameters;         ///< of all of them
    TrainingCost cost{};
    /// Keys with which every segment can run.
    [[nodiscard]] ckks::KeyRequest key_request() const;
};

/// The plans for the smallest ring that is secure at the depth of the circuits and holds them. A training of few steps
/// is one circuit; of more, segments, as long as choice.segment_steps says or takes the least predicted time: longer
/// ones need fewer refreshes, deeper circuits and larger inputs. The baseline has one segment. Throws invalid_argument,
/// and insecure_parameters if no ring is large enough. Cost: below a second for each length looked at and each segment.
[[nodiscard]] PlannedTraining plan_training(const TrainingChoice& choice);

}  // namespace tacit::learn
