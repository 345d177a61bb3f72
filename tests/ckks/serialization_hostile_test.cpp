// Bytes that nobody should send: truncated, corrupted, forged, oversized.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstring>
#include <fstream>

#include "ckks/make_parameters.hpp"
#include "ckks/serialization_for_tests.hpp"
#include "ckks/serialization_format.hpp"
#include "ckks/serialization_objects.hpp"

namespace tacit::ckks {
namespace {

using namespace serialization_test;
using ::testing::HasSubstr;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
#else
constexpr bool sanitized = false;
#endif

/// While it lives, taking much more memory fails with std::bad_alloc, which no parser may provoke.
class MemoryLimit {
public:
    MemoryLimit() {
        getrlimit(RLIMIT_AS, &before_);
        if (sanitized) return;
        std::ifstream sizes("/proc/self/statm");
        rlim_t pages = 0;
        sizes >> pages;
        rlimit limit = before_;
        limit.rlim_cur = pages * 4096 + (rlim_t{64} << 20);
        setrlimit(RLIMIT_AS, &limit);
    }
    ~MemoryLimit() { setrlimit(RLIMIT_AS, &before_); }
    MemoryLimit(const MemoryLimit&) = delete;
    MemoryLimit& operator=(const MemoryLimit&) = delete;

private:
    rlimit before_{};
};

template <class Integer>
void put(Bytes& bytes, std::size_t at, Integer value) {
    ASSERT_LE(at + sizeof value, bytes.size());
    std::memcpy(bytes.data() + at, &value, sizeof value);
}

/// The object with one integer replaced and a checksum that fits.
template <class Integer>
Bytes forged(Bytes bytes, std::size_t at, Integer value) {
    put(bytes, at, value);
    format::reseal(bytes);
    return bytes;
}

template <class T>
void expect_refused(const Expected<T>& result, ErrorCode code, const std::string& text) {
    ASSERT_FALSE(result) << "accepted, but expected: " << text;
    EXPECT_EQ(result.error().code(), code) << result.error().what();
    EXPECT_THAT(result.error().what(), HasSubstr(text));
}

struct HostileBytes : ::testing::Test {
    const Objects& all = objects(instances().front());
    const Parameters& parameters = all.parameters;
    MemoryLimit limit;
};

TEST_F(HostileBytes, EveryTruncationIsRefused) {
    for (const Sample& sample : all.samples) {
        const std::span<const std::byte> bytes = sample.bytes;
        for (std::size_t length = 0; length < bytes.size(); length += length < 160 ? 1 : 1 + bytes.size() / 61) {
            const auto result = sample.reserialize(bytes.first(length), parameters);
            ASSERT_FALSE(result) << sample.name << " cut at " << length;
            EXPECT_EQ(result.error().code(), ErrorCode::malformed_input) << sample.name << " cut at " << length;
        }
    }
}

TEST_F(HostileBytes, EveryTruncationWithAFittingFrameIsRefused) {
    for (const Sample& sample : all.samples) {
        for (std::size_t length = 0; length < sample.bytes.size();
             length += length < 160 ? 1 : 1 + sample.bytes.size() / 61) {
            Bytes bytes(sample.bytes.begin(), sample.bytes.begin() + static_cast<std::ptrdiff_t>(length));
            format::reseal(bytes);
            const auto result = sample.reserialize(bytes, parameters);
            ASSERT_FALSE(result) << sample.name << " cut at " << length;
            EXPECT_NE(result.error().code(), ErrorCode::internal) << result.error().what();
        }
    }
}

TEST_F(HostileBytes, EveryCorruptByteIsNoticed) {
    for (const Sample& sample : all.samples) {
        Bytes bytes = sample.bytes;
        for (std::size_t at = 0; at < bytes.size(); at += at < 160 ? 1 : 1 + bytes.size() / 97) {
            const std::byte before = bytes[at];
            for (const int change : {0x01, 0x80, 0xff}) {
                bytes[at] = before ^ static_cast<std::byte>(change);
                const auto result = sample.reserialize(bytes, parameters);
                ASSERT_FALSE(result) << sample.name << " at " << at;
                EXPECT_EQ(result.error().code(), ErrorCode::malformed_input) << result.error().what();
            }
            bytes[at] = before;
        }
    }
}

TEST_F(HostileBytes, EveryForgedByteIsRefusedOrMeansAnotherObject) {
    for (const Sample& sample : all.samples) {
        for (std::size_t at = 0; at < sample.bytes.size(); at += at < 160 ? 1 : 1 + sample.bytes.size() / 41) {
            for (const int change : {0x01, 0x80, 0xff}) {
                const Bytes bytes = forged(sample.bytes, at, sample.bytes[at] ^ static_cast<std::byte>(change));
                const auto result = sample.reserialize(bytes, parameters);
                if (result) {
                    EXPECT_EQ(*result, bytes) << sample.name << " at " << at << ": accepted but not canonical";
                } else {
                    EXPECT_TRUE(result.error().code() == ErrorCode::malformed_input ||
                                result.error().code() == ErrorCode::parameter_mismatch ||
                                result.error().code() == ErrorCode::insecure_parameters)
                        << sample.name << " at " << at << ": " << result.error().what();
                }
            }
        }
    }
}

TEST_F(HostileBytes, FramesAreChecked) {
    const Bytes& good = all.sample("fresh symmetric ciphertext").bytes;
    const auto parse = [&](const Bytes& bytes) { return parse_ciphertext(bytes, parameters); };
    expect_refused(parse(forged(good, 0, 'X')), ErrorCode::malformed_input, "not a file of Tacit");
    expect_refused(parse(forged(good, 4, std::uint16_t{2})), ErrorCode::malformed_input, "format version 2");
    expect_refused(parse(forged(good, 6, std::uint8_t{99})), ErrorCode::malformed_input, "object kind 99 at offset 6");
    expect_refused(parse(forged(good, 6, std::uint8_t{7})), ErrorCode::malformed_input,
                   "(plaintext) instead of 8 (ciphertext)");
    expect_refused(parse(forged(good, 7, std::uint8_t{1})), ErrorCode::malformed_input,
                   "reserved byte at offset 7 is 1");
    Bytes longer = good;
    longer.push_back(std::byte{0});
    expect_refused(parse(longer), ErrorCode::malformed_input, "1 bytes follow the end of the object");
    put(longer, 8, std::uint64_t{longer.size()});
    expect_refused(parse(longer), ErrorCode::malformed_input, "checksum");
    format::reseal(longer);
    expect_refused(parse(longer), ErrorCode::malformed_input, "but these parameters need");
    Bytes huge = good;
    put(huge, 8, ~std::uint64_t{0});
    expect_refused(parse(huge), ErrorCode::malformed_input, "cut short");
    put(huge, 8, std::uint64_t{3});
    expect_refused(parse(huge), ErrorCode::malformed_input, "size 3 at offset 8");
    expect_refused(parse({}), ErrorCode::malformed_input, "ciphertext: reading the magic bytes at offset 0");
}

TEST_F(HostileBytes, OtherParametersAreNamed) {
    const Objects& other = objects(instances().back());
    for (const Sample& sample : all.samples) {
        if (sample.kind == ObjectKind::parameters) continue;
        const auto result = sample.reserialize(sample.bytes, other.parameters);
        expect_refused(result, ErrorCode::parameter_mismatch, to_hex(std::span(parameters.fingerprint()).first(4)));
        expect_refused(result, ErrorCode::parameter_mismatch,
                       to_hex(std::span(other.parameters.fingerprint()).first(4)));
    }
}

TEST_F(HostileBytes, CiphertextFieldsAreBounded) {
    const Bytes& seeded = all.sample("fresh symmetric ciphertext").bytes;
    const auto parse = [&](const Bytes& bytes) { return parse_ciphertext(bytes, parameters); };
    expect_refused(parse(forged(seeded, 48, std::uint8_t{2})), ErrorCode::malformed_input,
                   "the level at offset 48 is 2, outside 0 to 1");
    expect_refused(parse(forged(seeded, 49, std::uint8_t{3})), ErrorCode::malformed_input,
                   "the scale power at offset 49 is 3");
    expect_refused(parse(forged(seeded, 49, std::uint8_t{0})), ErrorCode::malformed_input,
                   "the scale power at offset 49 is 0");
    expect_refused(parse(forged(seeded, 50, std::uint8_t{3})), ErrorCode::malformed_input,
                   "the degree at offset 50 is 3");
    expect_refused(parse(forged(seeded, 50, std::uint8_t{2})), ErrorCode::malformed_input,
                   "the seed's presence at offset 51 is 1, outside 0 to 0");
    expect_refused(parse(forged(seeded, 51, std::uint8_t{2})), ErrorCode::malformed_input,
                   "the seed's presence at offset 51 is 2");
    const Bytes& plain = all.sample("plaintext").bytes;
    expect_refused(parse_plaintext(forged(plain, 50, std::uint16_t{0xffff}), parameters), ErrorCode::malformed_input,
                   "the number of rows at offset 50 is 65535");
}

TEST_F(HostileBytes, AResidueEqualToItsPrimeIsRefused) {
    const Bytes& plain = all.sample("plaintext").bytes;
    const std::uint64_t p = parameters.primes()[0];
    std::uint64_t word = 0;
    std::memcpy(&word, plain.data() + 52, sizeof word);
    int bits = 0;
    while (((p - 1) >> bits) != 0) ++bits;
    const std::uint64_t rest = word >> bits << bits;
    expect_refused(parse_plaintext(forged(plain, 52, rest | p), parameters), ErrorCode::malformed_input,
                   "residue 0 of row 0 of polynomial 0 (row at offset 52) is not below its prime " + std::to_string(p));
    EXPECT_TRUE(parse_plaintext(forged(plain, 52, rest | (p - 1)), parameters));
}

TEST_F(HostileBytes, TheDirectoryOfEvaluationKeysIsChecked) {
    const Bytes& good = all.sample("evaluation keys").bytes;  // one relinearisation key, three Galois keys
    const auto parse = [&](const Bytes& bytes) { return parse_evaluation_keys(bytes, parameters); };
    expect_refused(parse(forged(good, 48, std::uint32_t{2})), ErrorCode::malformed_input,
                   "relinearisation keys at offset 48 is 2");
    expect_refused(parse(forged(good, 52, ~std::uint32_t{0})), ErrorCode::malformed_input,
                   "Galois keys at offset 52 is 4294967295");
    expect_refused(parse(forged(good, 52, std::uint32_t{1024})), ErrorCode::malformed_input,
                   "but these parameters need");
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    std::memcpy(&first, good.data() + 56, sizeof first);
    std::memcpy(&second, good.data() + 60, sizeof second);
    Bytes swapped = good;
    put(swapped, 56, second);
    expect_refused(parse(forged(swapped, 60, first)), ErrorCode::malformed_input, "elements must ascend");
    expect_refused(parse(forged(good, 60, first)), ErrorCode::malformed_input, "elements must ascend");
    expect_refused(parse(forged(good, 56, std::uint32_t{2})), ErrorCode::malformed_input,
                   "the Galois element at offset 56 is 2");
    expect_refused(parse(forged(good, 64, std::uint32_t{2049})), ErrorCode::malformed_input,
                   "must be odd and at most 2047");
}

TEST_F(HostileBytes, ASecretKeyIsTernary) {
    const SecretKeyAccess access = insecure_secret_key_access();
    const Bytes& good = all.sample("secret key").bytes;
    for (const unsigned byte : {0x02U, 0x08U, 0x20U, 0x80U, 0xaaU}) {
        expect_refused(parse_secret_key(forged(good, 77, static_cast<std::uint8_t>(byte)), parameters, access),
                       ErrorCode::malformed_input, "none of -1, 0, 1");
    }
    EXPECT_TRUE(parse_secret_key(forged(good, 77, std::uint8_t{0xdc}), parameters, access));
}

/// Parameters with a field or prime replaced; the fingerprint is left as it was unless the error comes before it.
TEST_F(HostileBytes, ParametersAreCheckedLikeStatedOnes) {
    expect_refused(parse_parameters(all.sample("parameters").bytes), ErrorCode::insecure_parameters,
                   "0 bits of security");
    const Bytes good = serialize(Parameters::create({.depth = 2}));
    const auto parse = [&](std::size_t at, auto value) { return parse_parameters(forged(good, at, value)); };
    const std::size_t first_prime = 36;
    std::uint64_t prime = 0;
    std::memcpy(&prime, good.data() + first_prime, sizeof prime);
    expect_refused(parse(16, std::uint16_t{18}), ErrorCode::malformed_input, "log_ring_dimension is 18");
    expect_refused(parse(18, std::uint16_t{61}), ErrorCode::malformed_input, "depth is 61");
    expect_refused(parse(18, std::uint16_t{1}), ErrorCode::malformed_input, "3 primes stated but depth 1 needs");
    expect_refused(parse(20, std::uint16_t{19}), ErrorCode::malformed_input, "scale_bits is 19");
    expect_refused(parse(20, std::uint16_t{48}), ErrorCode::malformed_input, "choose primes nearer to 2^scale_bits");
    expect_refused(parse(22, std::uint16_t{0}), ErrorCode::malformed_input, "integer_bits is 0");
    expect_refused(parse(22, std::uint16_t{7}), ErrorCode::malformed_input, "the fingerprint");
    expect_refused(parse(24, std::uint16_t{127}), ErrorCode::insecure_parameters, "127 bits of security");
    expect_refused(parse(24, std::uint16_t{256}), ErrorCode::insecure_parameters, "256 bits of security");
    expect_refused(parse(30, std::uint16_t{0}), ErrorCode::malformed_input, "0 primes to a key-switching digit");
    expect_refused(parse(32, std::uint16_t{0xffff}), ErrorCode::malformed_input, "65535 primes");
    expect_refused(parse(first_prime, prime + 2), ErrorCode::malformed_input, "is not a prime");
    expect_refused(parse(first_prime + 8, prime), ErrorCode::malformed_input, "occurs twice");
    expect_refused(parse(good.size() - 64, std::uint8_t{7}), ErrorCode::malformed_input,
                   "does not belong to the fields");
}

TEST_F(HostileBytes, HeadersAloneAreBoundedToo) {
    for (const Sample& sample : all.samples) {
        const std::size_t needed = sample.kind == ObjectKind::parameters ? 16 : max_header_bytes;
        for (std::size_t length = 0; length < needed; ++length) {
            EXPECT_FALSE(parse_header(std::span(sample.bytes).first(length))) << sample.name << ' ' << length;
        }
        EXPECT_TRUE(parse_header(std::span(sample.bytes).first(needed))) << sample.name;
    }
}

}  // namespace
}  // namespace tacit::ckks
