#include "mpc/psi_checkpoint.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "base/seeded.hpp"
#include "base/throws.hpp"
#include "tacit/base/files.hpp"
#include "tacit/party/local_network.hpp"

namespace tacit::mpc {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::uint16_t points = 0x0402;
constexpr std::uint16_t tags = 0x0404;
constexpr std::uint16_t verdict = 0x0405;
constexpr std::uint16_t key = 0x0401;
constexpr std::uint16_t weights = 0x0403;
constexpr std::uint16_t sum = 0x0408;
constexpr std::uint16_t opened = 0x0409;

std::uint16_t type_of(const party::Frame& frame) {
    std::uint16_t number = 0;
    std::memcpy(&number, frame.bytes.data() + 4, sizeof number);
    return number;
}

/// Two parties with a checkpoint each, whose runs are cut where a test says.
struct Pair {
    fs::path root = fs::path(testing::TempDir()) / ("psi-" + to_hex(Rng::from_system().new_seed()).substr(0, 16));
    std::array<std::vector<std::string>, 2> values;
    PsiTerms terms{.sender_learns = true};
    std::uint16_t cut_type = 0;  ///< party 0's message of that type does not go out, once `cut_after` did
    int cut_after = 0;
    std::array<int, 2> begun{};                                         ///< runs that were paid for
    std::map<std::uint16_t, std::vector<std::vector<std::byte>>> sent;  ///< by type, of both parties
    std::mutex mutex;
    party::LocalNetwork network{2, Rng::from_system().new_seed(), [this](party::Frame& frame) {
                                    const std::lock_guard lock(mutex);
                                    const std::span body(frame.bytes);
                                    const auto payload = body.subspan(party::frame_header_bytes);
                                    sent[type_of(frame)].emplace_back(payload.begin(), payload.end());
                                    if (frame.from == 0 && type_of(frame) == cut_type && cut_after-- == 0) {
                                        throw Error(ErrorCode::unreachable, "cut");
                                    }
                                }};

    Pair(std::size_t own, std::size_t others) {
        for (std::size_t i = 0; i < own; ++i) values[0].push_back("id" + std::to_string(i));
        for (std::size_t i = 0; i < others; ++i) values[1].push_back("id" + std::to_string(2 * i));
    }
    ~Pair() { fs::remove_all(root); }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;

