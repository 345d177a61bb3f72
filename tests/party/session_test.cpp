#include "tacit/party/session.hpp"

#include <atomic>
#include <thread>

#include "../base/throws.hpp"
#include "sessions.hpp"

namespace tacit::party {

namespace {

constexpr MessageType bulk_type{0x7f02, "bulk"};

}  // namespace

TEST_F(Sessions, FourPartiesSumOverTls) {
    make_parties(4);
    const auto totals = run([&](std::size_t i) {
        Session session = open(i, plan_);
        Party& me = session.party();
        std::uint64_t total = i;
        me.send_to_others(word_type, total);
        for (const int other : me.others()) total += me.receive<std::uint64_t>(other, word_type);
        session.finish();
        return std::pair(total, me.session());
    });
    for (const auto& total : totals) EXPECT_EQ(total.value(), std::pair(std::uint64_t{6}, totals[0]->second));
}

TEST_F(Sessions, EveryRunHasAnIdentifierOfItsOwn) {
    make_parties(2);
    std::vector<Digest> seen;
    for (int repetition = 0; repetition < 2; ++repetition) {
        const auto ids = run([&](std::size_t i) {
            Session session = open(i, plan_);
            session.finish();
            return session.party().session();
        });
        EXPECT_EQ(ids[0].value(), ids[1].value());
        seen.push_back(*ids[0]);
    }
    EXPECT_NE(seen[0], seen[1]);
}

TEST_F(Sessions, MessagesLargerThanAllQueuesDoNotBlockEachOther) {
    make_parties(2);
    const auto outcomes = run([&](std::size_t i) {
        Session session = open(i, plan_);
        Party& me = session.party();
        std::vector<std::uint64_t> values(std::size_t{17} << 20, i);  // 136 MiB
        values.back() = 7 + i;
        const int other = me.others().front();
        me.send(other, bulk_type, values);
        me.receive(other, bulk_type, std::span<std::uint64_t>(values));
        session.finish();
        return values.back() == 8 - i && values.front() == 1 - i;
    });
    for (const auto& outcome : outcomes) EXPECT_TRUE(outcome.value());
}

TEST_F(Sessions, SayWhetherAMessageHasCome) {
    make_parties(2);
    constexpr std::size_t words = 20'000;
    const auto outcomes = run([&](std::size_t i) {
        Session session = open(i, plan_);
        Party& me = session.party();
        bool right = true;
        if (i == 0) {
            right = !me.has_come(1, 8);  // comes after what follows
            me.send(1, bulk_type, std::vector<std::uint64_t>(words, 5));
            right = right && me.receive<std::uint64_t>(1, word_type) == 6;
        } else {
            const auto deadline = std::chrono::steady_clock::now() + 20s;
            while (!me.has_come(0, 8 * words) && std::chrono::steady_clock::now() < deadline) {
                std::this_thread::sleep_for(1ms);
            }
            right = me.has_come(0, 8 * words) && !me.has_come(0, 8 * words + 1);
            right = right && me.receive<std::uint64_t>(0, bulk_type, words) == std::vector<std::uint64_t>(words, 5);
            right = right && !me.has_come(0, 8);
            me.send(0, word_type, std::uint64_t{6});
        }
        session.finish();
        return right;
    });
    for (const auto& outcome : outcomes) EXPECT_TRUE(outcome.value());
}

TEST_F(Sessions, LargeMessagesInBothDirectionsDoNotBlockEachOther) {
    make_parties(3);
    const auto outcomes = run([&](std::size_t i) {
        Session session = open(i, plan_);
        Party& me = session.party();
        const std::vector<std::uint64_t> mine(std::size_t{3} << 20, i + 1);  // 24 MiB
        me.send_to_others(bulk_type, mine);
        bool right = true;
        for (const int other : me.others()) {
            const auto theirs = me.receive<std::uint64_t>(other, bulk_type, mine.size());
            right = right && theirs == std::vector<std::uint64_t>(mine.size(), static_cast<std::uint64_t>(other) + 1);
        }
        session.finish();
        return right;
    });
    for (const auto& outcome : outcomes) EXPECT_TRUE(outcome.value());
}

TEST_F(Sessions, AnotherPlanOrRosterIsNamedOnAllSides) {
    make_parties(3);
    const auto plans = run([&](std::size_t i) {
        return open(i, i == 2 ? Plan{.program = "test/1", .parameters = "others"} : plan_).party().index();
    });
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
        EXPECT_EQ(plans[i].error().code(), ErrorCode::parameter_mismatch);
        EXPECT_STREQ(plans[i].error().what(),
                     "'p2' has another parameters than this party; all must say the same: compare both");
    }
    EXPECT_EQ(plans[2].error().code(), ErrorCode::parameter_mismatch);
    Roster other = roster_;
    other.members[1].roles.input = false;
    const auto rosters = run([&](std::size_t i) {
        return Session::open(i == 1 ? other : roster_, identities_[i], plan_, {20s, 20s}).party().index();
    });
    EXPECT_THAT(rosters[0].error().what(), testing::HasSubstr("'p1' has another roster"));
}

