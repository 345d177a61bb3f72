#include "tacit/study/compute.hpp"

#include <map>
#include <memory>
#include <set>

#include "studies.hpp"
#include "tacit/party/local_network.hpp"

namespace tacit::study {

namespace {

using Values = std::map<std::size_t, std::vector<std::int64_t>>;  ///< by cell

/// Servers that hold what contributors have sent, and the same in the clear.
class Studies {
public:
    Studies(Rng& rng, int servers, const std::string& toml = wages_toml)
        : rng_(rng), made_(make_study(rng, servers, toml)), parts_(static_cast<std::size_t>(servers)) {}

    [[nodiscard]] const Study& study() const { return made_.study; }
    [[nodiscard]] const Made& made() const { return made_; }
    std::vector<std::vector<std::byte>>& parts() { return parts_; }

    void take(std::span<const std::byte> submission) {
        for (std::size_t server = 0; server < parts_.size(); ++server) {
            const auto part = part_for(study(), submission, server);
            parts_[server].insert(parts_[server].end(), part.begin(), part.end());
        }
    }
    void submit(int number, std::uint64_t version, const Values& values) {
        Table table(study());
        for (const auto& [cell, numbers] : values) table.fill(cell, numbers);
        take(make_submission(study(), contributor(number), version, table, rng_));
        clear_[number] = values;
    }
    void forget(int number) { clear_.erase(number); }

