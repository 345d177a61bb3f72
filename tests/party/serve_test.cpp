#include "tacit/party/serve.hpp"

#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "../base/throws.hpp"
#include "sessions.hpp"

namespace tacit::party {

namespace {

/// p0 serves, the others ask: a client sends a number and gets its square.
class Serving : public Sessions {
protected:
    void SetUp() override {
        make_parties(4);
        for (std::size_t i = 1; i < 4; ++i) roster_.members[i].address.clear();
    }
    ~Serving() override { stop(); }

    void start(std::size_t at_once = 16) {
        server_ = std::thread([this, at_once] {
            serve_clients(
                roster_, identities_[0], plan_, {.patience = {2s, 1s}, .at_once = at_once, .stop = stop_.get_token()},
                [this](Session& session, const Member& client) { square(session, client); },
                [this](const Member& client, const Error& error) { failures_[client.name].push_back(error.what()); });
        });
    }
    void stop() {
        stop_.request_stop();
        if (server_.joinable()) server_.join();
    }
    void square(Session& session, const Member& client) {
        const int number = session.party().receive<int>(1, word_type);
        session.party().send(1, word_type, number * number);
        session.finish();
        const std::lock_guard lock(mutex_);
        ++served_[client.name];
        sessions_.insert(session.party().session());
    }
    Session meet(std::size_t client) const {
        return Session::open_with(roster_.members[0], roster_, identities_[client], plan_, {10s, 10s});
    }
    int ask(std::size_t client, int number) const {
        Session session = meet(client);
        EXPECT_EQ(session.party().index(), 1);
        session.party().send(0, word_type, number);
        const int answer = session.party().receive<int>(0, word_type);
        session.finish();
        return answer;
    }
    /// Both sides of a server for one client.
    Expected<int> serve_once(const std::function<void(Session&)>& serve, Patience patience = {2s, 1s}) const {
        return catching([&] {
            serve_clients(
                roster_, identities_[0], plan_, {.patience = patience, .once = true},
                [&](Session& session, const Member&) { serve(session); },
                [](const Member&, const Error&) { ADD_FAILURE() << "the error is thrown instead"; });
            return 0;
        });
    }

    std::stop_source stop_;
    std::thread server_;
    std::mutex mutex_;
    std::map<std::string, int> served_;
    std::map<std::string, std::vector<std::string>> failures_;
    std::set<Digest> sessions_;
};

}  // namespace

TEST_F(Serving, ClientsComeOneAfterAnotherAndAtTheSameTime) {
    start(2);
    EXPECT_EQ(ask(1, 3), 9);
    EXPECT_EQ(ask(2, 4), 16);
    std::vector<std::future<int>> answers;
    for (int i = 0; i < 12; ++i) {
        answers.push_back(
            std::async(std::launch::async, [this, i] { return ask(static_cast<std::size_t>(1 + i % 3), i); }));
    }
    int squares = 0;
    for (auto& answer : answers) squares += answer.get();
    EXPECT_EQ(squares, 506);
    stop();
    EXPECT_EQ(served_, (std::map<std::string, int>{{"p1", 5}, {"p2", 5}, {"p3", 4}}));
    EXPECT_EQ(sessions_.size(), 14U);
    EXPECT_TRUE(failures_.empty());
}

TEST_F(Serving, AClientThatFailsEndsItsOwnSessionAlone) {
    start();
    EXPECT_EQ(meet(1).party().count(), 2);  // and is gone
    Session silent = meet(2);
    Session lies = meet(3);
    lies.party().send(0, word_type, std::vector{1, 2});
    EXPECT_THROW(static_cast<void>(lies.party().receive<int>(0, word_type)), Error);
    EXPECT_EQ(ask(1, 5), 25);
    EXPECT_EQ(ask(3, 6), 36);
    EXPECT_EQ(ask(2, 7), 49);  // after its silent session was given up
    stop();
    EXPECT_THAT(failures_["p1"], testing::ElementsAre(testing::HasSubstr("p1 ended the run")));
    EXPECT_THAT(failures_["p2"], testing::ElementsAre(testing::HasSubstr("p2 sent nothing for 1 s")));
    EXPECT_THAT(failures_["p3"], testing::ElementsAre(testing::HasSubstr("p3 sent 8 bytes")));
}

TEST_F(Serving, AnotherPlanIsNamedOnBothSides) {
    start();
    expect_throws(ErrorCode::parameter_mismatch, "'p0' has another parameters", [&] {
        return Session::open_with(roster_.members[0], roster_, identities_[1], {plan_.program, "others"}, {10s, 10s});
    });
    EXPECT_EQ(ask(1, 5), 25);
    stop();
    EXPECT_THAT(failures_["p1"], testing::ElementsAre(testing::HasSubstr("'p1' has another parameters")));
}

TEST_F(Serving, OnceThrowsWhatTheOnlySessionThrew) {
    auto client = std::async(std::launch::async, [this] { return catching([this] { return ask(1, 3); }); });
    const auto outcome = serve_once([](Session&) { throw Error(ErrorCode::budget_exceeded, "enough"); });
    EXPECT_STREQ(outcome.error().what(), "enough");
    EXPECT_EQ(client.get().error().code(), ErrorCode::unreachable);
    const auto alone = serve_once([](Session&) {}, {1s, 1s});
    EXPECT_EQ(alone.error().code(), ErrorCode::unreachable);
    EXPECT_THAT(alone.error().what(), testing::HasSubstr(roster_.members[0].address + " within 1 s"));
}

TEST_F(Serving, AServerNeedsAPlaceAndAnAddressInTheRoster) {
    Roster other = roster_;
    other.members[0].address.clear();
    other.members[1].address = "localhost:1";
    const auto serve = [&](const identity::Identity& identity) { serve_clients(other, identity, plan_, {}, {}, {}); };
    expect_throws(ErrorCode::invalid_argument, "'p0' needs an address in the roster", [&] { serve(identities_[0]); });
    expect_throws(ErrorCode::invalid_argument, "'p0' needs an address in the roster",
                  [&] { return Session::open_with(other.members[0], other, identities_[2], plan_); });
    const identity::Identity nobody = identity::Identity::create(folder_ / "nobody", "nobody");
    expect_throws(ErrorCode::invalid_argument, "no computing party of the roster has the key", [&] { serve(nobody); });
}

}  // namespace tacit::party
