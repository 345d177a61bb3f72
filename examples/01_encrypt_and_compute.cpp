// Encrypt numbers, let somebody compute on them, decrypt the result.
//
// Three steps that a real program would spread over two machines: the owner of the numbers makes keys and encrypts;
// a server that has no secret key computes; the owner decrypts.

#include <cmath>
#include <cstdio>
#include <vector>

#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/evaluator.hpp"
#include "tacit/ckks/keys.hpp"
#include "tacit/ckks/parameters.hpp"

using namespace tacit;

/// The server computes x^2 + (x one place to the left). It sees ciphertexts and evaluation keys.
ckks::Ciphertext serve(const ckks::EvaluationKeys& keys, const ckks::Ciphertext& x) {
    const ckks::Evaluator evaluator(keys);
    // A product has to be brought back to the form of a fresh ciphertext: degree 1 (relinearise) at scale Delta
    // (rescale). One operation does both; it costs a level, and there are as many levels as the depth asked for.
    const auto square = evaluator.relinearize_rescale(evaluator.square(x));
    // Sums need both sides at one level. Dropping to it keeps the value.
    const auto shifted = evaluator.drop_level(evaluator.rotate(x, 1), square.level());
    return evaluator.add(square, shifted);
}

int main() {
    // Say what the computation needs: one multiplication deep. Ring dimension, primes and scale follow, at 128 bits
    // of security; `summary` tells what was chosen.
    const auto parameters = ckks::Parameters::create({.depth = 1});
    std::printf("%s\n", parameters.summary().c_str());

    // The secret key stays here. The evaluation keys travel: one for products, one for each rotation that is used.
    const ckks::KeySet keys = ckks::generate_keys(parameters, {.relinearization = true, .rotations = {1}});

    // A ciphertext holds N/2 numbers. Shorter lists, of a power of two, are repeated to fill it.
    const std::vector<double> x = {0.5, -1.25, 3.0, 0.125};
    const ckks::Encryptor encryptor(keys.secret_key);
    const auto encrypted = encryptor.encrypt(x);

    const auto result = serve(keys.evaluation_keys, encrypted);

    // Decryption gives the numbers with a small error, which depends on the secret key: see Decryptor before showing
    // such numbers to anybody else.
    const ckks::Decryptor decryptor(keys.secret_key);
    const auto y = decryptor.decrypt(result, x.size());

    double largest_error = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double expected = x[i] * x[i] + x[(i + 1) % x.size()];
        std::printf("slot %zu: %12.8f, expected %12.8f\n", i, y[i], expected);
        largest_error = std::fmax(largest_error, std::fabs(y[i] - expected));
    }
    return largest_error < 1e-6 ? 0 : 1;
}
