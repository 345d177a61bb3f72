// The mean and the variance of salaries that nobody but their owner reads.
//
// The service gets ciphertexts, evaluation keys and the circuit below; it never holds the secret key.
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/passes.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/runtime/executor.hpp"

using namespace tacit;

namespace {

constexpr int people = 8;

// The sum over all slots, in every slot: log2(people) rotations. Works on anything with + and rotate.
template <class T>
T sum(T x) {
    for (int steps = 1; steps < people; steps *= 2) x = x + rotate(x, steps);
    return x;
}

}  // namespace

int main() {
    // Written once: the mean, and the mean of the squared distances from it.
    const auto circuit = circuit::optimise(circuit::trace<1>([](auto x) {
        const auto mean = sum(x) * (1.0 / people);
        const auto distance = x - mean;
        return std::array{mean, sum(distance * distance) * (1.0 / people)};
    }));
    const auto program = compile::manage(circuit, 8192);

    // The owner: keys for exactly this program, salaries in thousands, repeated over all slots.
    const auto parameters = ckks::Parameters::create({.depth = program.depth(), .log_ring_dimension = 14});
    const auto keys = ckks::generate_keys(parameters, program.key_request());
    const std::array<double, people> salaries = {4.1, 3.9, 7.2, 5.0, 4.4, 6.1, 3.3, 5.5};
    std::vector<ckks::Ciphertext> inputs;
    inputs.push_back(ckks::Encryptor(keys.secret_key).encrypt(salaries, program.input_levels()[0]));

    // The service.
    const auto results = runtime::execute(program, keys.evaluation_keys, std::move(inputs));

    // The owner again.
    const ckks::Decryptor decryptor(keys.secret_key);
    const double mean = decryptor.decrypt(results[0], 1)[0];
    const double variance = decryptor.decrypt(results[1], 1)[0];
    std::printf("%s\nmean %.4f, variance %.4f\n", parameters.summary().c_str(), mean, variance);
    return std::abs(mean - 4.9375) < 1e-4 && std::abs(variance - 1.442344) < 1e-4 ? 0 : 1;
}
