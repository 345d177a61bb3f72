// Runs everything that touches secrets while valgrind takes the secrets for uninitialised memory: a branch or an
// address that depends on one is then reported as an error. (The method is Adam Langley's ctgrind.)
//
//     leak_check clean     key generation, encryption, decryption; multiplication of points by a secret: no error may
//                          be reported
//     leak_check branch    plants a branch on a secret: must be reported, or the check is blind
//     leak_check index     plants a table look-up at a secret place: must be reported
//
// Where the poison starts: the seed of the generator behind all secrets, and the plaintext. What is exempt: the
// rejection in ring::sample_uniform, which works on public seeds (public.supp), and encode, whose refusal of values
// that are too large is visible by design.
#include <valgrind/memcheck.h>

#include <cmath>
#include <cstdio>
#include <string_view>
#include <vector>

#include "ckks/make_parameters.hpp"
#include "mpc/ristretto.hpp"
#include "ring/samplers.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/evaluator.hpp"

namespace {

using namespace tacit;
using namespace tacit::ckks;

void poison(const void* data, std::size_t bytes) { static_cast<void>(VALGRIND_MAKE_MEM_UNDEFINED(data, bytes)); }

Rng secret_generator() {
    Seed seed{};
    seed[0] = std::byte{7};
    poison(seed.data(), seed.size());
    return Rng(seed);
}

void poison(const ring::EvaluationPoly& poly) {
    for (std::size_t i = 0; i < poly.limbs(); ++i) poison(poly.limb(i), poly.dimension() * sizeof(double));
}

/// Whether some bit of the value is poisoned.
template <class T>
bool is_poisoned(const T& value) {
    unsigned char bits[sizeof value] = {};
    if (VALGRIND_GET_VBITS(&value, bits, sizeof value) != 1) return false;
    for (const unsigned char byte : bits) {
        if (byte != 0) return true;
    }
    return false;
}

/// Points of hashes and of the base, multiplied by secrets; whether the poison came all the way.
bool multiply_points() {
    namespace ristretto = mpc::ristretto;
    Rng rng = secret_generator();
    std::vector<ristretto::Scalar> scalars;
    scalars.emplace_back(rng);
    std::vector<ristretto::Hash> hashes(2);
    hashes[1].fill(std::byte{5});
    std::vector<ristretto::Point> of_hashes(hashes.size());
    ristretto::multiply_hashes(scalars[0], hashes, of_hashes);
    std::vector<ristretto::Point> of_base(scalars.size());
    ristretto::multiply_base(scalars, of_base);
    return is_poisoned(of_hashes[1]) && is_poisoned(of_base[0]);
}

int run_everything() {
    const ThreadLimit limit(1);
    const bool points = multiply_points();
    const Parameters parameters = insecure_parameters_for_tests({.depth = 1, .log_ring_dimension = 10, .digits = 2});
    Rng rng = secret_generator();
    std::vector<double> samples(1024);
    ring::sample_ternary(samples.data(), samples.size(), rng);
    ring::sample_error(samples.data(), samples.size(), rng);

    const SecretKey secret = SecretKey::generate(parameters, rng);
    const PublicKey public_key = PublicKey::generate(secret, rng);
    const EvaluationKeys keys = EvaluationKeys::generate(secret, {.rotations = {1}, .conjugation = true}, rng);
    const Encryptor symmetric(secret);
    const Encryptor asymmetric(public_key);
    const Plaintext plain = symmetric.encoder().encode(std::vector<double>{0.25, -0.5}, 1);
    poison(plain.poly());
    const Ciphertext a = symmetric.encrypt(plain, rng);
    const Ciphertext b = asymmetric.encrypt(plain, rng);
    const Evaluator evaluator(keys);
    const Ciphertext product = evaluator.rotate(evaluator.relinearize_rescale(evaluator.mul(a, b)), 1);
    const Decryptor decryptor(secret);
    const std::vector<double> values = decryptor.decrypt(product);
    // The poison must have come all the way, or nothing was checked.
    if (RUNNING_ON_VALGRIND &&
        !(points && is_poisoned(samples[0]) && is_poisoned(a.poly(0).limb(0)[0]) && is_poisoned(values[0]))) {
        std::puts("leak_check: the poison was lost on the way");
        return 2;
    }
    std::puts("leak_check: done");
    return 0;
}

volatile int sink = 0;

[[gnu::noinline]] void branch_on(double secret) {
    if (secret > 0) {
        sink = sink + 1;
        std::puts("leak_check: planted branch taken");
    }
}

[[gnu::noinline]] void look_up(double secret) {
    static int table[3] = {5, 7, 11};
    sink = static_cast<volatile int*>(table)[static_cast<int>(secret) + 1];
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view mode = argc > 1 ? argv[1] : "clean";
    if (mode == "clean") return run_everything();
    Rng rng = secret_generator();
    double secret[64];
    ring::sample_ternary(secret, 64, rng);
    for (const double s : secret) mode == "branch" ? branch_on(s) : look_up(s);
    std::puts("leak_check: planted");
    return 0;
}
