#include "tacit/ckks/serialization.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "ckks/chain.hpp"
#include "ckks/make_parameters.hpp"
#include "ckks/serialization_for_tests.hpp"
#include "ckks/serialization_objects.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/evaluator.hpp"

namespace tacit::ckks {
namespace {

using namespace serialization_test;
using ::testing::HasSubstr;

double max_error(const std::vector<double>& a, const std::vector<double>& b) {
    double error = 0;
    for (std::size_t i = 0; i < a.size(); ++i) error = std::max(error, std::abs(a[i] - b[i]));
    return error;
}

/// Bit-packed bytes of rows 0 .. limbs-1, from the primes alone.
std::size_t packed_bytes(const Parameters& parameters, std::size_t limbs) {
    std::vector<std::uint64_t> primes = parameters.primes();
    primes.insert(primes.end(), parameters.special_primes().begin(), parameters.special_primes().end());
    std::size_t bits = 0;
    for (std::size_t i = 0; i < limbs; ++i)
        bits += static_cast<std::size_t>(std::ceil(std::log2(static_cast<double>(primes[i]))));
    return parameters.ring_dimension() / 8 * bits;
}

struct SerializationTest : ::testing::TestWithParam<Instance> {
    const Objects& all = objects(GetParam());
    const Parameters& parameters = all.parameters;
    SecretKeyAccess access = insecure_secret_key_access();
};

TEST_P(SerializationTest, EveryObjectComesBackByteForByte) {
    for (const Sample& sample : all.samples) {
        const Expected<Bytes> again = sample.reserialize(sample.bytes, parameters);
        ASSERT_TRUE(again) << sample.name << ": " << again.error().what();
        EXPECT_EQ(*again, sample.bytes) << sample.name;
    }
}

TEST_P(SerializationTest, HeadersTellKindSizeAndParameters) {
    for (const Sample& sample : all.samples) {
        const ObjectHeader header = parse_header(sample.bytes).value();
        EXPECT_EQ(header.kind, sample.kind) << sample.name;
        EXPECT_EQ(header.size, sample.bytes.size()) << sample.name;
        EXPECT_EQ(sample.announced_size, sample.bytes.size()) << sample.name;
        EXPECT_EQ(header.fingerprint.has_value(), sample.kind != ObjectKind::parameters);
        if (header.fingerprint) {
            EXPECT_EQ(*header.fingerprint, parameters.fingerprint());
        }
    }
}

TEST_P(SerializationTest, SizesAreThoseOfThePackedHalves) {
    const std::size_t frame = 48 + 32;
    const std::size_t limbs = parameters.primes().size();
    const std::size_t all_limbs = limbs + parameters.special_primes().size();
    const std::size_t digits = parameters.digits(parameters.depth());
    EXPECT_EQ(all.sample("fresh symmetric ciphertext").bytes.size(), frame + 4 + 32 + packed_bytes(parameters, limbs));
    EXPECT_EQ(all.sample("public-key ciphertext").bytes.size(), frame + 4 + 2 * packed_bytes(parameters, limbs));
    EXPECT_EQ(all.sample("public key").bytes.size(), frame + 32 + packed_bytes(parameters, limbs));
    EXPECT_EQ(all.sample("relinearisation key").bytes.size(),
              frame + 32 + digits * packed_bytes(parameters, all_limbs));
    EXPECT_EQ(all.sample("secret key").bytes.size(), frame + parameters.ring_dimension() / 4);
}

TEST_P(SerializationTest, AWholeComputationTravels) {
    const auto here = parse_insecure_parameters_for_tests(all.sample("parameters").bytes).value();
    EXPECT_EQ(here, parameters);
    const auto keys = parse_evaluation_keys(all.sample("evaluation keys").bytes, here).value();
    const auto public_key = parse_public_key(all.sample("public key").bytes, here).value();
    const auto secret = parse_secret_key(all.sample("secret key").bytes, here, access).value();

    const std::vector<double> x = ramp(parameters.slots());
    const auto fresh = parse_ciphertext(serialize(Encryptor(all.keys.secret_key).encrypt(x)), here).value();
    const auto other = parse_ciphertext(serialize(Encryptor(public_key).encrypt(x)), here).value();
    const Evaluator evaluator(keys);
    const bool multiplies = parameters.depth() > 0;
    const auto result =
        evaluator.rotate(multiplies ? evaluator.rescale(evaluator.relinearize(evaluator.mul(fresh, other)))
                                    : evaluator.add(fresh, other),
                         1);
    const auto values = Decryptor(secret).decrypt(parse_ciphertext(serialize(result), parameters).value());
    std::vector<double> expected(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double next = x[(i + 1) % x.size()];
        expected[i] = multiplies ? next * next : next + next;
    }
    EXPECT_LT(max_error(values, expected), 1e-3);
}

TEST_P(SerializationTest, ParsedKeysHoldTheSameResidues) {
    const auto key = parse_secret_key(all.sample("secret key").bytes, parameters, access).value();
    EXPECT_TRUE(std::ranges::equal(key.residues(access), all.keys.secret_key.residues(access)));
    const auto public_key = parse_public_key(all.sample("public key").bytes, parameters).value();
    const std::size_t n = parameters.ring_dimension();
    for (std::size_t i = 0; i < public_key.a().limbs(); ++i) {
        EXPECT_TRUE(std::equal(public_key.a().limb(i), public_key.a().limb(i) + n, all.keys.public_key.a().limb(i)));
    }
}

TEST_P(SerializationTest, AFreshCiphertextThatWasWorkedOnIsNotSeeded) {
    const Ciphertext fresh = Encryptor(all.keys.secret_key).encrypt(ramp(parameters.slots()));
    EXPECT_TRUE(parse_ciphertext(serialize(fresh), parameters).value().seed());
    const Ciphertext sum = Evaluator(all.keys.evaluation_keys).add(fresh, fresh);
    EXPECT_FALSE(parse_ciphertext(serialize(sum), parameters).value().seed());
    EXPECT_GT(serialized_size(sum), serialized_size(fresh) * 19 / 10);
}

TEST_P(SerializationTest, FilesHoldTheSameBytes) {
    const auto path = std::filesystem::path(::testing::TempDir()) / ("tacit-keys-" + GetParam().name);
    write_evaluation_keys(path, all.keys.evaluation_keys);
    EXPECT_EQ(read_file(path, 1U << 30), all.sample("evaluation keys").bytes);
    EXPECT_EQ(serialize(read_evaluation_keys(path, parameters).value()), all.sample("evaluation keys").bytes);

    write_secret_key(path, all.keys.secret_key, access);
    EXPECT_EQ(std::filesystem::status(path).permissions() & std::filesystem::perms(0777), std::filesystem::perms(0600));
    EXPECT_EQ(read_file(path, 1U << 20), all.sample("secret key").bytes);
    EXPECT_EQ(serialize(read_secret_key(path, parameters, access).value(), access), all.sample("secret key").bytes);
    std::filesystem::remove(path);
}

TEST_P(SerializationTest, AFileGivesTheKeysOfARequestAlone) {
    const auto path = std::filesystem::path(::testing::TempDir()) / ("tacit-some-keys-" + GetParam().name);
    const EvaluationKeys& whole = all.keys.evaluation_keys;
    write_evaluation_keys(path, whole);
    const KeyRequest one{.relinearization = false, .rotations = {-2}};
    const std::uint64_t element = galois_elements(parameters, one).front();
    const EvaluationKeys some = read_evaluation_keys(path, parameters, one).value();
    EXPECT_EQ(some.relinearization(), nullptr);
    ASSERT_EQ(some.galois_keys().size(), 1U);
    EXPECT_EQ(serialize(*some.galois(element)), serialize(*whole.galois(element)));
    const EvaluationKeys product =
        read_evaluation_keys(path, parameters, {.rotations = {5}}).value();  // not in the file
    EXPECT_EQ(serialize(*product.relinearization()), serialize(*whole.relinearization()));
    EXPECT_TRUE(product.galois_keys().empty());

    Bytes damaged = all.sample("evaluation keys").bytes;
    damaged[damaged.size() - 100] ^= std::byte{1};  // in a key that nobody asked for
    write_file_atomically(path, damaged);
    EXPECT_THAT(read_evaluation_keys(path, parameters, one).error().what(), HasSubstr("checksum"));
    std::filesystem::remove(path);
}

INSTANTIATE_TEST_SUITE_P(Parameters, SerializationTest, ::testing::ValuesIn(instances()),
                         [](const auto& instance) { return instance.param.name; });

TEST(Serialization, SecureParametersTravel) {
    const Parameters parameters = Parameters::create({.depth = 2});
    const Bytes bytes = serialize(parameters);
    const Parameters parsed = parse_parameters(bytes).value();
    EXPECT_EQ(parsed, parameters);
    EXPECT_EQ(parsed.summary(), parameters.summary());
    EXPECT_EQ(serialize(parsed), bytes);
}

TEST(Serialization, EveryChainThatIsChosenPassesTheReadersChecks) {
    for (const int scale_bits : {25, 40, 60}) {
        for (const int depth : {0, 4}) {
            for (const int security_bits : {128, 256}) {
                const auto chain = catching([&] {
                    return choose_chain({.depth = depth, .scale_bits = scale_bits, .security_bits = security_bits});
                });
                if (!chain) continue;
                EXPECT_NO_THROW(check_chain(*chain)) << scale_bits << ' ' << depth << ' ' << security_bits;
                EXPECT_NO_THROW(check_security(*chain)) << scale_bits << ' ' << depth << ' ' << security_bits;
            }
        }
    }
}

TEST(Serialization, MissingFilesAndWrongFilesAreNamed) {
    const Objects& all = objects(instances().front());
    const auto missing = read_evaluation_keys("/nowhere/keys", all.parameters);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code(), ErrorCode::io_failure);
    EXPECT_THAT(missing.error().what(), HasSubstr("/nowhere/keys"));

