// The same computation gives the same doubles for any number of threads and on every kernel.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>

#include "ckks/support.hpp"
#include "math/kernels.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks {
namespace {

void absorb(Hasher& hasher, const ring::EvaluationPoly& poly) {
    for (std::size_t i = 0; i < poly.limbs(); ++i)
        hasher.update(std::as_bytes(std::span(poly.limb(i), poly.dimension())));
}

void absorb(Hasher& hasher, const Ciphertext& ciphertext) {
    for (std::size_t i = 0; i <= static_cast<std::size_t>(ciphertext.type().degree); ++i)
        absorb(hasher, ciphertext.poly(i));
}

/// Keys, encryptions and every operation, hashed to the last bit. Zeros of either sign count as different.
std::string digest_of_everything(const ParameterSpec& spec) {
    const Parameters parameters = insecure_parameters_for_tests(spec);
    Rng rng(fixed_seed(7));
    const Keyring keys(parameters, {.rotations = {1, -5}, .conjugation = true}, Rng(fixed_seed(8)));
    const Encryptor symmetric(keys.secret), asymmetric(keys.public_key);
    const Evaluator e(keys.evaluation_keys);
    const Encoder encoder(parameters);
    const int top = parameters.depth();
    Hasher hasher;
    absorb(hasher, keys.public_key.b());
    for (std::size_t j = 0; j < parameters.digits(top); ++j)
        absorb(hasher, keys.evaluation_keys.relinearization()->key().b(j));
    const Complexes x = uniform_complexes(parameters.slots(), rng), y = uniform_complexes(16, rng);
    const Plaintext plain = encoder.encode(y, top);
    const Ciphertext a = symmetric.encrypt(encoder.encode(x, top), rng);
    const Ciphertext b = asymmetric.encrypt(plain, rng);
    const Ciphertext product = e.mul(a, b);
    const std::array steps{1, -5, 0};
    absorb(hasher, a);
    absorb(hasher, b);
    absorb(hasher, e.sub(e.add(a, b), plain));
    absorb(hasher, e.add(e.mul(a, 0.7), 0.1));
    absorb(hasher, e.negate(e.mul(a, plain)));
    absorb(hasher, product);
    absorb(hasher, e.rescale(product));
    absorb(hasher, e.relinearize(product));
    absorb(hasher, e.relinearize_rescale(product));
    absorb(hasher, e.drop_level(a, 0));
    absorb(hasher, e.rotate(a, 1));
    absorb(hasher, e.conjugate(a));
    for (const Ciphertext& turned : e.rotate_hoisted(b, steps)) absorb(hasher, turned);
    const IntegerPlaintext factor = encoder.encode_integers(uniform_values(parameters.slots(), rng), top);
    const std::vector<RotatedSum> sums{{{&a, 1, false, false, &factor}, {&b, 0, true, true, 0.5}},
                                       {{&a, -5, false, true, &factor}, {&a, 0, false, false, &factor}}};
    for (const Ciphertext& sum : e.sums_of_rotations(sums)) absorb(hasher, sum);
    for (const Ciphertext& sum : e.sums_of_rotations_rescaled(sums)) absorb(hasher, sum);
    const Complexes decrypted = Decryptor(keys.secret).decrypt_complex(e.drop_level(e.relinearize_rescale(product), 0));
    hasher.update(std::as_bytes(std::span(decrypted)));
    return to_hex(hasher.finish());
}

std::string digest_of_everything() {
    return digest_of_everything({.depth = 3, .log_ring_dimension = 12, .digits = 2}) +
           digest_of_everything({.depth = 2, .scale_bits = 60, .log_ring_dimension = 11, .digits = 3});
}

TEST(Invariance, OneThreadAndManyGiveTheSameBits) {
    std::string one;
    {
        const ThreadLimit limit(1);
        one = digest_of_everything();
    }
    for (const int threads : {2, 3, 8}) {
        const ThreadLimit limit(threads);
        EXPECT_EQ(digest_of_everything(), one) << threads << " threads";
    }
}

TEST(Invariance, EveryRunGivesTheSameBits) { EXPECT_EQ(digest_of_everything(), digest_of_everything()); }

/// Prints what the test below reads; the kernels of a process are chosen once, by TACIT_KERNELS.
TEST(Invariance, PrintsItsDigest) {
    std::cout << "digest " << digest_of_everything() << " of " << math::kernels().name << '\n';
}

/// The digest line of this program under other kernels.
std::string digest_under(const std::string& kernels) {
    const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
    const std::string command =
        "TACIT_KERNELS=" + kernels + " '" + program + "' --gtest_filter=Invariance.PrintsItsDigest";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::array<char, 512> line{};
    while (pipe != nullptr && std::fgets(line.data(), line.size(), pipe.get()) != nullptr) {
        const std::string text(line.data());
        if (text.starts_with("digest ")) return text.substr(0, text.find(" of "));
    }
    return "no digest under " + kernels;
}

TEST(Invariance, EveryKernelGivesTheSameBits) {
    const std::string expected = "digest " + digest_of_everything();
    for (const math::Kernels* kernels : math::available_kernels())
        EXPECT_EQ(digest_under(kernels->name), expected) << kernels->name;
}

}  // namespace
}  // namespace tacit::ckks
