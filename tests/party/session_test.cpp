#include "tacit/party/session.hpp"

#include <fmt/format.h>

#include <atomic>
#include <future>
#include <thread>

#include "../base/temporary_folder.hpp"
#include "../base/throws.hpp"
#include "party/listener.hpp"

namespace tacit::party {

namespace {

using namespace std::chrono_literals;

constexpr MessageType word_type{0x7f01, "word"};
constexpr MessageType bulk_type{0x7f02, "bulk"};

class Sessions : public InTemporaryFolder {
protected:
    /// n parties with identities and addresses of this machine.
    void make_parties(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            const std::string name = fmt::format("p{}", i);
            identities_.push_back(identity::Identity::create(folder_ / name, name));
            roster_.members.push_back({.name = name,
                                       .pin = identities_.back().fingerprint(),
                                       .address = fmt::format("127.0.0.1:{}", free_port())});
        }
    }

    Session open(std::size_t i, const Plan& plan, Patience patience = {20s, 20s}) const {
        return Session::open(roster_, identities_[i], plan, patience);
    }

    /// Every party in a thread: protocol(session). Results or errors by party.
    template <class Protocol>
    auto run(const Protocol& protocol) const {
        using Value = std::invoke_result_t<const Protocol&, std::size_t>;
        std::vector<std::future<Expected<Value>>> parties;
        for (std::size_t i = 0; i < identities_.size(); ++i) {
            parties.push_back(std::async(std::launch::async, [&protocol, i]() -> Expected<Value> {
                return catching([&] { return protocol(i); });
            }));
        }
        std::vector<Expected<Value>> outcomes;
        for (auto& party : parties) outcomes.push_back(party.get());
        return outcomes;
    }

    std::vector<identity::Identity> identities_;
    Roster roster_{.name = "test", .members = {}};
    Plan plan_{.program = "test/1", .parameters = "none"};
};

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
        EXPECT_THAT(ended[i].error().what(), testing::HasSubstr("p1 ended the run, or the connection to it broke"));
        EXPECT_THAT(ended[i].error().what(), testing::Not(testing::HasSubstr("mine alone")));
    }
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
