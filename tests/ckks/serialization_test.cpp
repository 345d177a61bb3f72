#include "tacit/ckks/serialization.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ckks/make_parameters.hpp"
#include "ckks/serialization_for_tests.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/evaluator.hpp"

namespace tacit::ckks {
namespace {

using Bytes = std::vector<std::byte>;

struct Setting {
    Parameters parameters;
    KeySet keys;
    explicit Setting(const Parameters& p)
        : parameters(p), keys(generate_keys(p, {.rotations = {1, -2}, .conjugation = true})) {}
};

std::vector<double> ramp(std::size_t n) {
    std::vector<double> values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<double>(i % 17) / 17.0;
    return values;
}

double max_error(const std::vector<double>& a, const std::vector<double>& b) {
    double error = 0;
    for (std::size_t i = 0; i < a.size(); ++i) error = std::max(error, std::abs(a[i] - b[i]));
    return error;
}

TEST(Serialization, AWholeComputationTravels) {
    const Parameters there = insecure_parameters_for_tests({.depth = 3, .log_ring_dimension = 11, .digits = 2});
    const Setting client(there);
    const Parameters here = parse_insecure_parameters_for_tests(serialize(there)).value();
    EXPECT_EQ(here, there);
    const EvaluationKeys keys = parse_evaluation_keys(serialize(client.keys.evaluation_keys), here).value();
    const PublicKey public_key = parse_public_key(serialize(client.keys.public_key), here).value();
    const SecretKeyAccess access = insecure_secret_key_access();
    const SecretKey secret = parse_secret_key(serialize(client.keys.secret_key, access), here, access).value();

    const std::vector<double> x = ramp(there.slots());
    const Ciphertext fresh = parse_ciphertext(serialize(Encryptor(client.keys.secret_key).encrypt(x)), here).value();
    const Ciphertext other = parse_ciphertext(serialize(Encryptor(public_key).encrypt(x)), here).value();
    const Evaluator evaluator(keys);
    const Ciphertext result =
        evaluator.rotate(evaluator.rescale(evaluator.relinearize(evaluator.mul(fresh, other))), 1);
    const auto values = Decryptor(secret).decrypt(parse_ciphertext(serialize(result), there).value());
    std::vector<double> expected(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) expected[i] = x[(i + 1) % x.size()] * x[(i + 1) % x.size()];
    EXPECT_LT(max_error(values, expected), 1e-6);
}

}  // namespace
}  // namespace tacit::ckks
