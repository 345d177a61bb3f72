#include <array>
#include <cmath>
#include <cstdio>

#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/evaluator.hpp"

// Needs every layer up to ckks, and with it every library that Tacit links.
int main() {
    const auto parameters = tacit::ckks::Parameters::create({.depth = 1, .scale_bits = 30});
    const auto keys = tacit::ckks::generate_keys(parameters);
    const auto x = tacit::ckks::Encryptor(keys.public_key).encrypt(std::array{1.5, -2.0});
    const tacit::ckks::Evaluator evaluator(keys.evaluation_keys);
    const auto y =
        tacit::ckks::Decryptor(keys.secret_key).decrypt(evaluator.relinearize_rescale(evaluator.square(x)), 2);
    std::printf("%s: %f %f\n", parameters.summary().c_str(), y[0], y[1]);
    return std::abs(y[0] - 2.25) < 1e-3 && std::abs(y[1] - 4) < 1e-3 ? 0 : 1;
}
