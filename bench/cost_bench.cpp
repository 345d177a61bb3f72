// Predicted and measured time and memory of the training circuits, one JSON object per method: cost_bench [THREADS]
// Fails if a predicted time is off by more than a quarter of the least measured one: to be run on a quiet machine.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "machine.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/compile/cost.hpp"
#include "tacit/compile/counts.hpp"
#include "tacit/learn/training_circuit.hpp"
#include "tacit/runtime/calibrate.hpp"
#include "tacit/runtime/executor.hpp"

namespace {

using namespace tacit;

std::vector<double> measure(const compile::ManagedCircuit& program, const ckks::KeySet& keys) {
    const ckks::Encryptor encryptor(keys.secret_key);
    std::vector<double> seconds;
    for (int round = 0; round < 5; ++round) {
        std::vector<ckks::Ciphertext> inputs;  // the time does not depend on the values
        for (const int level : program.input_levels()) {
            inputs.push_back(encryptor.encrypt(std::vector<double>(program.slots(), 0.01), level));
        }
        const auto start = std::chrono::steady_clock::now();
        static_cast<void>(runtime::execute(program, keys.evaluation_keys, std::move(inputs)));
        seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    std::ranges::sort(seconds);
    return seconds;
}

nlohmann::json report(learn::Method method) {
    const std::size_t slots = method == learn::Method::baseline ? 32768 : 16384;
    const auto training = learn::make_training_circuit(method, {}, slots);
    const auto program = compile::manage(training.lowered.circuit, slots);
    const auto parameters = ckks::Parameters::create({.depth = program.depth(), .min_slots = slots});
    const auto calibration = runtime::calibrate(parameters);
    const double predicted =
        compile::predict_duration(compile::Plan(program, parameters), parameters, calibration).seconds;
    const auto memory = compile::predict_memory(program, parameters);
    const auto keys = ckks::generate_keys(parameters, program.key_request());
    const auto seconds = measure(program, keys);
    return {
        {"machine", machine::name()},
        {"commit", machine::commit()},
        {"method", learn::to_string(method)},
        {"parameters", parameters.summary()},
        {"threads", thread_count()},
        {"predicted_s", predicted},
        {"measured_s_min", seconds.front()},
        {"measured_s_median", seconds[seconds.size() / 2]},
        {"predicted_over_min", predicted / seconds.front()},
        {"predicted_over_median", predicted / seconds[seconds.size() / 2]},
        {"key_bytes_predicted", memory.key_bytes},
        {"key_bytes", keys.evaluation_keys.memory_bytes()},
        {"peak_ciphertext_bytes_predicted", memory.peak_ciphertext_bytes},
        {"transforms", compile::count_operations(compile::Plan(program, parameters), parameters).total().transforms}};
}

}  // namespace

int main(int argc, char** argv) {
    std::optional<ThreadLimit> limit;
    if (argc > 1) limit.emplace(std::stoi(argv[1]));
    bool right = true;
    for (const auto method : {learn::Method::mask_free, learn::Method::low_depth, learn::Method::baseline}) {
        const nlohmann::json found = report(method);
        std::cout << found.dump() << std::endl;
        right &= std::fabs(std::log(found["predicted_over_min"].get<double>())) < std::log(1.25);
    }
    return right ? 0 : 1;
}
