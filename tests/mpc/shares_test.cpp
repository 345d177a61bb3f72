#include "tacit/mpc/shares.hpp"

#include "../base/seeded.hpp"
#include "../base/throws.hpp"
#include "mpc/bit_transpose.hpp"

namespace tacit::mpc {

namespace {

/// What a party does with a share it does with each component: one component stands for the bits themselves.
Bits as_share(const ClearBits& bits) {
    Bits out{.parts = {}, .shape = bits.shape};
    out.parts[1].assign(bits.words.begin(), bits.words.end());
    return out;
}

ClearBits component(Bits share) {
    clear_padding(share);
    ClearBits out(share.shape);
    out.words.assign(share.parts[1].begin(), share.parts[1].end());
    return out;
}

ClearBits random_bits(Rng& rng, BitShape shape) {
    ClearBits out(shape);
    rng.fill(std::span<std::uint64_t>(out.words));
    return out;
}

}  // namespace

TEST(BitTranspose, SwapsRowsAndColumns) {
    Seeded seeded;
    std::array<std::uint64_t, 64> rows{};
    seeded.rng.fill(std::span<std::uint64_t>(rows));
    auto columns = rows;
    transpose(columns);
    for (std::size_t i = 0; i < 64; ++i) {
        for (std::size_t j = 0; j < 64; ++j) EXPECT_EQ((rows[i] >> j) & 1U, (columns[j] >> i) & 1U);
    }
}

TEST(ClearBits, HoldOneLaneForEachValue) {
    const std::vector<std::uint64_t> values{5, 0, ~std::uint64_t{0}, std::uint64_t{1} << 63U};
    EXPECT_EQ(ClearBits(values, 64).values(), values);
    EXPECT_EQ(ClearBits(values, 3).values(), (std::vector<std::uint64_t>{5, 0, 7, 0}));
    EXPECT_TRUE(ClearBits(values, 64).at(63, 3));
    EXPECT_FALSE(ClearBits(values, 64).at(1, 0));
    EXPECT_EQ(planes_for(1), 1U);
    EXPECT_EQ(planes_for(2), 1U);
    EXPECT_EQ(planes_for(3), 2U);
    EXPECT_EQ(planes_for(1025), 11U);
}

TEST(Bits, PlanesAndLanesAreTakenAndPutTogether) {
    Seeded seeded;
    for (const std::size_t count : {1U, 2U, 63U, 64U, 65U, 130U}) {
        const ClearBits x = random_bits(seeded.rng, {3, count});
        const ClearBits y = random_bits(seeded.rng, {3, 5});
        const Bits share = as_share(x);
        const Bits other = as_share(y);
        const ClearBits even = component(even_lanes(share));
        const ClearBits odd = component(odd_lanes(share));
        const ClearBits side = component(beside({&share, &other}));
        const ClearBits last = component(lanes(share, (count - 1) / 64 * 64, (count - 1) % 64 + 1));
        const Bits again = stack({&share, &share});
        const ClearBits upper = component(planes(again, 4, 2));
        for (std::size_t plane = 0; plane < 3; ++plane) {
            for (std::size_t lane = 0; lane < count; ++lane) {
                EXPECT_EQ(x.at(plane, lane), (lane % 2 == 0 ? even : odd).at(plane, lane / 2));
                EXPECT_EQ(x.at(plane, lane), side.at(plane, lane));
                const bool in_last = lane / 64 == (count - 1) / 64;
                EXPECT_EQ(x.at(plane, lane), plane > 0 ? upper.at(plane - 1, lane) : x.at(plane, lane));
                EXPECT_EQ(x.at(plane, lane), in_last ? last.at(plane, lane % 64) : x.at(plane, lane));
            }
            for (std::size_t lane = 0; lane < 5; ++lane) {
                EXPECT_EQ(y.at(plane, lane), side.at(plane, x.shape.lane_words() * 64 + lane));
            }
            EXPECT_FALSE(count % 2 == 1 && odd.at(plane, count / 2)) << "a lane that is not there is 0";
        }
    }
}

TEST(Bits, GatherTakesLanesInAnyOrderFromAnyNumberOfPlanes) {
    Seeded seeded;
    const ClearBits x = random_bits(seeded.rng, {70, 90});
    const std::vector<std::uint32_t> order{89, 0, 0, 64, 17};
    const ClearBits y = component(gather(as_share(x), order));
    for (std::size_t plane = 0; plane < 70; ++plane) {
        for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(y.at(plane, i), x.at(plane, order[i]));
    }
}

}  // namespace tacit::mpc
