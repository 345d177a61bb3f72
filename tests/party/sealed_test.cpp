#include "tacit/party/sealed.hpp"

#include "../base/seeded.hpp"
#include "../base/temporary_folder.hpp"
#include "../base/throws.hpp"
#include "base/from_hex.hpp"
#include "party/hpke.hpp"
#include "tacit/base/files.hpp"
#include "tacit/base/hash.hpp"

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

TEST(Sealed, TheFirstVectorOfTheStandardIsMet) {  // RFC 9180, A.1.1
    const SealingKey ephemeral{*from_hex<32>("52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736")};
    const SealingKey receiver{*from_hex<32>("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8")};
    EXPECT_EQ(to_hex(ephemeral.public_key()), "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431");
    EXPECT_EQ(to_hex(receiver.public_key()), "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d");
    const auto text = [](std::string_view words) { return std::as_bytes(std::span(words)); };
    constexpr std::string_view info = "Ode on a Grecian Urn";
    const auto sealed =
        hpke::seal(ephemeral, receiver.public_key(), info, text("Beauty is truth, truth beauty"), text("Count-0"));
    EXPECT_EQ(to_hex(sealed), to_hex(ephemeral.public_key()) +
                                  "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e1"
                                  "3c512a");
    std::vector<std::byte> opened(sealed.size() - sealing_overhead_bytes);
    EXPECT_TRUE(hpke::open(receiver, info, sealed, text("Count-0"), opened));
    EXPECT_FALSE(hpke::open(receiver, "another info", sealed, text("Count-0"), opened));
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

class SealingKeysOfIdentities : public InTemporaryFolder {};

TEST_F(SealingKeysOfIdentities, AreAlwaysTheSameAndTheirOwn) {
    Seeded seeded;
    const auto ana = identity::Identity::create(folder_ / "ana", "ana");
    const auto ben = identity::Identity::create(folder_ / "ben", "ben");
    const SealingKey key = sealing_key_of(ana);
    EXPECT_EQ(sealing_key_of(identity::Identity::open(folder_ / "ana")).public_key(), key.public_key());
    EXPECT_NE(sealing_key_of(ben).public_key(), key.public_key());
    const auto sealed = seal(key.public_key(), place, place, seeded.rng);
    EXPECT_EQ(unseal(sealing_key_of(ana), sealed, place).value(), place);
    EXPECT_FALSE(unseal(sealing_key_of(ben), sealed, place));
}

class SealingKeyFiles : public InTemporaryFolder {};

TEST_F(SealingKeyFiles, AKeyIsReadAsWrittenByItsOwnerAlone) {
    Seeded seeded;
    const SealingKey key = SealingKey::create(seeded.rng);
    const auto path = folder_ / "mine.key";
    write_sealing_key(path, key);
    EXPECT_EQ(read_sealing_key(path).public_key(), key.public_key());
    expect_throws(ErrorCode::invalid_argument, "exists", [&] {
        write_sealing_key(path, key);
        return 0;
    });
    std::filesystem::permissions(path, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
    expect_throws(ErrorCode::io_failure, "may be read by others", [&] { return read_sealing_key(path).public_key(); });
    write_file_atomically(folder_ / "none", place, FileMode::owner_only);
    expect_throws(ErrorCode::malformed_input, "no sealing key",
                  [&] { return read_sealing_key(folder_ / "none").public_key(); });
    expect_throws(ErrorCode::io_failure, "missing", [&] { return read_sealing_key(folder_ / "missing").public_key(); });
}

}  // namespace tacit::party