TEST_F(Sessions, AWrongKeyIsRefusedBeforeAnythingIsSaid) {
    make_parties(2);
    const identity::Identity thief = identity::Identity::create(folder_ / "thief", "p0");
    Roster thiefs = roster_;
    thiefs.members[0].pin = thief.fingerprint();
    auto first = std::async(std::launch::async, [&] {
        return catching([&] { return Session::open(thiefs, thief, plan_, {3s, 3s}).party().index(); });
    });
    expect_throws(ErrorCode::untrusted_peer,
                  fmt::format("the roster says {}", identity::to_string(roster_.members[0].pin)),
                  [&] { return open(1, plan_); });
    EXPECT_EQ(first.get().error().code(), ErrorCode::unreachable);
    // The other direction: a stranger who connects is not let in, and does not keep the right one out.
    auto waits =
        std::async(std::launch::async, [&] { return catching([&] { return open(0, plan_).party().count(); }); });
    Roster strangers = roster_;
    strangers.members[1].pin = thief.fingerprint();
    expect_throws(ErrorCode::unreachable, "p0 ended the run", [&] {
        return Session::open(strangers, thief, plan_, {10s, 10s});
    });
    EXPECT_EQ(open(1, plan_).party().count(), 2);
    EXPECT_EQ(waits.get().value(), 2);
}

TEST_F(Sessions, WhoIsNotThereIsNamedInTime) {
    make_parties(3);
    const auto refusal = message_of(ErrorCode::unreachable, [&] { static_cast<void>(open(1, plan_, {1s, 1s})); });
    EXPECT_THAT(refusal, testing::HasSubstr("not all parties came within 1 s: 'p0' (127.0.0.1:"));
    EXPECT_THAT(refusal, testing::HasSubstr("Connection refused), 'p2' (it did not connect to 127.0.0.1:"));
    const identity::Identity nobody = identity::Identity::create(folder_ / "nobody", "nobody");
    expect_throws(ErrorCode::invalid_argument, "no computing party of the roster has the key of identity 'nobody'",
                  [&] { return Session::open(roster_, nobody, plan_); });
}

TEST_F(Sessions, OneOfThePartiesMayListenNowhere) {
    make_parties(3);
    roster_.members[1].address.clear();  // connects to the later one too
    const auto counts = run([&](std::size_t i) {
        Session session = open(i, plan_);
        session.finish();
        return session.party().count();
    });
    for (const auto& count : counts) EXPECT_EQ(count.value(), 3);
    roster_.members[0].address.clear();
    expect_throws(ErrorCode::invalid_argument, "neither 'p0' nor 'p1' has an address", [&] { return open(2, plan_); });
}

TEST_F(Sessions, WhoStartsAgainBeforeAllAreThereIsLetIn) {
    make_parties(3);
    const auto meet = [&](std::size_t i) {
        return catching([&] {
            Session session = open(i, plan_);
            session.finish();
            return session.party().count();
        });
    };
    auto first = std::async(std::launch::async, meet, 0);
    for (int attempt = 0; attempt < 2; ++attempt) {  // meets party 0, not party 2, and gives up
        expect_throws(ErrorCode::unreachable, "'p2'", [&] { return open(1, plan_, {1s, 1s}); });
    }
    auto second = std::async(std::launch::async, meet, 1);
    EXPECT_EQ(meet(2).value(), 3);
    EXPECT_EQ(first.get().value(), 3);
    EXPECT_EQ(second.get().value(), 3);
}

