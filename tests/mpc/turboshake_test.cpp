#include "mpc/turboshake.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/seeded.hpp"

namespace tacit::mpc {
namespace {

std::vector<std::byte> hash(std::span<const std::byte> message, std::uint8_t domain, int rounds, std::size_t length) {
    TurboShake128 sponge(domain, rounds);
    sponge.absorb(message);
    std::vector<std::byte> out(length);
    sponge.squeeze(out);
    return out;
}

TEST(TurboShake128, GivesTheKnownAnswers) {
    // RFC 9861, section 5.
    EXPECT_EQ(hash({}, 0x1F, 12, 32), from_hex("1e415f1c5983aff2169217277d17bb538cd945a397ddec541f1ce41af2c1b74c"));
    // FIPS 202: SHAKE128 of nothing.
    EXPECT_EQ(hash({}, 0x1F, 24, 32), from_hex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"));
}

TEST(TurboShake128, PiecesDoNotMatter) {
    Seeded random;
    std::vector<std::byte> message(1000);
    random.rng.fill(message);
    for (const std::size_t length : {0, 1, 167, 168, 169, 336, 1000}) {
        const auto whole = hash(std::span(message).first(length), 1, 12, 500);
        TurboShake128 sponge(1);
        for (std::size_t begin = 0; begin < length;) {
            const std::size_t piece = std::min<std::size_t>(random.rng.next() % 200, length - begin);
            sponge.absorb(std::span(message).subspan(begin, piece));
            begin += piece;
        }
        std::vector<std::byte> out(500);
        for (std::size_t begin = 0; begin < out.size();) {
            const std::size_t piece = std::min<std::size_t>(random.rng.next() % 200, out.size() - begin);
            sponge.squeeze(std::span(out).subspan(begin, piece));
            begin += piece;
        }
        EXPECT_EQ(out, whole) << length;
    }
}

}  // namespace
}  // namespace tacit::mpc
