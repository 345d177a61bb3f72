#include "tacit/mpc/sealed_shares.hpp"

#include "../base/seeded.hpp"
#include "../base/throws.hpp"
#include "tacit/mpc/dealing.hpp"

namespace tacit::mpc {

namespace {

const BitShape shape{.planes = 5, .lanes = 1};

class SealedShares : public testing::Test {
protected:
    [[nodiscard]] ShareLabel label(int party) const {
        return {.kind = "bid, 2 digits",
                .task = "lot 7",
                .context = Digest{std::byte{9}},
                .name = "ada",
                .parties = 3,
                .party = party,
                .reply = reply.public_key()};
    }
    [[nodiscard]] std::vector<std::byte> sealed(int party) {
        const auto to = static_cast<std::size_t>(party);
        return seal_share(label(party), {}, dealt[to], keys[to].public_key(), seeded.rng);
    }

    Seeded seeded;
    std::vector<party::SealingKey> keys = [this] {
        std::vector<party::SealingKey> made;
        for (int i = 0; i < 3; ++i) made.push_back(party::SealingKey::create(seeded.rng));
        return made;
    }();
    party::SealingKey reply = party::SealingKey::create(seeded.rng);
    std::vector<Bits> dealt = deal(ClearBits(std::vector<std::uint64_t>{21}, 5), 3, seeded.rng);
};

}  // namespace

TEST_F(SealedShares, AreReadByTheirPartyAlone) {
    std::vector<Bits> opened;
    for (int party = 0; party < 3; ++party) {
        const auto file = sealed(party);
        EXPECT_EQ(read_label(file).value(), label(party));
        ShareLabel due = label(party);
        due.reply.reset();  // not known before
        const Contributed got = open_contribution(keys[static_cast<std::size_t>(party)], file, due, shape).value();
        EXPECT_EQ(got.reply, reply.public_key());
        opened.push_back(got.share);
        const party::SealingKey& other = keys[static_cast<std::size_t>((party + 1) % 3)];
        expect_throws(ErrorCode::malformed_input, "does not open",
                      [&] { return open_contribution(other, file, due, shape).value().reply.has_value(); });
    }
    EXPECT_EQ(combine(opened).value().values().front(), 21U);
}

TEST_F(SealedShares, FitNowhereElse) {
    const auto file = sealed(1);
    const auto refused = [&](const char* words, const auto& change) {
        ShareLabel due = label(1);
        BitShape wanted = shape;
        change(due, wanted);
        expect_throws(ErrorCode::malformed_input, words,
                      [&] { return open_contribution(keys[1], file, due, wanted).value().reply.has_value(); });
    };
    refused("a share of kind 'bid, 2 digits' where 'bid, 0 digits' is due",
            [](ShareLabel& due, BitShape&) { due.kind = "bid, 0 digits"; });
    refused("a share for the task 'lot 7' where 'lot 8' is due",
            [](ShareLabel& due, BitShape&) { due.task = "lot 8"; });
    refused("a share for roster 09000000 where 08000000 is due",
            [](ShareLabel& due, BitShape&) { due.context[0] = std::byte{8}; });
    refused("a share of 'ada' where 'eve' is due", [](ShareLabel& due, BitShape&) { due.name = "eve"; });
    refused("a share for party 1 of 3 where that for 2 of 3 is due", [](ShareLabel& due, BitShape&) { due.party = 2; });
    refused("5 x 1 bits where 6 x 1 are due", [](ShareLabel&, BitShape& wanted) { wanted.planes = 6; });
}

TEST_F(SealedShares, DoNotOpenIfAnyByteWasAlteredCutOrAdded) {
    const auto file = sealed(1);
    const ShareLabel due = label(1);
    const auto opens = [&](const std::vector<std::byte>& bytes) {
        const auto opened = open_contribution(keys[1], bytes, due, shape);
        EXPECT_TRUE(opened || opened.error().code() == ErrorCode::malformed_input);
        return opened.has_value();
    };
    ASSERT_TRUE(opens(file));
    for (std::size_t i = 0; i < file.size(); ++i) {
        auto altered = file;
        altered[i] ^= std::byte{1};
        EXPECT_FALSE(opens(altered)) << i;
        altered[i] ^= std::byte{0x81};
        EXPECT_FALSE(opens(altered)) << i;
        EXPECT_FALSE(opens({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(i)})) << i;
    }
    auto longer = file;
    longer.emplace_back();
    EXPECT_FALSE(opens(longer));
    // The label that is due, before the message that was sealed for another one: who carries files may try that.
    ShareLabel eves = label(1);
    eves.name = "eve";
    const auto hers = seal_share(eves, {}, dealt[1], keys[1].public_key(), seeded.rng);
    const auto message = static_cast<std::ptrdiff_t>(hers.size() - file.size());
    ASSERT_EQ(message, 0);
    const auto sealed_bytes = static_cast<std::ptrdiff_t>(48 + 4 + 24 + 2 * 5 * 8);
    auto renamed = hers;
    std::copy(file.end() - sealed_bytes, file.end(), renamed.end() - sealed_bytes);
    expect_throws(ErrorCode::malformed_input, "does not open",
                  [&] { return open_contribution(keys[1], renamed, eves, shape).value().reply.has_value(); });
}

TEST_F(SealedShares, OfEarlierVersionsAndOtherBytesAreRefused) {
    const auto refused = [](const char* words, const std::vector<std::byte>& bytes) {
        expect_throws(ErrorCode::malformed_input, words, [&] { return read_label(bytes).value().name; });
    };
    const auto in_the_clear = to_bytes(dealt[1], 3, 1);
    refused("in the clear, of a version that did not seal; make it anew", {in_the_clear.begin(), in_the_clear.end()});
    refused("no sealed share; it begins with TSH1", std::vector<std::byte>(200));
    refused("the mark of a sealed share", {});
    auto many = sealed(0);
    const std::size_t party = 4 + 4 + 13 + 4 + 5 + 32 + 4 + 3 + 1;
    many[party] = std::byte{3};
    refused("a share of party 3 of 3", many);
    ShareLabel wrong = label(0);
    wrong.task.assign(1001, 'x');
    expect_throws(ErrorCode::invalid_argument, "the task of a share has 1001 bytes",
                  [&] { return seal_share(wrong, {}, dealt[0], keys[0].public_key(), seeded.rng); });
    wrong = label(3);
    expect_throws(ErrorCode::invalid_argument, "a share of party 3 of 3; three or four share",
                  [&] { return seal_share(wrong, {}, dealt[0], keys[0].public_key(), seeded.rng); });
}

}  // namespace tacit::mpc