    const auto path = std::filesystem::path(::testing::TempDir()) / "tacit-wrong-file";
    write_file_atomically(path, all.sample("public key").bytes);
    const auto wrong = read_evaluation_keys(path, all.parameters);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code(), ErrorCode::malformed_input);
    EXPECT_THAT(wrong.error().what(), HasSubstr(path.string() + ": evaluation keys: "));
    EXPECT_THAT(wrong.error().what(), HasSubstr("(public key) instead of"));
    EXPECT_THROW(write_evaluation_keys("/nowhere/keys", all.keys.evaluation_keys), Error);
    std::filesystem::remove(path);
}

TEST(Serialization, NothingThatTravelsHoldsTheSecretKey) {
    const Objects& all = objects(instances().front());
    const SecretKeyAccess access = insecure_secret_key_access();
    const Bytes secret = serialize(all.keys.secret_key, access);
    const std::span<const std::byte> coefficients = std::span(secret).subspan(48, secret.size() - 80);
    const auto residues = std::as_bytes(all.keys.secret_key.residues(access));
    for (const Sample& sample : all.samples) {
        if (sample.kind == ObjectKind::secret_key) continue;
        for (std::size_t at = 0; at + 16 <= coefficients.size(); at += 16) {
            EXPECT_TRUE(std::ranges::search(sample.bytes, coefficients.subspan(at, 16)).empty()) << sample.name;
        }
        for (std::size_t at = 0; at < residues.size(); at += residues.size() / 32) {
            EXPECT_TRUE(std::ranges::search(sample.bytes, residues.subspan(at, 16)).empty()) << sample.name;
        }
    }
}

