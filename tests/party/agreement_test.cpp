#include "tacit/party/agreement.hpp"

#include <set>

#include "../base/throws.hpp"
#include "tacit/party/local_network.hpp"

namespace tacit::party {

namespace {

std::vector<std::vector<std::byte>> show_own_index(Party& me) {
    return commit_then_open(me, "test", std::vector(5, static_cast<std::byte>(me.index())));
}

}  // namespace

TEST(Agreement, EverybodySeesWhatEverybodyCommittedTo) {
    LocalNetwork network(3);
    for (const auto& seen : network.run(show_own_index)) {
        for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(seen[i], std::vector(5, static_cast<std::byte>(i)));
    }
    EXPECT_EQ(network.rounds(), 2);
    EXPECT_EQ(network.traffic()[0].bytes_sent, 2 * (64U + 5));
}

TEST(Agreement, AChangedOpeningIsCaught) {
    for (const std::uint32_t changed : {0U, 1U, 2U}) {
        LocalNetwork network(2, {}, [&](Frame& frame) {
            if (frame.from == 0 && frame.number == changed) frame.bytes.back() ^= std::byte{1};
        });
        expect_throws(ErrorCode::protocol_violation, "party 0 opened something else",
                      [&] { return network.run(show_own_index); });
    }
}

TEST(Agreement, ACopiedCommitmentIsCaught) {
    std::vector<std::byte> first;
    LocalNetwork network(3, {}, [&](Frame& frame) {
        if (frame.number != 0 || frame.to != 2) return;
        if (first.empty()) first = frame.bytes;
        frame.bytes = first;  // whoever speaks second says the same
    });
    expect_throws(ErrorCode::protocol_violation, "copied a commitment", [&] { return network.run(show_own_index); });
}

TEST(Agreement, CoinsAreTheSameForAllAndNewEveryTime) {
    LocalNetwork network(4);
    const auto toss = [](Party& me) {
        const Seed first = toss_coins(me, "a");
        return std::pair(first, toss_coins(me, "b"));
    };
    const auto seeds = network.run(toss);
    EXPECT_EQ(std::set(seeds.begin(), seeds.end()).size(), 1U);
    EXPECT_NE(seeds[0].first, seeds[0].second);
}

TEST(Agreement, DifferentViewsAreCaught) {
    LocalNetwork network(3);
    const auto confirm = [](Party& me, bool liar) {
        const std::vector<std::byte> view(40, std::byte{liar});
        confirm_equal(me, "view", view);
        return 0;
    };
    EXPECT_NO_THROW(network.run([&](Party& me) { return confirm(me, false); }));
    expect_throws(ErrorCode::protocol_violation, "holds something else",
                  [&] { return network.run([&](Party& me) { return confirm(me, me.index() == 2); }); });
}

}  // namespace tacit::party
