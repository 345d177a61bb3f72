// Train a logistic regression on data that the trainer cannot read, in one process.
//
// The program `tacit` does the same with processes and files (tacit/learn/roles.hpp); here are the pieces it is made
// of, on a small recipe: two steps of 32 images of handwritten 3 and 8.

#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/keys.hpp"
#include "tacit/learn/clear_training.hpp"
#include "tacit/learn/metrics.hpp"
#include "tacit/learn/training_plan.hpp"
#include "tacit/runtime/executor.hpp"

using namespace tacit;

/// The customer encrypts every input of the circuit at the level where the circuit wants it.
std::vector<ckks::Ciphertext> encrypt_inputs(const learn::TrainingPlan& plan, const ckks::SecretKey& key,
                                             std::span<const learn::Minibatch> minibatches) {
    const ckks::Encryptor encryptor(key);
    std::vector<ckks::Ciphertext> inputs;
    learn::InputPacker pack(plan.training, minibatches);
    for (std::size_t i = 0; i < pack.count(); ++i) {
        inputs.push_back(encryptor.encrypt(pack(i), plan.program.input_levels()[i]));
    }
    return inputs;
}

/// The customer decrypts the outputs and picks the weights out of the slots.
std::vector<double> decrypt_weights(const learn::TrainingPlan& plan, const ckks::SecretKey& key,
                                    std::span<const ckks::Ciphertext> outputs) {
    const ckks::Decryptor decryptor(key);
    std::vector<learn::ComplexSlots> slots;
    for (const auto& output : outputs) slots.push_back(decryptor.decrypt_complex(output));
    return learn::extract_weights(plan.training, slots);
}

int main() {
    // What is trained, and by which circuit. The mask-free one is 2k - 1 levels deep for k steps: 3 here.
    learn::TrainingChoice choice{.method = learn::Method::mask_free};
    choice.recipe.minibatches = 2;
    choice.recipe.minibatch_size = 32;
    const learn::PlannedTraining planned = learn::plan_training(choice);
    const learn::TrainingPlan& plan = planned.segments.front();  // two steps are one circuit
    const ckks::Parameters& parameters = planned.parameters;
    std::printf("%s\n", parameters.summary().c_str());

    // The customer standardises the images by the training rows, and draws the minibatches.
    const learn::DataSplit data = learn::embedded_mnist();
    const learn::Standardiser standardiser = learn::fit_standardiser(data.training);
    const auto minibatches =
        learn::draw_minibatches(learn::standardised(data.training, standardiser), choice.recipe, /*seed=*/1);

    // Keys for exactly the rotations of this circuit.
    const ckks::KeySet keys = ckks::generate_keys(parameters, plan.program.key_request());
    std::vector<ckks::Ciphertext> inputs = encrypt_inputs(plan, keys.secret_key, minibatches);

    // The service runs the circuit. It has the evaluation keys and ciphertexts, nothing else.
    const auto outputs = runtime::execute(plan.program, keys.evaluation_keys, std::move(inputs));

    // The clear twin takes the same steps with the same polynomial on plain numbers. The models must agree.
    const auto weights = decrypt_weights(plan, keys.secret_key, outputs);
    const auto expected = learn::train_clear(minibatches, choice.recipe).weights;
    double largest_error = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        largest_error = std::fmax(largest_error, std::fabs(weights[i] - expected[i]));
    }
    const auto held_out = learn::standardised(data.held_out, standardiser);
    const double accuracy = learn::accuracy(learn::scores(held_out, weights), held_out.labels);
    std::printf("%.1f %% of %zu held-out images right; largest weight error %.1e\n", 100 * accuracy, held_out.rows(),
                largest_error);
    return largest_error < 1e-3 && accuracy > 0.9 ? 0 : 1;
}
