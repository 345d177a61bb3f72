#include "tacit/mpc/receivers.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "../base/seeded.hpp"
#include "../base/throws.hpp"
#include "mpc/replicated_support.hpp"

namespace tacit::mpc {

namespace {

using Files = std::vector<std::vector<std::byte>>;

/// Whether a party was sent this word, anywhere in a frame.
bool occurs(const std::vector<party::Frame>& frames, int to, std::uint64_t word) {
    std::array<std::byte, 8> bytes{};
    std::memcpy(bytes.data(), &word, bytes.size());
    return std::ranges::any_of(frames, [&](const party::Frame& frame) {
        return frame.to == to && !std::ranges::search(frame.bytes, bytes).empty();
    });
}

party::Member member(const std::string& name, party::Roles roles) {
    party::Member out{.name = name, .pin = {}, .roles = roles};
    out.pin.bytes[0] = static_cast<std::byte>(name.front());
    return out;
}

}  // namespace

class ReceiversOf : public testing::TestWithParam<int> {
protected:
    /// What deliver gives each party, the shares of what it delivers, and all frames.
    template <class Share>
    struct Run {
        std::vector<std::pair<decltype(deliver(std::declval<Replicated&>(), Share{}, {}, {})), Share>> parties;
        std::vector<party::Frame> frames;
        [[nodiscard]] Files files(std::size_t outsider) const {
            Files out;
            for (const auto& [given, share] : parties) out.push_back(given.files.at(outsider).bytes);
            return out;
        }
    };
    template <class Share, class Make>
    Run<Share> delivered(const Receivers& receivers, const Make& make) {
        Run<Share> run;
        party::LocalNetwork network(GetParam(), seeded.rng.new_seed(),
                                    [&](party::Frame& frame) { run.frames.push_back(frame); });
        run.parties = run_replicated(network, [&](Replicated& ring) {
            Share x = make(ring);
            auto given = deliver(ring, x, receivers, text);
            return std::pair(std::move(given), std::move(x));
        });
        return run;
    }

