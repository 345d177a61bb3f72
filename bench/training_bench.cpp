// Trains the embedded MNIST by all methods in one process, interleaved in five rounds, and prints one JSON object per
// method: training_bench [THREADS]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/stopwatch.hpp"
#include "machine.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/compile/managed_circuit.hpp"
#include "tacit/learn/clear_training.hpp"
#include "tacit/learn/metrics.hpp"
#include "tacit/learn/training_circuit.hpp"
#include "tacit/runtime/executor.hpp"

namespace {

using namespace tacit;

/// Everything that one method needs, ready to train again and again.
struct Prepared {
    learn::TrainingCircuit training;
    compile::ManagedCircuit program;
    ckks::Parameters parameters;
    ckks::KeySet keys;
    std::vector<ckks::Ciphertext> inputs;
    std::vector<double> seconds;
    double relative_error = 0;
};

Prepared prepare(learn::Method method, const learn::TrainingRecipe& recipe,
                 std::span<const learn::Minibatch> minibatches) {
    const std::size_t slots = method == learn::Method::baseline ? 32768 : 16384;
    auto training = learn::make_training_circuit(method, recipe, slots);
    auto program = compile::manage(training.lowered.circuit, slots);
    const auto parameters = ckks::Parameters::create({.depth = program.depth(), .min_slots = slots});
    auto keys = ckks::generate_keys(parameters, program.key_request());
    const ckks::Encryptor encryptor(keys.secret_key);
    std::vector<ckks::Ciphertext> inputs;
    learn::InputPacker pack(training, minibatches);
    for (std::size_t i = 0; i < pack.count(); ++i) {
        inputs.push_back(encryptor.encrypt(pack(i), program.input_levels()[i]));
    }
    return {std::move(training), std::move(program), parameters, std::move(keys), std::move(inputs), {}, 0};
}

void train(Prepared& method, const std::vector<double>& expected) {
    std::vector<ckks::Ciphertext> inputs;
    for (const auto& input : method.inputs) inputs.push_back(input.clone());
    const auto start = SteadyClock::now();
    const auto outputs = runtime::execute(method.program, method.keys.evaluation_keys, std::move(inputs));
    method.seconds.push_back(seconds_since(start));
    const ckks::Decryptor decryptor(method.keys.secret_key);
    std::vector<learn::ComplexSlots> decrypted;
    for (const auto& output : outputs) decrypted.push_back(decryptor.decrypt_complex(output));
    const auto weights = learn::extract_weights(method.training, decrypted);
    double error = 0, largest = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        error = std::max(error, std::fabs(weights[i] - expected[i]));
        largest = std::max(largest, std::fabs(expected[i]));
    }
    method.relative_error = error / largest;
}

nlohmann::json report(const Prepared& m) {
    return {{"machine", machine::name()},
            {"commit", machine::commit()},
            {"method", learn::to_string(m.training.method)},
            {"depth", m.program.depth()},
            {"parameters", m.parameters.summary()},
            {"threads", thread_count()},
            {"train_s_min", *std::ranges::min_element(m.seconds)},
            {"train_s", m.seconds},
            {"rotations", m.program.count(compile::Step::rotate)},
            {"relinearisations", m.program.count(compile::Step::relinearize_rescale)},
            {"products", m.program.count(compile::Step::mul)},
            {"rotation_keys", m.program.key_request().rotations.size()},
            {"inputs", m.training.lowered.inputs.size()},
            {"key_bytes", m.keys.evaluation_keys.memory_bytes()},
            {"relative_error", m.relative_error}};
}

}  // namespace

int main(int argc, char** argv) {
    std::optional<ThreadLimit> limit;
    if (argc > 1) limit.emplace(std::stoi(argv[1]));
    const auto split = learn::embedded_mnist();
    const learn::TrainingRecipe recipe;
    const auto standardiser = learn::fit_standardiser(split.training);
    const auto minibatches = learn::draw_minibatches(learn::standardised(split.training, standardiser), recipe, 1);
    const auto expected = learn::train_clear(minibatches, recipe).weights;
    std::vector<Prepared> methods;
    for (const auto method : {learn::Method::mask_free, learn::Method::low_depth, learn::Method::baseline}) {
        methods.push_back(prepare(method, recipe, minibatches));
    }
    for (int round = 0; round < 5; ++round) {  // interleaved, so that all methods meet the same machine
        for (Prepared& method : methods) train(method, expected);
    }
    for (const Prepared& method : methods) std::cout << report(method).dump() << std::endl;
}
