#include "tacit/party/sealed.hpp"

#include "../base/seeded.hpp"
#include "../base/throws.hpp"

namespace tacit::party {

namespace {

const std::vector<std::byte> place(9, std::byte{4});

std::vector<std::byte> random_bytes(Rng& rng, std::size_t size) {
    std::vector<std::byte> bytes(size);
    rng.fill(std::span<std::byte>(bytes));
    return bytes;
}

}  // namespace

TEST(Sealed, TheOwnerOfTheKeyReadsWhatWasSealed) {
    Seeded seeded;
    const SealingKey key = SealingKey::create(seeded.rng);
    const SealingKey same{key.secret()};
    EXPECT_EQ(same.public_key(), key.public_key());
    for (const std::size_t size : {0U, 1U, 31U, 32U, 1000U, 100'000U}) {
        const auto message = random_bytes(seeded.rng, size);
        const auto sealed = seal(key.public_key(), message, place, seeded.rng);
        EXPECT_EQ(sealed.size(), size + sealing_overhead_bytes);
        EXPECT_EQ(unseal(same, sealed, place).value(), message);
    }
}

TEST(Sealed, OneMessageSealedTwiceGivesUnrelatedBytes) {
    Seeded seeded;
    const SealingKey key = SealingKey::create(seeded.rng);
    const auto first = seal(key.public_key(), place, place, seeded.rng);
    const auto second = seal(key.public_key(), place, place, seeded.rng);
    EXPECT_FALSE(std::equal(first.begin() + 32, first.end(), second.begin() + 32));
}

TEST(Sealed, AnyChangedByteAndAnyOtherPlaceOrKeyIsRefused) {
    Seeded seeded;
    const SealingKey key = SealingKey::create(seeded.rng);
    const SealingKey other = SealingKey::create(seeded.rng);
    const auto message = random_bytes(seeded.rng, 20);
    const auto sealed = seal(key.public_key(), message, place, seeded.rng);
    const auto refused = [&](const SealingKey& with, const std::vector<std::byte>& bytes,
                             std::span<const std::byte> at) {
        const auto opened = unseal(with, bytes, at);
        return !opened && opened.error().code() == ErrorCode::malformed_input;
    };
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto altered = sealed;
        altered[i] ^= std::byte{1};
        // X25519 ignores the highest bit of a public key, but the key of the message depends on it.
        EXPECT_TRUE(refused(key, altered, place)) << i;
        altered = sealed;
        altered[i] ^= std::byte{0x80};
        EXPECT_TRUE(refused(key, altered, place)) << i;
        EXPECT_TRUE(refused(key, {sealed.begin(), sealed.begin() + static_cast<std::ptrdiff_t>(i)}, place)) << i;
    }
    EXPECT_TRUE(refused(other, sealed, place));
    EXPECT_TRUE(refused(key, sealed, std::span(place).first(8)));
    EXPECT_TRUE(refused(key, sealed, {}));
}

TEST(Sealed, PointsOfLowOrderAreNoKeys) {
    Seeded seeded;
    const SealingKey key = SealingKey::create(seeded.rng);
    for (const std::byte first : {std::byte{0}, std::byte{1}}) {
        SealingPublicKey low{};
        low[0] = first;
        expect_throws(ErrorCode::invalid_argument, "no public key",
                      [&] { return seal(low, place, place, seeded.rng); });
        auto sealed = seal(key.public_key(), place, place, seeded.rng);
        std::copy(low.begin(), low.end(), sealed.begin());
        EXPECT_FALSE(unseal(key, sealed, place));
    }
}

}  // namespace tacit::party
