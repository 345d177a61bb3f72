#include "tacit/base/random.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>
#include <type_traits>
#include <vector>

#include "base/aes_reference.hpp"
#include "base/hex.hpp"
#include "base/secret_trace.hpp"
#include "base/seeded.hpp"

namespace tacit {

static_assert(!std::is_copy_constructible_v<Rng> && !std::is_copy_assignable_v<Rng>);
static_assert(std::is_nothrow_move_constructible_v<Rng>);

namespace {

/// The expansion as random.hpp documents it, on the reference cipher.
std::vector<std::byte> documented_expansion(const Seed& seed, std::uint64_t stream, std::size_t blocks) {
    const reference::Aes256 cipher(seed);
    std::vector<std::byte> bytes;
    for (std::uint64_t counter = 0; counter < blocks; ++counter) {
        reference::Aes256::Block block;
        for (unsigned i = 0; i < 8; ++i) {
            block[i] = static_cast<std::uint8_t>(stream >> (8 * i));
            block[8 + i] = static_cast<std::uint8_t>(counter >> (56 - 8 * i));
        }
        for (const std::uint8_t byte : cipher.encrypt(block)) bytes.push_back(static_cast<std::byte>(byte));
    }
    return bytes;
}

std::vector<std::byte> take(Rng& rng, std::size_t count) {
    std::vector<std::byte> bytes(count);
    rng.fill(bytes);
    return bytes;
}

}  // namespace

// NIST SP 800-38A, F.5.5 (CTR-AES256.Encrypt): checks the reference that the next tests rely on.
TEST(AesReference, AgreesWithTheNistCounterModeVector) {
    const auto key = from_hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    const auto plain = from_hex(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
    const reference::Aes256 cipher{std::span(key).first<32>()};
    std::vector<std::byte> encrypted;
    for (std::uint8_t block = 0; block < 4; ++block) {
        reference::Aes256::Block counter = {0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7,
                                            0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff};
        if (block > 0) {  // ...feff + block carries once
            counter[14] = 0xff;
            counter[15] = static_cast<std::uint8_t>(block - 1);
        }
        const auto stream = cipher.encrypt(counter);
        for (std::size_t i = 0; i < 16; ++i) {
            encrypted.push_back(plain[16U * block + i] ^ static_cast<std::byte>(stream[i]));
        }
    }
    EXPECT_EQ(to_hex(encrypted),
              "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
              "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6");
}

TEST(Rng, StartsWithThePublishedBlocksOfTheZeroKey) {
    Rng rng((Seed()));
    EXPECT_EQ(to_hex(take(rng, 32)), "dc95c078a2408989ad48a21492842087530f8afbc74536b9a963b4f1c4cb738b");
}

TEST(Rng, ExpandsASeedAsDocumented) {
    Seeded random;
    for (const std::uint64_t stream : {std::uint64_t{0}, std::uint64_t{1}, random.rng.next()}) {
        Rng rng(random.seed, stream);
        EXPECT_EQ(take(rng, 16 * 700), documented_expansion(random.seed, stream, 700)) << stream;
    }
}

TEST(Rng, WordsAreLittleEndianBytesOfTheStream) {
    Seeded random;
    const auto bytes = documented_expansion(random.seed, 5, 2);
    Rng rng(random.seed, 5);
    std::array<std::uint64_t, 3> words{rng.next(), 0, 0};
    rng.fill(std::span(words).subspan(1));
    for (std::size_t i = 0; i < 24; ++i) {
        EXPECT_EQ(static_cast<std::byte>(words[i / 8] >> (8 * (i % 8))), bytes[i]) << i;
    }
}

TEST(Rng, TheSequenceDoesNotDependOnHowItIsCut) {
    Seeded random;
    Rng whole(random.seed, 9);
    const auto expected = take(whole, 100000);
    Rng cut(random.seed, 9);
    std::vector<std::byte> got;
    while (got.size() < expected.size()) {
        const std::uint64_t kind = random.rng.next() % 4;
        std::vector<std::byte> piece;
        if (kind == 0) {
            const std::uint64_t word = cut.next();
            for (unsigned i = 0; i < 8; ++i) piece.push_back(static_cast<std::byte>(word >> (8 * i)));
        } else if (kind == 1) {
            const Seed seed = cut.new_seed();
            piece.assign(seed.begin(), seed.end());
        } else {
            piece = take(cut, random.rng.next() % (kind == 2 ? 50 : 9000));
        }
        got.insert(got.end(), piece.begin(), piece.end());
    }
    got.resize(expected.size());
    EXPECT_TRUE(got == expected);
}

TEST(Rng, StreamsSeedsAndSystemGeneratorsDiffer) {
    Seeded random;
    Seed other = random.seed;
    other[31] ^= std::byte{1};
    std::set<std::uint64_t> first = {
        Rng(random.seed).next(), Rng(random.seed, 1).next(), Rng(random.seed, std::uint64_t{1} << 63).next(),
        Rng(other).next(),       Rng::from_system().next(),  Rng::from_system().next()};
    EXPECT_EQ(first.size(), 6U);
}

TEST(Rng, MovesWithItsPlaceInTheStream) {
    Seeded random;
    const auto bytes = documented_expansion(random.seed, 0, 2);
    Rng first(random.seed);
    static_cast<void>(take(first, 5));
    Rng second = std::move(first);
    EXPECT_EQ(to_hex(take(second, 20)), to_hex(std::span(bytes).subspan(5, 20)));
}

// Two-sided 6 sigma on the number of one bits of 2^20 words: a false alarm in 5e8 runs.
TEST(Rng, BitsAreBalanced) {
    Seeded random;
    std::vector<std::uint64_t> words(1 << 20);
    random.rng.fill(words);
    double ones = 0;
    for (const std::uint64_t word : words) ones += std::popcount(word);
    const double bits = 64.0 * static_cast<double>(words.size());
    EXPECT_LT(std::abs(ones - bits / 2), 6 * std::sqrt(bits) / 2);
}

TEST(Rng, WipesItsBufferOnDestruction) {
    static std::size_t released;
    static bool zero;
    released = 0;
    zero = true;
    {
        Rng rng = Rng::from_system();
        static_cast<void>(rng.next());
        secret_trace = [](std::span<const std::byte> wiped) noexcept {
            released += wiped.size();
            zero = zero && std::ranges::count(wiped, std::byte{0}) == static_cast<std::ptrdiff_t>(wiped.size());
        };
    }
    secret_trace = nullptr;
    EXPECT_EQ(released, 4096U);
    EXPECT_TRUE(zero);
}

}  // namespace tacit
