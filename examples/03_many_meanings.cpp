// One circuit, many meanings: before any key exists, what a computation needs, how large its values grow, how exact its
// results are and what it costs; then a run on ciphertexts that is checked step by step.
#include <cmath>
#include <complex>
#include <cstdio>
#include <limits>
#include <optional>
#include <vector>

#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/interval.hpp"
#include "tacit/circuit/levels.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/compile/cost.hpp"
#include "tacit/compile/counts.hpp"
#include "tacit/compile/parameters.hpp"
#include "tacit/runtime/debug.hpp"

using namespace tacit;

namespace {

/// The owner's check, with the secret key: every step beside the clear one. Infinite if a step diverges.
double largest_error_on_ciphertexts(const compile::ManagedCircuit& program, const ckks::Parameters& parameters) {
    const auto keys = ckks::generate_keys(parameters, program.key_request());
    const ckks::Encryptor encryptor(keys.secret_key);
    std::vector<std::vector<std::complex<double>>> values(2);
    for (std::size_t i = 0; i < program.slots(); ++i) {
        values[0].emplace_back(std::abs(std::sin(static_cast<double>(i))));
        values[1].emplace_back(0.5 * std::cos(static_cast<double>(i)));
    }
    std::vector<ckks::Ciphertext> encrypted;
    for (std::size_t i = 0; i < 2; ++i) encrypted.push_back(encryptor.encrypt(values[i], program.input_levels()[i]));
    const auto report =
        runtime::debug_execute(program, keys.evaluation_keys, keys.secret_key, std::move(encrypted), values);
    if (report.divergence) {
        std::printf("%s\n", report.divergence->message.c_str());
        return std::numeric_limits<double>::infinity();
    }
    const auto& last = report.steps[program.outputs()[0]];
    std::printf("measured error %.1e, at most %.1e\n", last.deviation, last.largest);
    return last.largest;
}

/// In the clear: results and largest magnitude for pixels that are all 1 and weights that are all 0.5.
double largest_in_the_clear(const circuit::Circuit& circuit) {
    circuit::Plain plain(4, {{1, 1, 1, 1}, {0.5, 0.5, 0.5, 0.5}});
    const auto results = interpret(circuit, plain);
    std::printf("of the largest inputs: %.3f, on the way up to %.3f\n", results[0][0].real(),
                plain.largest_magnitude());
    return results[0][0].real();
}

}  // namespace

int main() {
    // A score: the sum of w x over groups of four slots, and a cubic approximation of the logistic function of it.
    const auto circuit = circuit::trace<2>([](auto x, auto w) {
        auto score = x * w;
        score = score + rotate(score, 1);
        score = score + rotate(score, 2);
        return 0.5 + 0.197 * score - 0.004 * score * score * score;
    });

    // Levels: the weights come at level 6 for another reason, the image where the circuit wants it.
    const auto levels = circuit::levels(circuit, std::vector<std::optional<int>>{std::nullopt, 6});
    std::printf("depth %d; inputs at levels %d and %d\n", levels.depth, levels.inputs[0], levels.inputs[1]);

    // Bounds: pixels in [0, 1], weights in [-0.5, 0.5].
    const std::vector<circuit::Bounds> inputs{{{0, 1}, {}}, {{-0.5, 0.5}, {}}};
    const auto output = circuit.outputs()[0];
    const auto range = circuit::bounds(circuit, inputs)[output.index].real;
    std::printf("results between %.3f and %.3f\n", range.low, range.high);
    if (!range.contains(largest_in_the_clear(circuit))) return 1;

    // Parameters for results exact to 1e-4.
    const auto program = compile::manage(circuit, 4096);
    const auto estimate = compile::estimate_scale(program, inputs, {.precision = 1e-4});
    const auto parameters = ckks::Parameters::create(estimate.spec);
    std::printf("%s; predicted error %.1e\n", parameters.summary().c_str(), estimate.deviation);

    // Work and memory.
    const auto counts = compile::count_operations(compile::Plan(program, parameters), parameters).total();
    const auto memory = compile::predict_memory(program, parameters);
    std::printf("%zu key switches, %zu transforms; keys %.1f MB, ciphertexts %.1f MB at most\n", counts.key_switches(),
                counts.transforms, static_cast<double>(memory.key_bytes) / 1e6,
                static_cast<double>(memory.peak_ciphertext_bytes) / 1e6);

    const double largest_error = largest_error_on_ciphertexts(program, parameters);
    return levels.inputs[1] == 6 && largest_error < 1e-4 ? 0 : 1;
}