TEST(Serialization, ObjectsThatCannotBeValidAreNotWritten) {
    const Objects& all = objects(instances().front());
    const Parameters& parameters = all.parameters;
    const auto poly = [&](std::size_t limbs) { return ring::EvaluationPoly::zero(parameters.ring_dimension(), limbs); };
    const std::size_t limbs = parameters.primes().size();
    const auto refused = [](const auto& object) {
        const auto bytes = catching([&] { return serialize(object); });
        EXPECT_FALSE(bytes);
        if (!bytes) {
            EXPECT_EQ(bytes.error().code(), ErrorCode::invalid_argument) << bytes.error().what();
        }
    };
    refused(Plaintext(parameters, poly(limbs + 1), parameters.depth(), 1));
    refused(Plaintext(parameters, poly(limbs), parameters.depth() + 1, 1));
    refused(Plaintext(parameters, poly(limbs), parameters.depth(), 3));
    const auto ciphertext = [&](std::size_t rows, int count) {
        std::vector<ring::EvaluationPoly> polys;
        for (int i = 0; i < count; ++i) polys.push_back(poly(rows));
        return Ciphertext(parameters, std::move(polys), parameters.depth(), 1);
    };
    refused(ciphertext(limbs, 1));
    refused(ciphertext(limbs, 4));
    refused(ciphertext(limbs + 1, 2));
    Ciphertext seeded = ciphertext(limbs, 3);
    seeded.set_seed({});
    refused(seeded);
    refused(RelinearizationKey(KeySwitchKey(parameters, Seed{}, {})));
    ring::EvaluationPoly far = poly(limbs);
    far.limb(0)[5] = static_cast<double>(parameters.primes()[0]);
    refused(Plaintext(parameters, std::move(far), parameters.depth(), 1));

    SecretBuffer residues(parameters.ring_dimension() * (limbs + parameters.special_primes().size()));
    residues.data()[3] = 1;  // no ternary polynomial has a single non-zero value
    const SecretKeyAccess access = insecure_secret_key_access();
    const SecretKey odd = SecretKey::from_residues(parameters, std::move(residues), access);
    EXPECT_THROW(static_cast<void>(serialize(odd, access)), Error);
}

}  // namespace
}  // namespace tacit::ckks