    static std::uint64_t weight_of(std::size_t i) { return 70'000 * i + 3; }
    [[nodiscard]] fs::path folder(int party) const { return root / std::to_string(party); }

    [[nodiscard]] PsiSource source(std::size_t party) const {
        return [this, party](const auto& add) {
            for (std::size_t i = 0; i < values[party].size(); ++i) add({values[party][i], weight_of(i)});
        };
    }

    std::vector<Expected<PsiResult>> run() {
        return network.run_each([&](party::Party& me) {
            const auto index = static_cast<std::size_t>(me.index());
            return intersect(me, terms, source(index),
                             {.checkpoint = folder(me.index()), .begins = [&] { ++begun[index]; }});
        });
    }
    void run_and_cut(std::uint16_t type, int after = 0) {
        cut_type = type;
        cut_after = after;
        for (const auto& outcome : run()) EXPECT_FALSE(outcome.has_value());
        cut_type = 0;
    }
    /// Runs to the end; whether the run went on with the one before.
    bool goes_on() {
        const auto outcomes = run();
        for (const auto& outcome : outcomes) {
            if (!outcome) throw outcome.error();
        }
        std::vector<std::uint64_t> mine;
        for (std::uint64_t i = 0; i < values[0].size(); i += 2) {
            if (i / 2 < values[1].size()) mine.push_back(i);
        }
        EXPECT_EQ(outcomes[static_cast<std::size_t>(terms.receiver)]->count, mine.size());
        if (terms.output == PsiOutput::intersection) {
            EXPECT_EQ(outcomes[0]->rows, mine);
            EXPECT_EQ(outcomes[1]->rows.size(), mine.size());
        }
        if (terms.output == PsiOutput::sum) {
            std::uint64_t expected = 0;  // the sender's
            for (const std::uint64_t i : mine) expected += weight_of(terms.receiver == 0 ? i / 2 : i);
            for (const auto& outcome : outcomes) EXPECT_EQ(outcome->sum, expected);
        }
        EXPECT_EQ(outcomes[0]->went_on, outcomes[1]->went_on);
        EXPECT_FALSE(fs::exists(folder(0)));
        EXPECT_FALSE(fs::exists(folder(1)));
        return outcomes[0]->went_on;
    }
};

TEST(PsiCheckpoint, ARunThatWasCutInTheMiddleGoesOnWithThePointsThatAreMissing) {
    Pair pair(psi_chunk + 500, psi_chunk + 300);
    pair.run_and_cut(points, 1);
    EXPECT_EQ(pair.begun, (std::array{1, 1}));
    EXPECT_TRUE(pair.goes_on());
    EXPECT_EQ(pair.begun, (std::array{1, 1})) << "it is the same run";
    // Party 1 had got a chunk of party 0's points.
    EXPECT_LT(pair.network.traffic()[0].bytes_sent, 500 * 32 + 100'000u);
    EXPECT_FALSE(pair.goes_on()) << "and over";
    EXPECT_EQ(pair.begun, (std::array{2, 2}));
}

TEST(PsiCheckpoint, ARunGoesOnFromEveryMessageForIntersectionsAndCounts) {
    for (const PsiOutput output : {PsiOutput::intersection, PsiOutput::count}) {
        Pair pair(6, 4);
        pair.terms.output = output;
        for (const std::uint16_t type : {points, verdict}) {
            pair.run_and_cut(type);
            pair.run_and_cut(type);
            EXPECT_TRUE(pair.goes_on()) << type;
        }
        EXPECT_EQ(pair.begun, (std::array{2, 2}));
    }
    Pair sender(6, 4);
    sender.terms.receiver = 1;
    sender.run_and_cut(tags);
    const auto outcomes = sender.run();
    ASSERT_TRUE(outcomes[1].has_value());
    EXPECT_TRUE(outcomes[1]->went_on);
    EXPECT_EQ(outcomes[1]->rows, (std::vector<std::uint64_t>{0, 1, 2}));
    EXPECT_EQ(sender.begun, (std::array{1, 1}));
}

TEST(PsiCheckpoint, ARunForASumGoesOnFromEveryMessageUntilTheSumIsOpened) {
    for (const int receiver : {0, 1}) {  // party 0's messages are cut
        const std::vector<std::uint16_t> types =
            receiver == 0 ? std::vector{points, verdict, sum} : std::vector{key, points, weights, tags};
        Pair pair(6, 4);
        pair.terms = {.output = PsiOutput::sum, .receiver = receiver};
        for (const std::uint16_t type : types) pair.run_and_cut(type);
        EXPECT_TRUE(pair.goes_on()) << receiver;
        EXPECT_EQ(pair.begun, (std::array{1, 1}));
    }
    Pair pair(6, 4);
    pair.terms = {.output = PsiOutput::sum, .receiver = 1};
    pair.run_and_cut(opened);
    EXPECT_FALSE(fs::exists(pair.folder(0))) << "no other sum is opened under this key";
    EXPECT_TRUE(fs::exists(pair.folder(1)));
    EXPECT_FALSE(pair.goes_on());
    EXPECT_EQ(pair.begun, (std::array{2, 2}));
}

TEST(PsiCheckpoint, WeightsThatTravelAgainAreEncryptedAnewUnderTheSameKey) {
    Pair pair(6, 4);
    pair.terms = {.output = PsiOutput::sum};
    pair.run_and_cut(points);
    EXPECT_TRUE(pair.goes_on());
    ASSERT_EQ(pair.sent[key].size(), 2u);
    EXPECT_EQ(pair.sent[key][0], pair.sent[key][1]);
    ASSERT_EQ(pair.sent[weights].size(), 2u);
    std::set<std::vector<std::byte>> randomness;
    for (const auto& message : pair.sent[weights]) {
        for (std::size_t i = 0; i < message.size(); i += sizeof(WeightCiphertext)) {
            randomness.emplace(message.begin() + static_cast<std::ptrdiff_t>(i),
                               message.begin() + static_cast<std::ptrdiff_t>(i + 32));
        }
    }
    EXPECT_EQ(randomness.size(), 8u);
    Pair other(6, 4);
    other.terms = pair.terms;
    EXPECT_FALSE(other.goes_on());
    EXPECT_NE(other.sent[key][0], pair.sent[key][0]);
}

TEST(PsiCheckpoint, ARunForASumThatWasCutInTheMiddleGoesOnWithWhatIsMissing) {
    Pair pair(psi_chunk + 500, psi_chunk + 300);
    pair.terms = {.output = PsiOutput::sum};
    pair.run_and_cut(points, 1);
    EXPECT_TRUE(pair.goes_on());
    EXPECT_EQ(pair.begun, (std::array{1, 1})) << "it is the same run";
    // The receiver had got a chunk of points and weights.
    EXPECT_LT(pair.network.traffic()[1].bytes_sent, 300 * (32 + 96) + 100'000u);
}

TEST(PsiCheckpoint, ASumOfOtherWeightsIsANewRun) {
    Pair pair(6, 4);
    pair.terms = {.output = PsiOutput::sum};
    pair.run_and_cut(verdict);
    pair.values[1].push_back("id2");  // more weight for an element that is there
    const auto outcomes = pair.run();
    ASSERT_TRUE(outcomes[0].has_value());
    EXPECT_FALSE(outcomes[0]->went_on);
    EXPECT_EQ(outcomes[0]->others, 4u);
    EXPECT_EQ(pair.begun, (std::array{2, 2}));
}

TEST(PsiCheckpoint, OtherElementsTermsOrSizesAreANewRun) {
    Pair elements(6, 4);
    elements.run_and_cut(points);
    elements.values[1].push_back("id8");
    EXPECT_FALSE(elements.goes_on());
    Pair terms(6, 4);
    terms.run_and_cut(points);
    terms.terms.purpose = "another";
    EXPECT_FALSE(terms.goes_on());
    Pair lost(6, 4);
    lost.run_and_cut(points);
    fs::remove_all(lost.folder(1));
    EXPECT_FALSE(lost.goes_on());
    for (const Pair* pair : {&elements, &terms, &lost}) EXPECT_EQ(pair->begun, (std::array{2, 2}));
}

TEST(PsiCheckpoint, TheFolderIsTheOwnersAlone) {
    Pair pair(6, 4);
    pair.run_and_cut(points);
    EXPECT_EQ(fs::status(pair.folder(0)).permissions(), fs::perms::owner_all);
    EXPECT_EQ(fs::status(pair.folder(0) / "run").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST(PsiCheckpoint, DamagedFilesAreRefusedAndAChunkThatWasCutOffIsForgotten) {
    Pair pair(6, 4);
    pair.run_and_cut(verdict);
    const fs::path run = pair.folder(0) / "run";
    const fs::path tags_file = pair.folder(0) / "tags";
    const auto bytes = read_file(tags_file, 1u << 20);
    EXPECT_EQ(bytes.size(), 4 * sizeof(PsiCheckpoint::Received));
    fs::resize_file(tags_file, bytes.size() - 1);
    const PsiCheckpoint checkpoint(pair.folder(0));
    std::uint64_t taken = 0;
    const auto take = [&](std::uint64_t position, const PsiCheckpoint::Received&) { EXPECT_EQ(position, taken++); };
    EXPECT_EQ(checkpoint.read_received<PsiCheckpoint::Received>(4, take), 0u);
    write_file_atomically(tags_file, bytes);
    expect_throws(ErrorCode::malformed_input, "is of no stopped run",
                  [&] { return checkpoint.read_received<PsiCheckpoint::Received>(3, take); });
    EXPECT_EQ(checkpoint.read_received<PsiCheckpoint::Received>(4, take), 4u);
    EXPECT_EQ(taken, 4u);
    const auto whole = read_file(run, 1u << 20);
    for (const std::size_t size : {whole.size() - 1, sizeof(PsiCheckpoint::Run) - 1, std::size_t{1}}) {
        fs::resize_file(run, size);
        const auto outcomes = pair.run();
        ASSERT_FALSE(outcomes[0].has_value());
        EXPECT_EQ(outcomes[0].error().code(), ErrorCode::malformed_input);
        EXPECT_THAT(outcomes[0].error().what(), HasSubstr("is of no stopped run; delete its folder to begin anew"));
        write_file_atomically(run, whole);
    }
    EXPECT_TRUE(pair.goes_on());
}

TEST(PsiCheckpoint, APartyThatSaysItReceivedWhatItDidNotIsCaught) {
    party::LocalNetwork network(2, {}, [](party::Frame& frame) {
        if (type_of(frame) == 0x040b) frame.bytes.back() = std::byte{1};
    });
    Pair pair(6, 4);
    pair.run_and_cut(points);
    const auto outcomes = network.run_each([&](party::Party& me) {
        const PsiSource source = pair.source(static_cast<std::size_t>(me.index()));
        return intersect(me, pair.terms, source, {.checkpoint = pair.folder(me.index())});
    });
    std::string said;
    for (const auto& outcome : outcomes) {
        ASSERT_FALSE(outcome.has_value());
        said += outcome.error().what();
    }
    EXPECT_THAT(said, HasSubstr("received more elements before the stop than there are"));
}

TEST(PsiCheckpoint, APartyThatAddsElementsAfterItSawAnAnswerIsCaught) {
    Pair pair(6, 4);
    pair.run_and_cut(verdict);
    bool more = false;
    party::LocalNetwork network(2, {}, [&](party::Frame& frame) {
        if (frame.from == 1 && type_of(frame) == 0x0400) {
            frame.bytes[party::frame_header_bytes] = std::byte{5};
            more = true;
        }
    });
    const auto outcomes = network.run_each([&](party::Party& me) {
        const PsiSource source = pair.source(static_cast<std::size_t>(me.index()));
        return intersect(me, pair.terms, source, {.checkpoint = pair.folder(me.index())});
    });
    EXPECT_TRUE(more);
    ASSERT_FALSE(outcomes[0].has_value());
    EXPECT_EQ(outcomes[0].error().code(), ErrorCode::protocol_violation);
    EXPECT_THAT(outcomes[0].error().what(), HasSubstr("announced 5 elements where it had 4 before the stop"));
    write_file_atomically(pair.folder(0) / "size", std::vector<std::byte>(3));
    expect_throws(ErrorCode::malformed_input, "is of no stopped run",
                  [&] { return PsiCheckpoint(pair.folder(0)).size_of_other(4); });
}

TEST(PsiCheckpoint, TheVoleProtocolBeginsAnew) {
    Pair pair(6, 4);
    pair.terms = {.protocol = PsiProtocol::vole};
    for (const auto& outcome : pair.run()) {
        ASSERT_TRUE(outcome.has_value());
        EXPECT_FALSE(outcome->went_on);
    }
    EXPECT_FALSE(fs::exists(pair.folder(0)));
    EXPECT_EQ(pair.begun, (std::array{1, 1}));
}

}  // namespace
}  // namespace tacit::mpc
