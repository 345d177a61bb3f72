// One of four parties cheats: the messages that it sends, altered in every way. Nobody honest may take a wrong result.
#include "party/cheating.hpp"

#include <cstdlib>
#include <cstring>
#include <map>

#include "../base/seeded.hpp"
#include "mpc/replicated_support.hpp"
#include "tacit/mpc/auction.hpp"
#include "tacit/mpc/sort.hpp"

namespace tacit::mpc {

namespace {

using party::Frame;

/// A protocol that uses every kind of message: keys, inputs, products, checks, openings, dealt shares, shuffles.
std::vector<std::uint64_t> everything(party::Party& me) {
    Replicated ring(me);
    const std::vector<std::uint64_t> values{5, 3, 9};
    const Numbers x = ring.input(0, values, 3);
    const Numbers y = ring.input(3, values, 3);
    ring.confirm_dealt(std::vector{&x.parts});
    const auto sorted = sort_by(ring, ring.multiply(x, y)).front();
    std::vector<std::uint64_t> out = ring.open(sorted);
    const Bits bids = ring.constant(ClearBits(values, 4));
    const Bits reserve = ring.constant(ClearBits(std::vector<std::uint64_t>{4}, 4));
    const auto result =
        open_result(ring, hold_auction(ring, bids, reserve, {.bid_bits = 4}), Opened::price_and_winners);
    out.push_back(*result.price);
    out.push_back(result.winners.at(0));
    return out;
}

/// Which kind of message a frame is.
std::uint16_t type_of(const Frame& frame) {
    std::uint16_t type = 0;
    std::memcpy(&type, &frame.bytes[4], sizeof type);
    return type;
}

/// One run for every alteration of one frame.
void attack(party::CheatingReport& report, const party::Recording& honest, const party::Recording& another,
            const Frame& target, const Seed& seed) {
    const std::vector<std::vector<std::uint64_t>> right(4, {9, 25, 81, 5, 2});
    const Frame reflected = honest.find(target.to, target.from, target.number);
    const auto other = another.find(target.from, target.to, target.number).bytes;
    const auto earlier =
        target.number == 0 ? std::vector<std::byte>() : honest.find(target.from, target.to, target.number - 1).bytes;
    for (const party::Alteration& alteration : party::alterations()) {
        Frame probe = target;
        alteration.apply(probe, reflected, other, earlier);
        if (probe.bytes == target.bytes) continue;
        party::LocalNetwork network(4, seed, [&](Frame& frame) {
            if (frame.from == target.from && frame.to == target.to && frame.number == target.number) {
                alteration.apply(frame, reflected, other, earlier);
            }
        });
        party::judge(report, network.run_each(everything), right, target.from, alteration.name);
    }
}

}  // namespace

TEST(FourParties, NoAlteredMessageOfOneOfThemGivesAWrongResult) {
    const Seeded seeded;
    const bool thorough = std::getenv("TACIT_SOAK") != nullptr;
    party::CheatingReport report;
    std::map<std::uint16_t, int> kinds;
    const party::Recording honest(4, seeded.seed, everything);
    const party::Recording another(4, Seed{}, everything);
    std::map<std::tuple<int, int, std::uint16_t>, int> seen;
    for (const Frame& target : honest.frames) {  // of each kind from each party to each other the first two, or all
        const std::uint16_t type = type_of(target);
        ++kinds[type];
        if (seen[{target.from, target.to, type}]++ < 2 || thorough) {
            attack(report, honest, another, target, seeded.seed);
        }
    }
    EXPECT_EQ(report.undetected, 0) << report.example;
    EXPECT_GT(report.caught, 1000);
    EXPECT_LT(report.harmless, report.caught / 100) << "bytes after the last message of a link are never read";
    EXPECT_EQ(kinds.size(), 9U) << "a kind of message was not attacked";
    std::printf("%d altered messages: %d caught, %d without consequence, %d undetected\n", report.altered,
                report.caught, report.harmless, report.undetected);
}

TEST(ThreeParties, ACheaterCanChangeAResultUnnoticedAsTheHeaderSays) {
    bool deceived = false;
    for (std::uint32_t number = 0; number < 4; ++number) {
        party::LocalNetwork network(3, Seed{}, [&](Frame& frame) {
            if (frame.from == 1 && frame.number == number) frame.bytes.at(party::frame_header_bytes) ^= std::byte{1};
        });
        const auto outcomes = network.run_each([](party::Party& me) {
            Replicated ring(me);
            const Numbers x = ring.constant(std::vector<std::uint64_t>{5});
            return ring.open(ring.multiply(x, x));
        });
        for (const auto& outcome : outcomes) deceived = deceived || (outcome && outcome->front() != 25);
    }
    EXPECT_TRUE(deceived) << "the warning about three parties would be out of date";
}

}  // namespace tacit::mpc