    std::vector<Expected<Outcome>> run(
        const std::function<void(party::Frame&)>& tamper = {},
        const std::function<void(const Digest&)>& settled = [](const Digest&) {}) {
        network_ = std::make_unique<party::LocalNetwork>(static_cast<int>(parts_.size()), rng_.new_seed(), tamper);
        return network_->run_each([&](party::Party& me) {
            const auto server = static_cast<std::size_t>(me.index());
            return compute(me, study(), made_.servers[server], parts_[server], settled);
        });
    }
    Result result() {
        std::vector<std::vector<std::byte>> shares;
        for (const auto& outcome : run()) shares.push_back(outcome.value().result);
        return open_result(study(), made_.analyst, shares).value();
    }
    /// An entry as everybody would compute it in the clear.
    [[nodiscard]] Entry clear(const Cube& cube, std::size_t entry) const {
        Entry out{.contributors = 0, .sums = std::vector<std::int64_t>(study().columns.size())};
        for (const auto& [number, values] : clear_) {
            bool there = false;
            for (const std::size_t cell : cube.cells_of(entry)) {
                const auto at = values.find(cell);
                if (at == values.end()) continue;
                there = true;
                for (std::size_t k = 0; k < out.sums.size(); ++k) out.sums[k] += at->second[k];
            }
            out.contributors += there ? 1 : 0;
        }
        return out;
    }
    [[nodiscard]] int rounds() const { return network_->rounds(); }
    [[nodiscard]] std::uint64_t bytes(std::size_t server) const { return network_->traffic()[server].bytes_sent; }

private:
    Rng& rng_;
    Made made_;
    std::vector<std::vector<std::byte>> parts_;
    std::map<int, Values> clear_;
    std::unique_ptr<party::LocalNetwork> network_;
};

/// What is shown is what the clear computation gives, and nothing small is shown.
void expect_clear(const Studies& studies, const Result& result) {
    const Cube cube = cube_of(studies.study());
    ASSERT_EQ(result.entries.size(), cube.entries());
    for (std::size_t entry = 0; entry < cube.entries(); ++entry) {
        const Entry due = studies.clear(cube, entry);
        if (!result.entries[entry]) continue;
        EXPECT_GE(due.contributors, studies.study().fewest);
        EXPECT_EQ(result.entries[entry]->contributors, due.contributors) << entry;
        EXPECT_EQ(result.entries[entry]->sums, due.sums) << entry;
    }
}

Values full(Rng& rng, std::size_t cells) {
    Values values;
    for (std::size_t cell = 0; cell < cells; ++cell) {
        values[cell] = {1 + static_cast<std::int64_t>(rng.next() % 1000),
                        static_cast<std::int64_t>(rng.next() % 10'000'000) - 500};
    }
    return values;
}

}  // namespace

TEST(StudyCompute, AFullTableIsWhatTheClearComputationGivesAmongThreeAndFour) {
    for (const int servers : {3, 4}) {
        Seeded seeded;
        Studies studies(seeded.rng, servers);
        for (int i = 0; i < 70; ++i) studies.submit(i, 1, full(seeded.rng, 6));  // two words of lanes
        const Result result = studies.result();
        expect_clear(studies, result);
        EXPECT_EQ(std::count(result.entries.begin(), result.entries.end(), std::nullopt), 0);
        EXPECT_EQ(result.contributors, 70U);
        EXPECT_EQ(result.invalid, 0U);
    }
}

TEST(StudyCompute, TakesTheRoundsAndBytesOfItsHeader) {
    for (const int servers : {3, 4}) {
        Seeded seeded;
        Studies studies(seeded.rng, servers);
        const auto bytes = [&](int first, int last) {
            for (int i = first; i < last; ++i) studies.submit(i, 1, full(seeded.rng, 6));
            static_cast<void>(studies.result());
            return static_cast<double>(studies.bytes(1));
        };
        const double before = bytes(0, 128);
        const double after = bytes(128, 256);
        const double each = (after - before) / 128 / static_cast<double>(studies.study().words());
        EXPECT_NEAR(each, servers == 3 ? 62.6 : 102, 1);
        EXPECT_EQ(studies.rounds(), servers == 3 ? 32 : 40);
    }
}

TEST(StudyCompute, SmallEntriesAndWhatWouldGiveThemAwayAreNotShown) {
    Seeded seeded;
    Studies studies(seeded.rng, 3);
    for (int i = 0; i < 5; ++i) {
        Values values = full(seeded.rng, 6);
        if (i > 1) values.erase(5);  // men on the islands: two contributors
        studies.submit(i, 1, values);
    }
    const Result result = studies.result();
    expect_clear(studies, result);
    const Cube cube = cube_of(studies.study());
    const auto shown = [&](std::size_t sex, std::size_t region) {
        return result.entries[cube.entry_of(std::vector{sex, region})].has_value();
    };
    EXPECT_TRUE(shown(2, 3));
    EXPECT_TRUE(shown(0, 3) && shown(1, 3));
    EXPECT_TRUE(shown(2, 0) && shown(2, 1) && shown(2, 2));
    EXPECT_FALSE(shown(1, 2));
    EXPECT_FALSE(shown(0, 2)) << "the islands less the women there are the men there";
    EXPECT_FALSE(shown(1, 0) && shown(1, 1)) << "the men less those elsewhere are the men on the islands";
}

TEST(StudyCompute, AContributorWhoFillsSeveralCellsCountsOnceInTheirMargin) {
    Seeded seeded;
    Studies studies(seeded.rng, 3);
    for (int i = 0; i < 4; ++i) studies.submit(i, 1, full(seeded.rng, i == 0 ? 6 : 2));
    const Result result = studies.result();
    expect_clear(studies, result);
    EXPECT_EQ(result.entries.back()->contributors, 4U);
}

TEST(StudyCompute, TheNewestVersionCountsOnceInAnyOrder) {
    Seeded seeded;
    Studies studies(seeded.rng, 3);
    for (int i = 0; i < 4; ++i) studies.submit(i, 2, full(seeded.rng, 6));
    const auto old = studies.parts();
    studies.submit(1, 9, full(seeded.rng, 6));
    for (std::size_t server = 0; server < 3; ++server) {  // old versions and copies behind
        auto& parts = studies.parts()[server];
        parts.insert(parts.end(), old[server].begin(), old[server].end());
    }
    const Result result = studies.result();
    expect_clear(studies, result);
    EXPECT_EQ(result.contributors, 4U);
}

TEST(StudyCompute, TablesOutsideTheBoundsAreLeftOutAndCounted) {
    for (const int servers : {3, 4}) {
        Seeded seeded;
        Studies studies(seeded.rng, servers);
        for (int i = 0; i < 5; ++i) studies.submit(i, 1, full(seeded.rng, 6));
        // A cheater of its own making: the same study with other bounds seals what ours forbids.
        const auto cheat = [&](int number, std::size_t word, std::uint64_t value) {
            Table table(studies.study());
            table.fill(0, std::vector<std::int64_t>{1, 0});
            const_cast<std::uint64_t&>(table.words()[word]) = value;
            studies.take(make_submission(studies.study(), contributor(number), 1, table, seeded.rng));
        };
        cheat(100, 0, 2);                        // filled in twice
        cheat(101, 0, 0 - std::uint64_t{1});     // or less than not at all
        cheat(102, 6, 100'000);                  // one more employee than 100000, from 1
        cheat(103, 12, std::uint64_t{1} << 63);  // no number at all
        cheat(104, 13, 0 - std::uint64_t{1});
        cheat(105, 12, 100'000'501);
        const Result result = studies.result();
        expect_clear(studies, result);
        EXPECT_EQ(result.contributors, 5U);
        EXPECT_EQ(result.invalid, 6U);
    }
}

TEST(StudyCompute, NumbersInCellsThatAreNotFilledInDoNotCount) {
    Seeded seeded;
    Studies studies(seeded.rng, 3);
    for (int i = 0; i < 3; ++i) studies.submit(i, 1, full(seeded.rng, 6));
    Table table(studies.study());
    const_cast<std::uint64_t&>(table.words()[6]) = 500;
    studies.take(make_submission(studies.study(), contributor(9), 1, table, seeded.rng));
    expect_clear(studies, studies.result());
}

TEST(StudyCompute, SubmissionsThatDoNotReachAllServersOrDoNotOpenAreLeftOut) {
    Seeded seeded;
    Studies studies(seeded.rng, 3);
    for (int i = 0; i < 5; ++i) studies.submit(i, 1, full(seeded.rng, 6));
    const std::size_t size = part_bytes(studies.study());
    studies.parts()[0].resize(4 * size);           // the last one never came
    studies.parts()[2][size - 1] ^= std::byte{1};  // the first one was altered
    studies.forget(0);
    studies.forget(4);
    const auto outcomes = studies.run();
    EXPECT_EQ(outcomes[0]->contributors, 3U);
    EXPECT_EQ(outcomes[0]->missing, 1U);
    EXPECT_EQ(outcomes[1]->missing, 2U);
    EXPECT_EQ(outcomes[0]->receipts.size(), 3U);
    EXPECT_EQ(outcomes[0]->receipts, outcomes[2]->receipts);
    expect_clear(studies, studies.result());
}

TEST(StudyCompute, TooFewContributorsShowNothingAndASecondAnswerCanBeRefused) {
    Seeded seeded;
    Studies studies(seeded.rng, 3);
    studies.submit(0, 1, full(seeded.rng, 6));
    studies.submit(1, 1, full(seeded.rng, 6));
    for (const auto& outcome : studies.run()) {
        EXPECT_EQ(outcome.error().code(), ErrorCode::budget_exceeded);
        EXPECT_THAT(outcome.error().what(), testing::HasSubstr("2 contributors reached all servers"));
    }
    studies.submit(2, 1, full(seeded.rng, 6));
    std::mutex mutex;
    std::set<Digest> seen;
    const auto collect = [&](const Digest& digest) {
        const std::lock_guard lock(mutex);
        seen.insert(digest);
    };
    static_cast<void>(studies.run({}, collect));
    static_cast<void>(studies.run({}, collect));
    EXPECT_EQ(seen.size(), 1U);
    studies.submit(3, 1, full(seeded.rng, 6));
    static_cast<void>(studies.run({}, collect));
    EXPECT_EQ(seen.size(), 2U);
    const auto refuse = [](const Digest&) { throw Error(ErrorCode::budget_exceeded, "computed before"); };
    for (const auto& outcome : studies.run({}, refuse)) EXPECT_FALSE(outcome);
}

TEST(StudyCompute, TheAnalystAloneReadsTheResultAndSeesWhetherSharesBelongTogether) {
    Seeded seeded;
    Studies studies(seeded.rng, 4);
    for (int i = 0; i < 3; ++i) studies.submit(i, 1, full(seeded.rng, 6));
    const auto shares_of = [&] {
        std::vector<std::vector<std::byte>> shares;
        for (const auto& outcome : studies.run()) shares.push_back(outcome.value().result);
        return shares;
    };
    const auto good = shares_of();
    const auto error = [&](const party::SealingKey& key, const std::vector<std::vector<std::byte>>& shares) {
        const auto result = open_result(studies.study(), key, shares);
        return result ? std::string("opened")
                      : fmt::format("{}: {}", to_string(result.error().code()), result.error().what());
    };
    EXPECT_EQ(error(studies.made().analyst, good), "opened");
    EXPECT_THAT(error(studies.made().servers[0], good), testing::StartsWith("invalid_argument: 4 shares"));
    auto swapped = good;
    std::swap(swapped[0], swapped[1]);
    EXPECT_THAT(error(studies.made().analyst, swapped),
                testing::StartsWith("malformed_input: the result of 'server1'"));
    auto mixed = good;
    mixed[2] = shares_of()[2];
    EXPECT_THAT(error(studies.made().analyst, mixed), testing::StartsWith("protocol_violation: parties"));
    studies.submit(7, 1, full(seeded.rng, 6));
    mixed[2] = shares_of()[2];
    EXPECT_THAT(error(studies.made().analyst, mixed), testing::HasSubstr("different runs"));
    auto few = good;
    few.pop_back();
    EXPECT_THAT(error(studies.made().analyst, few), testing::StartsWith("invalid_argument: 3 shares"));
}

TEST(StudyCompute, AnotherKeyStudyOrNumberOfServersIsRefused) {
    Seeded seeded;
    Studies studies(seeded.rng, 3);
    party::LocalNetwork network(3);
    expect_throws(ErrorCode::invalid_argument, "not that of server", [&] {
        return network.run(
            [&](party::Party& me) { return compute(me, studies.study(), studies.made().servers[0], {}, {}).shown; });
    });
    party::LocalNetwork four(4);
    expect_throws(ErrorCode::invalid_argument, "not that of server", [&] {
        return four.run(
            [&](party::Party& me) { return compute(me, studies.study(), studies.made().servers[0], {}, {}).shown; });
    });
    Study other = studies.study();
    other.fewest = 4;
    expect_throws(ErrorCode::protocol_violation, "holds something else", [&] {
        return network.run([&](party::Party& me) {
            const auto server = static_cast<std::size_t>(me.index());
            return compute(me, server == 1 ? other : studies.study(), studies.made().servers[server], {}, {}).shown;
        });
    });
}

TEST(StudyCompute, BundlesForAnotherServerOrStudyOrOfWrongLengthAreRefused) {
    Seeded seeded;
    Studies studies(seeded.rng, 3);
    studies.submit(0, 1, full(seeded.rng, 6));
    auto bundle = bundle_header(studies.study(), 1, 1);
    bundle.insert(bundle.end(), studies.parts()[1].begin(), studies.parts()[1].end());
    const auto error = [&](const Study& study, std::size_t server, std::span<const std::byte> bytes) {
        const auto parts = parts_of_bundle(study, server, bytes);
        EXPECT_TRUE(parts || parts.error().code() == ErrorCode::malformed_input);
        return parts ? std::string("opened") : parts.error().what();
    };
    EXPECT_EQ(error(studies.study(), 1, bundle), "opened");
    EXPECT_THAT(error(studies.study(), 0, bundle), testing::HasSubstr("a bundle for server 1"));
    Study other = studies.study();
    other.title = "Another";
    EXPECT_THAT(error(other, 1, bundle), testing::HasSubstr("another study"));
    for (std::size_t cut = 0; cut < bundle.size(); cut += 13) {
        EXPECT_NE(error(studies.study(), 1, std::span(bundle).first(cut)), "opened");
    }
    auto longer = bundle;
    longer.push_back(std::byte{0});
    EXPECT_NE(error(studies.study(), 1, longer), "opened");
    EXPECT_NE(error(studies.study(), 1, bundle_header(studies.study(), 1, ~std::uint64_t{0})), "opened");
    bundle[0] ^= std::byte{1};
    EXPECT_THAT(error(studies.study(), 1, bundle), testing::HasSubstr("no bundle"));
}

TEST(StudyCompute, ResultsAreWrittenWithMeansPerContributorAndPerColumn) {
    Seeded seeded;
    Studies studies(seeded.rng, 3);
    studies.submit(0, 1, {{0, {2, 100'00}}, {1, {1, 50'00}}});
    studies.submit(1, 1, {{0, {4, 300'00}}});
    studies.submit(2, 1, {{0, {4, 300'05}}});
    const Result result = studies.result();
    const std::string csv = to_csv(studies.study(), result);
    EXPECT_THAT(csv, testing::StartsWith("sex,region,shown,contributors,employees,mean employees,wages,mean wages\n"
                                         "women,north,no,,,,,\n"));
    EXPECT_THAT(csv, testing::HasSubstr("\nall,all,yes,3,11,3.67,750.05,68.1864\n"));
    EXPECT_THAT(to_json(studies.study(), result), testing::HasSubstr(R"("mean":"68.1864","sum":"750.05")"));
}

}  // namespace tacit::study
