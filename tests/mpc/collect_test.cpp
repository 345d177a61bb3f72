#include "tacit/mpc/collect.hpp"

#include <algorithm>
#include <mutex>

#include "../base/seeded.hpp"
#include "../base/throws.hpp"
#include "tacit/party/local_network.hpp"

namespace tacit::mpc {

namespace {

class Collections : public testing::Test {
protected:
    Collections() { make(3); }

    void make(int servers) {
        task_ = {.name = "wages", .entries = {"wage", "hours"}, .low = -1000, .high = 100'000, .servers = {}};
        collections_.clear();
        std::vector<party::SealingKey> keys;
        for (int i = 0; i < servers; ++i) {
            keys.push_back(party::SealingKey::create(seeded_.rng));
            task_.servers.push_back(keys.back().public_key());
        }
        for (int i = 0; i < servers; ++i) {
            collections_.emplace_back(task_, i, party::SealingKey(keys[static_cast<std::size_t>(i)].secret()));
            keys_.emplace_back(keys[static_cast<std::size_t>(i)].secret());
        }
    }
    static ContributorId id(int number) { return {static_cast<std::byte>(number)}; }
    /// What contributor `number` sends to each server.
    auto submission(int number, std::uint64_t version, std::vector<std::int64_t> values) {
        return make_submission(task_, id(number), version, values, seeded_.rng);
    }
    void submit(int number, std::uint64_t version, const std::vector<std::int64_t>& values) {
        const auto messages = submission(number, version, values);
        for (std::size_t i = 0; i < collections_.size(); ++i) {
            EXPECT_TRUE(collections_[i].add(messages[i]).value());
        }
    }
    auto open_each() {
        return network().run_each(
            [&](party::Party& me) { return collections_[static_cast<std::size_t>(me.index())].open(me); });
    }
    party::LocalNetwork& network() {
        if (!network_) network_ = std::make_unique<party::LocalNetwork>(static_cast<int>(collections_.size()));
        return *network_;
    }

    Seeded seeded_;
    CollectionTask task_;
    std::vector<party::SealingKey> keys_;
    std::vector<Collection> collections_;
    std::unique_ptr<party::LocalNetwork> network_;
};

}  // namespace

TEST_F(Collections, TheSumsOfAllContributorsOpen) {
    std::int64_t wages = 0;
    for (int i = 0; i < 40; ++i) {
        const auto wage = static_cast<std::int64_t>(seeded_.rng.next() % 100'000);
        wages += wage;
        submit(i, 1, {wage, -i});
    }
    for (const auto& total : open_each()) {
        EXPECT_EQ(total->contributors, 40U);
        EXPECT_EQ(total->dropped, 0U);
        EXPECT_EQ(total->sums, (std::vector<std::int64_t>{wages, -780}));
    }
    EXPECT_EQ(network().rounds(), 4);
    EXPECT_EQ(network().traffic()[1].bytes_sent, 2U * (24 * 40 + 8 * 2 + 104));
}

TEST_F(Collections, TheNewestVersionCountsAndReplaysDoNot) {
    for (int i = 0; i < 3; ++i) submit(i, 1, {10, 1});
    const auto old = submission(0, 1, {10, 1});
    submit(0, 7, {99, 2});
    const auto late = submission(0, 6, {5, 5});
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_FALSE(collections_[i].add(old[i]).value());
        EXPECT_FALSE(collections_[i].add(late[i]).value());
    }
    EXPECT_EQ(open_each()[0]->sums, (std::vector<std::int64_t>{119, 4}));
}

TEST_F(Collections, WhomOneServerDoesNotHaveIsDroppedByAll) {
    for (int i = 0; i < 5; ++i) submit(i, 1, {10, 1});
    const auto lost = submission(5, 1, {1000, 0});
    EXPECT_TRUE(collections_[0].add(lost[0]).value());
    const auto corrected = submission(4, 2, {500, 0});
    EXPECT_TRUE(collections_[1].add(corrected[1]).value());
    const auto totals = open_each();
    for (const auto& total : totals) EXPECT_EQ(total->sums, (std::vector<std::int64_t>{40, 4}));
    EXPECT_EQ(totals[0]->dropped, 2U);
    EXPECT_EQ(totals[1]->dropped, 1U);
}

TEST_F(Collections, TooFewContributorsOpenNothingAndNothingOpensTwice) {
    submit(0, 1, {10, 1});
    submit(1, 1, {10, 1});
    for (const auto& total : open_each()) {
        EXPECT_EQ(total.error().code(), ErrorCode::budget_exceeded);
        EXPECT_THAT(total.error().what(), testing::HasSubstr("2 contributors reached all servers, and the task opens"));
    }
    EXPECT_THAT(open_each()[0].error().what(), testing::HasSubstr("opened before"));
    const auto more = submission(2, 1, {10, 1});
    EXPECT_THAT(collections_[0].add(more[0]).error().what(), testing::HasSubstr("closed or full"));
}

TEST_F(Collections, MessagesForAnotherServerTaskContributorOrVersionAreRefused) {
    const auto messages = submission(0, 1, {10, 1});
    const auto refused = [&](Collection& collection, std::span<const std::byte> message) {
        const auto added = collection.add(message);
        return !added && added.error().code() == ErrorCode::malformed_input;
    };
    EXPECT_TRUE(refused(collections_[1], messages[2]));
    EXPECT_TRUE(refused(collections_[0], messages[1]));
    for (std::size_t i = 0; i < messages[1].size(); ++i) {
        auto altered = messages[1];
        altered[i] ^= std::byte{4};
        EXPECT_TRUE(refused(collections_[1], altered)) << i;
        EXPECT_TRUE(refused(collections_[1], std::span(messages[1]).first(i))) << i;
    }
    CollectionTask other = task_;
    other.entries[1] = "age";
    Collection others(other, 1, party::SealingKey(keys_[1].secret()));
    EXPECT_TRUE(refused(others, messages[1]));
    EXPECT_EQ(collections_[1].size(), 0U);
    EXPECT_TRUE(collections_[1].add(messages[1]).value());
}

TEST_F(Collections, TasksAndValuesThatCannotBeAreRefused) {
    const auto refused = [&](const auto& change, const char* part) {
        CollectionTask task = task_;
        change(task);
        expect_throws(ErrorCode::invalid_argument, part, [&] {
            task.check();
            return 0;
        });
    };
    refused([](CollectionTask& t) { t.entries.clear(); }, "0 entries");
    refused([](CollectionTask& t) { t.low = t.high + 1; }, "no value lies");
    refused([](CollectionTask& t) { t.fewest = 2; }, "fewer than 3");
    refused([](CollectionTask& t) { t.high = INT64_MAX / 10; }, "can pass 2^63");
    refused([](CollectionTask& t) { t.servers.resize(1); }, "1 servers");
    refused([](CollectionTask& t) { t.servers[1] = t.servers[0]; }, "keys of their own");
    expect_throws(ErrorCode::invalid_argument, "'hours' is outside", [&] { return submission(0, 1, {0, 100'001}); });
    expect_throws(ErrorCode::invalid_argument, "1 values", [&] { return submission(0, 1, {0}); });
    expect_throws(ErrorCode::invalid_argument, "not that of server 0",
                  [&] { return Collection(task_, 0, party::SealingKey(keys_[1].secret())).size(); });
    make(2);
    party::LocalNetwork three(3);
    expect_throws(ErrorCode::invalid_argument, "is party",
                  [&] { return three.run([&](party::Party& me) { return collections_[0].open(me).contributors; }); });
}

}  // namespace tacit::mpc