TEST_F(Sessions, APartyThatStallsOrEndsGivesAnErrorToAll) {
    make_parties(3);
    std::promise<void> over;
    const std::shared_future<void> is_over = over.get_future().share();
    std::atomic<int> failed = 0;
    const auto stalled = run([&](std::size_t i) {
        Session session = open(i, plan_, {20s, 1s});
        if (i == 2) {  // says nothing until the others gave up
            is_over.wait_for(20s);
            return 0;
        }
        try {
            return session.party().receive<int>(2, word_type);
        } catch (const Error&) {
            if (++failed == 2) over.set_value();
            throw;
        }
    });
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
        EXPECT_EQ(stalled[i].error().code(), ErrorCode::unreachable);
    }
    const auto ended = run([&](std::size_t i) {
        Session session = open(i, plan_);
        if (i == 1) throw Error(ErrorCode::budget_exceeded, "mine alone");
        return session.party().receive<int>(i == 0 ? 2 : 0, word_type);  // not even from the one that fails
    });
    for (const std::size_t i : {std::size_t{0}, std::size_t{2}}) {
        EXPECT_THAT(ended[i].error().what(),
                    testing::AnyOf(testing::HasSubstr("p1 ended the run, or the connection to it broke"),
                                   testing::HasSubstr("ended the run because it missed p1")));
        EXPECT_THAT(ended[i].error().what(), testing::Not(testing::HasSubstr("mine alone")));
    }
}

TEST_F(Sessions, WhoLeavesBecauseOfAnotherSaysBecauseOfWhom) {
    make_parties(3);
    std::promise<void> over;
    const std::shared_future<void> is_over = over.get_future().share();
    const auto chain = run([&](std::size_t i) {
        Session session = open(i, plan_, {20s, std::chrono::seconds(i == 1 ? 1 : 20)});
        if (i == 2) return is_over.wait_for(20s), 0;  // silent
        if (i == 1) return session.party().receive<int>(2, word_type);
        const auto waits = catching([&] { return session.party().receive<int>(1, word_type); });
        over.set_value();
        return waits.value();
    });
    EXPECT_STREQ(
        chain[0].error().what(),
        "p1 ended the run because it missed p2; nothing was opened after that: start the run again on all sides");
    EXPECT_THAT(chain[1].error().what(), testing::HasSubstr("p2 sent nothing for 1 s while 'word' was due"));
}

TEST_F(Sessions, AFullLinkIsNotWaitedForForever) {
    make_parties(2);
    std::promise<void> over;
    const std::shared_future<void> is_over = over.get_future().share();
    const auto sides = run([&](std::size_t i) {
        Session session = open(i, plan_, {20s, 1s});
        if (i == 1) return is_over.wait_for(20s), 0;  // reads nothing
        const auto sent = catching([&] {
            for (int k = 0; k < 200; ++k) session.party().send(1, bulk_type, std::vector<std::uint64_t>(1 << 17));
            return 0;
        });
        over.set_value();
        return sent.value();
    });
    EXPECT_STREQ(sides[0].error().what(),
                 "p1 took nothing for 1 s of what is sent to it; see what holds it up, or allow more --patience");
}

TEST_F(Sessions, APartyThatFinishesEarlyIsNoAbort) {
    make_parties(2);
    const auto outcomes = run([&](std::size_t i) {
        Session session = open(i, plan_);
        if (i == 0) {
            session.party().send(1, word_type, 5);
            session.finish();
            return 5;
        }
        const int got = session.party().receive<int>(0, word_type);
        expect_throws(ErrorCode::unreachable, "p0 finished although 'word' was due",
                      [&] { return session.party().receive<int>(0, word_type); });
        return got;
    });
    EXPECT_EQ(outcomes[1].value(), 5);
}

}  // namespace tacit::party
