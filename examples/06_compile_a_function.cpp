// From a function to a result under encryption, with every step that the compiler takes in view:
// fit a polynomial, write a circuit, improve it, decide its levels, choose parameters and keys, plan, run.

#include <cmath>
#include <cstdio>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/passes.hpp"
#include "tacit/circuit/polynomial.hpp"
#include "tacit/circuit/rotations.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/keys.hpp"
#include "tacit/compile/plan.hpp"
#include "tacit/compile/text.hpp"
#include "tacit/polynomial/fit.hpp"
#include "tacit/runtime/executor.hpp"

using namespace tacit;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

constexpr std::size_t features = 8;

/// A score, sigmoid(<w, x>), in every slot. A sum over 8 slots is three doublings.
circuit::Circuit write_circuit(const polynomial::Polynomial& approximate_sigmoid) {
    const circuit::Circuit written = circuit::trace<2>([&](auto x, auto w) {
        auto sum = x * w;
        for (int steps = 1; steps < static_cast<int>(features); steps *= 2) sum += rotate(sum, steps);
        return evaluate(approximate_sigmoid, sum);
    });
    circuit::Circuit better = circuit::optimise(written);
    std::printf("depth %d, %zu products of encrypted values, %zu rotations\n", circuit::depth(better),
                circuit::operation_count(better).products(), circuit::operation_count(better).rotations());
    return better;
}

/// Levels, scales and relinearisations, with two rotation keys instead of three, as they are large: a rotation by 4
/// becomes two rotations by 2.
compile::ManagedCircuit decide_levels(const circuit::Circuit& circuit) {
    const auto uses = circuit::rotation_uses(circuit, features);
    const auto keys = circuit::choose_rotation_keys(uses, features, 2);
    std::printf("%zu rotation keys instead of %zu, %zu rotations\n", keys.steps.size(), uses.size(), keys.rotations);
    compile::ManagedCircuit program = compile::manage(circuit::use_rotation_keys(circuit, features, keys), features);
    const std::string text = compile::print(program);  // the text form shows every type
    std::printf("%s...\n", text.substr(text.find("instructions"), 300).c_str());
    return program;
}

/// Encrypts, runs and decrypts. Eight slots are few: the vectors repeat over all that there are.
double run(const compile::ManagedCircuit& program, const std::vector<double>& x, const std::vector<double>& w) {
    const auto parameters = ckks::Parameters::create(
        {.depth = program.depth(), .scale_bits = 45, .integer_bits = 9, .min_slots = program.slots()});
    std::printf("%s\n", parameters.summary().c_str());
    const compile::Plan plan(program, parameters);
    std::printf("%zu instructions in %zu tasks, at most %zu ciphertexts at once\n", program.instructions().size(),
                plan.tasks(), plan.most_alive());

    const ckks::KeySet keys = ckks::generate_keys(parameters, program.key_request());
    const ckks::Encryptor encryptor(keys.secret_key);
    std::vector<ckks::Ciphertext> inputs;
    inputs.push_back(encryptor.encrypt(x, program.input_levels()[0]));
    inputs.push_back(encryptor.encrypt(w, program.input_levels()[1]));
    const auto outputs = runtime::execute(plan, keys.evaluation_keys, std::move(inputs));
    return ckks::Decryptor(keys.secret_key).decrypt(outputs[0], features)[0];
}

int main() {
    // The polynomial of degree 7 that strays least from the sigmoid on [-6, 6]. Only odd powers and a constant: the fit
    // sees the symmetry.
    const polynomial::Fit fit = polynomial::minimax(sigmoid, 7, {-6, 6});
    std::printf("degree %zu strays by %.4f at most\n", fit.polynomial.degree(), fit.largest_error);
    const compile::ManagedCircuit program = decide_levels(write_circuit(fit.polynomial));

    const std::vector<double> x = {0.5, -1, 0.25, 2, -0.5, 1, 0, 1}, w = {1, 0.5, -2, 0.75, 1, 0.25, 3, -0.125};
    const double found = run(program, x, w);
    const double product = std::inner_product(x.begin(), x.end(), w.begin(), 0.0);
    std::printf("score %.6f, polynomial in the clear %.6f, sigmoid %.6f\n", found, fit.polynomial(product),
                sigmoid(product));
    return std::fabs(found - fit.polynomial(product)) < 1e-5 ? 0 : 1;
}