    Seeded seeded;
    party::SealingKey dora = party::SealingKey::create(seeded.rng);
    party::SealingKey emil = party::SealingKey::create(seeded.rng);
    const ResultText text{.kind = "test", .task = "lot 7", .about = {std::byte{1}, std::byte{2}}};
};
INSTANTIATE_TEST_SUITE_P(Replicated, ReceiversOf, testing::Values(3, 4));

TEST_P(ReceiversOf, AResultAreTheOnlyOnesWhoLearnIt) {
    const auto secret = random_numbers(seeded.rng, 40);
    const auto make = [&](Replicated& ring) { return ring.input(1, secret, secret.size()); };
    for (const int receiver : {0, 2}) {
        const auto run = delivered<Numbers>({.parties = {receiver}}, make);
        for (int party = 0; party < GetParam(); ++party) {
            const auto& [given, share] = run.parties[static_cast<std::size_t>(party)];
            EXPECT_EQ(given.value.has_value(), party == receiver);
            EXPECT_TRUE(given.files.empty());
            EXPECT_EQ(given.value.value_or(party == receiver ? std::vector<std::uint64_t>{} : secret), secret);
        }
        // What a party lacks is the one component of its index: it was sent to receivers alone.
        for (int party = 0; party < GetParam(); ++party) {
            if (party == 1) continue;  // dealt the secret
            const auto at = static_cast<std::size_t>(party);
            const auto& missing = run.parties[at == 0 ? 1 : 0].second.parts[at];
            for (std::size_t i = 0; i < missing.size(); ++i) {
                EXPECT_EQ(occurs(run.frames, party, missing[i]), party == receiver) << party;
                EXPECT_FALSE(occurs(run.frames, party, secret[i]) && secret[i] != 0) << party;
            }
        }
    }
}

TEST_P(ReceiversOf, AResultWhoAreNoPartiesReadItFromAllFiles) {
    const auto secret = random_numbers(seeded.rng, 5);
    const Receivers outsiders{.parties = {}, .outsiders = {{"dora", dora.public_key()}, {"emil", emil.public_key()}}};
    const auto numbers = delivered<Numbers>(outsiders, [&](Replicated& ring) { return ring.constant(secret); });
    const auto bits =
        delivered<Bits>(outsiders, [&](Replicated& ring) { return ring.constant(ClearBits(secret, 30)); });
    for (const auto& [given, share] : numbers.parties) EXPECT_FALSE(given.value.has_value());
    auto files = numbers.files(0);
    std::ranges::reverse(files);
    const Revealed read = reveal(dora, files).value();
    EXPECT_EQ(std::get<std::vector<std::uint64_t>>(read.value), secret);
    EXPECT_EQ(read.about, text.about);
    EXPECT_EQ(read.label.kind, "test");
    EXPECT_EQ(read.label.task, "lot 7");
    EXPECT_EQ(read.label.name, "dora");
    const auto planes = std::get<ClearBits>(reveal(emil, bits.files(1)).value().value).values();
    for (std::size_t i = 0; i < secret.size(); ++i) EXPECT_EQ(planes[i], secret[i] & 0x3FFFFFFF);
    expect_throws(ErrorCode::malformed_input, "does not open", [&] { return reveal(emil, files).value(); });
}

TEST_P(ReceiversOf, AResultAreToldIfFilesDoNotBelongTogether) {
    const Receivers outsider{.parties = {}, .outsiders = {{"dora", dora.public_key()}}};
    const auto make = [](Replicated& ring) { return ring.constant(std::vector<std::uint64_t>{5}); };
    const Files files = delivered<Numbers>(outsider, make).files(0);
    const Files again = delivered<Numbers>(outsider, make).files(0);
    const auto refused = [&](ErrorCode code, const char* words, const Files& given) {
        expect_throws(code, words, [&] { return reveal(dora, given).value(); });
    };
    Files other = files;
    other[1] = files[0];
    refused(ErrorCode::malformed_input, "give one from each of the", other);
    other[1] = again[1];
    refused(ErrorCode::malformed_input, "parties 0 and 1 sent what is not of one run", other);
    other.pop_back();
    refused(ErrorCode::malformed_input, "give one from each of the", other);
    refused(ErrorCode::invalid_argument, "no files", {});
    // A party that seals something else than its share, or another text with it.
    const auto forged = [&](std::uint64_t add, std::vector<std::byte> about) {
        Files out = files;
        const ShareLabel label = read_label(files[2]).value();
        Numbers share = delivered<Numbers>(outsider, make).parties[2].second;
        for (auto& part : share.parts) {
            for (auto& word : part) word += add;
        }
        out[2] = seal_share(label, about, share, dora.public_key(), seeded.rng);
        return out;
    };
    refused(ErrorCode::protocol_violation, "one of them cheats", forged(1, text.about));
    refused(ErrorCode::protocol_violation, "one of them cheats", forged(0, {}));
}

TEST(Receivers, AreThoseOfTheRosterWithThatRole) {
    Seeded seeded;
    const party::Roles all{.compute = true, .input = true, .receive = true};
    const party::Roles computes{.compute = true, .input = true};
    const party::Roles receives{.compute = false, .input = false, .receive = true};
    party::Roster roster{.name = "x",
                         .members = {member("a", all), member("b", computes), member("c", receives), member("d", all),
                                     member("e", {.input = true})}};
    expect_throws(ErrorCode::invalid_argument, "no sealing key of 'c'", [&] { return receivers_of(roster).parties; });
    roster.members[2].sealing_key = party::SealingKey::create(seeded.rng).public_key();
    const Receivers found = receivers_of(roster);
    EXPECT_EQ(found.parties, (std::vector{0, 2}));
    ASSERT_EQ(found.outsiders.size(), 1U);
    EXPECT_EQ(found.outsiders[0].name, "c");
    EXPECT_EQ(found.outsiders[0].key, *roster.members[2].sealing_key);
    EXPECT_TRUE(std::ranges::count(found.parties, 2) == 1 && std::ranges::count(found.parties, 1) == 0);
    for (party::Member& one : roster.members) one.roles.receive = false;
    expect_throws(ErrorCode::invalid_argument, "nobody receives the result; give somebody in roster 'x' that role",
                  [&] { return receivers_of(roster).parties; });
    EXPECT_EQ(all_parties(4).parties, (std::vector{0, 1, 2, 3}));
}

}  // namespace tacit::mpc
