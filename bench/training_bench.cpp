// Trains all methods on the embedded MNIST in one process and prints one JSON object per method.
#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <iostream>

#include "tacit/base/parallel.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/compile/managed_circuit.hpp"
#include "tacit/logreg/clear_training.hpp"
#include "tacit/logreg/metrics.hpp"
#include "tacit/logreg/training_circuit.hpp"
#include "tacit/runtime/executor.hpp"

namespace {

using namespace tacit;

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

nlohmann::json measure(logreg::Method method, const TrainingRecipe& recipe, std::span<const Minibatch> minibatches, const std::vector<double>& expected) {
    const std::size_t slots = method == logreg::Method::baseline ? 32768 : 16384;
    const auto training = logreg::make_training_circuit(method, recipe, slots);
    const auto program = compile::manage(training.circuit, slots);
    const auto parameters = ckks::Parameters::create({.depth = program.depth(), .min_slots = slots});
    auto start = std::chrono::steady_clock::now();
    const auto keys = ckks::generate_keys(parameters, program.key_request());
    const double keygen = seconds_since(start);
    start = std::chrono::steady_clock::now();
    const ckks::Encryptor encryptor(keys.secret_key);
    std::vector<ckks::Ciphertext> inputs;
    for (std::size_t i = 0; i < training.inputs.size(); ++i) {
        inputs.push_back(encryptor.encrypt(logreg::training_input(training.inputs[i], minibatches), program.input_levels()[i]));
    }
    const double encrypt = seconds_since(start);
    start = std::chrono::steady_clock::now();
    const auto outputs = runtime::execute(program, keys.evaluation_keys, std::move(inputs));
    const double train = seconds_since(start);
    const ckks::Decryptor decryptor(keys.secret_key);
    std::vector<std::vector<double>> decrypted;
    for (const auto& output : outputs) decrypted.push_back(decryptor.decrypt(output));
    const auto weights = logreg::extract_weights(training, decrypted);
    double error = 0, largest = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        error = std::max(error, std::fabs(weights[i] - expected[i]));
        largest = std::max(largest, std::fabs(expected[i]));
    }
    return {{"method", logreg::to_string(method)}, {"depth", program.depth()}, {"parameters", parameters.summary()},
            {"keygen_s", keygen}, {"encrypt_s", encrypt}, {"train_s", train}, {"threads", thread_count()},
            {"rotations", program.count(compile::Step::rotate)}, {"key_switches", program.count(compile::Step::relinearize_rescale)},
            {"products", program.count(compile::Step::mul)}, {"rotation_keys", program.key_request().rotations.size()},
            {"inputs", training.inputs.size()}, {"key_bytes", keys.evaluation_keys.memory_bytes()}, {"relative_error", error / largest}};
}

}  // namespace

int main() {
    const auto split = embedded_mnist();
    const TrainingRecipe recipe;
    const auto standardiser = fit_standardiser(split.training);
    const auto minibatches = draw_minibatches(standardised(split.training, standardiser), recipe, 1);
    const auto expected = train_clear(minibatches, recipe).weights;
    for (const auto method : {logreg::Method::mask_free, logreg::Method::low_depth, logreg::Method::baseline}) {
        std::cout << measure(method, recipe, minibatches, expected).dump() << std::endl;
    }
}
