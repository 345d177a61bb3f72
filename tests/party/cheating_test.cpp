// Parties that cheat in what every run begins with; and planted flaws that the harness must find.
#include "cheating.hpp"

#include "party/greeting.hpp"
#include "tacit/party/agreement.hpp"

namespace tacit::party {

namespace {

constexpr MessageType planted_type{0x7f01, "planted"};
constexpr MessageType answer_type{0x7f02, "answer"};

Attacked row_of(const std::string& protocol, std::size_t kinds, std::function<Bytes(Party&)> run) {
    return {.protocol = protocol,
            .parties = 3,
            .cheaters = {0, 1, 2},
            .kinds = kinds,
            .run = [run = std::move(run)](Party& me, int) { return run(me); },
            .harmless_percent = 15};  // the last message of a link is one of few
}

/// A greeting and its confirmation, under keys that only the two ends of a link have.
Bytes meet(Party& me) {
    const Digest session =
        agree_on_session(me, {.name = "test", .members = {}}, {.program = "test/1", .parameters = ""});
    std::vector<Digest> keys(3);
    for (const int other : me.others()) {
        const auto ends = static_cast<std::byte>((1 << me.index()) + (1 << other));
        keys[static_cast<std::size_t>(other)].fill(ends);
    }
    confirm_session(me, session, keys);
    return bytes_of(std::span<const std::byte>(session));
}

CheatingReport report_of(const Attacked& row) { return Attack(row, Seed{}).run(); }

}  // namespace

TEST(Cheating, InAgreementsIsCaught) {
    attack(row_of("commit, then open", 3, [](Party& me) {
        Bytes all;
        for (const Bytes& one : commit_then_open(me, "test", Bytes(5, static_cast<std::byte>(me.index())))) {
            detail::append(all, one);
        }
        return all;
    }));
    attack(row_of("coins", 3, [](Party& me) {
        const Seed seed = toss_coins(me, "test");
        return bytes_of(std::span<const std::byte>(seed));
    }));
    attack(row_of("equal views", 1, [](Party& me) {
        confirm_equal(me, "test", Bytes(8, std::byte{3}));
        return Bytes(1);
    }));
}

TEST(Cheating, InGreetingsIsCaught) {
    Attacked row = row_of("session: greeting, confirmation", 2, meet);
    row.repeated = {greeting_type.number};  // all but the nonce
    attack(row);
}

TEST(Cheating, NobodyOpensToAnybodyBeforeAllHaveCommittedToIt) {
    // Party 2 keeps its commitment back from everybody: nobody shows it anything.
    int opened = 0;
    LocalNetwork network(3, {}, [&](Frame& frame) {
        if (frame.from == 2 && frame.number == 0) frame.bytes.clear();
        opened += frame.from != 2 && frame.number > 0 ? 1 : 0;
    });
    const auto outcomes = network.run_each([](Party& me) { return toss_coins(me, "test"); });
    EXPECT_FALSE(outcomes[0] || outcomes[1]);
    EXPECT_EQ(opened, 0);
}

TEST(Cheating, IsFoundWhereAProtocolLetsItPass) {
    const auto exchange = [](Party& me, std::uint64_t mine) {
        me.send_to_others(planted_type, mine);
        std::uint64_t sum = mine;
        for (const int other : me.others()) sum += me.receive<std::uint64_t>(other, planted_type);
        return sum;
    };
    // A sum that nobody checks.
    const Attacked unchecked =
        row_of("unchecked", 1, [&](Party& me) { return bytes_of(std::vector{exchange(me, 5)}); });
    EXPECT_GT(report_of(unchecked).undetected, 10);
    // Results leave before they are checked.
    Attacked early = row_of("early", 2, [&](Party& me) {
        const std::uint64_t sum = exchange(me, me.rng().next());
        me.send_to_others(answer_type, sum);
        for (const int other : me.others()) static_cast<void>(me.receive<std::uint64_t>(other, answer_type));
        confirm_equal(me, "sum", bytes_of(std::vector{sum}));
        return Bytes();
    });
    EXPECT_EQ(report_of(early).undetected, 0);
    early.results = {answer_type.number};
    early.late = {answer_type.number};
    EXPECT_GT(report_of(early).undetected, 5);
}

TEST(Cheating, IsFoundWhereAPartyShowsItsSecretOrRepeatsItsRandomness) {
    // A party that ends the run if an altered number meets its secret.
    Attacked selective = row_of("selective", 1, [](Party&) { return Bytes(); });
    selective.parties = 2;
    selective.cheaters = {0};
    selective.run = [](Party& me, int secret) {
        if (me.index() == 0) {
            me.send(1, planted_type, std::uint64_t{2});
            return Bytes();
        }
        if (me.receive<std::uint64_t>(0, planted_type) == 3 && secret == 1) me.accuse(0, "guessed");
        me.send(0, answer_type, static_cast<std::uint64_t>(secret));
        return Bytes();
    };
    selective.masked = Kinds{answer_type.number};
    EXPECT_EQ(report_of(selective).undetected, 1);
    selective.masked = Kinds{};
    EXPECT_GT(report_of(selective).undetected, 3) << "the answer is the secret";
    // Randomness that comes from the inputs.
    const Attacked stale = row_of("stale", 1, [](Party& me) {
        me.send_to_others(planted_type, Rng(Seed{static_cast<std::byte>(me.index())}).new_seed());
        for (const int other : me.others()) static_cast<void>(me.receive<Seed>(other, planted_type));
        return Bytes();
    });
    EXPECT_EQ(report_of(stale).repeated, Kinds{planted_type.number});
}

}  // namespace tacit::party
