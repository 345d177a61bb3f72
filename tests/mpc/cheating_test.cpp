// Cheaters among several parties: the messages that they send, altered in every way.
#include "party/cheating.hpp"

#include "dp/folder.hpp"
#include "mpc/noisy_answers.hpp"
#include "mpc/replicated_support.hpp"
#include "tacit/mpc/auction.hpp"
#include "tacit/mpc/collect.hpp"
#include "tacit/mpc/dealing.hpp"
#include "tacit/mpc/joint_ledger.hpp"
#include "tacit/mpc/private_answers.hpp"
#include "tacit/mpc/shamir.hpp"
#include "tacit/mpc/sort.hpp"
#include "tacit/mpc/sum.hpp"
#include "tacit/mpc/vote.hpp"

namespace tacit::mpc {

namespace {

using party::attack;
using party::Attacked;
using party::Bytes;
using party::bytes_of;

/// A protocol that uses every kind of message: keys, inputs, products, checks, openings, dealt shares, coins.
Bytes everything(party::Party& me, int) {
    Replicated ring(me);
    const std::vector<std::uint64_t> values{5, 3, 9};
    const Numbers x = ring.input(0, values, 3);
    const Numbers y = ring.input(3, values, 3);
    ring.confirm_dealt(std::vector{&x.parts});
    const auto sorted = sort_by(ring, ring.multiply(x, y)).front();
    std::vector<std::uint64_t> out = ring.open(sorted);
    const Bits bids = ring.constant(ClearBits(values, 4));
    const Bits reserve = ring.constant(ClearBits(std::vector<std::uint64_t>{4}, 4));
    const AuctionRules rules{.ties = AuctionRules::Ties::lottery, .bid_bits = 4};
    const auto result = open_result(ring, hold_auction(ring, bids, reserve, rules), Opened::price_and_winners);
    out.push_back(*result.price);
    out.push_back(result.winners.at(0));
    return bytes_of(out);
}

/// One result, opened once.
Bytes one_opening(party::Party& me, int secret) {
    Replicated ring(me);
    const Numbers x = ring.input(1, std::vector<std::uint64_t>{6, 2 + static_cast<std::uint64_t>(secret)}, 2);
    const Numbers product = ring.multiply(x, ring.input(2, std::vector<std::uint64_t>{7, 8}, 2));
    return bytes_of(ring.open(ring.multiply(product, product)));
}

Bytes a_vote(party::Party& me, int) {
    Replicated ring(me);
    const Bits ballots = ring.input(0, ClearBits(std::vector<std::uint64_t>{1, 2, 1, 3, 0}, 2), {2, 5});
    auto out = ring.open(count_choices(ring, ballots, {.choices = 2}));
    out.push_back(is_carried(ring, ballots, {}) ? 1 : 0);
    return bytes_of(out);
}

std::vector<std::uint64_t> open_answer(Replicated& ring, const PrivateQuestion& question, const Bits& brought) {
    const SecretAnswer secret = noisy_answer(ring, question, describe(question, 1).noise.front().noise, brought);
    if (const auto* numbers = std::get_if<Numbers>(&secret)) return ring.open(*numbers);
    return ring.open(std::get<Bits>(secret)).values();
}

Bytes noisy_answers(party::Party& me, int) {
    Replicated ring(me);
    const std::vector<std::string> keys{"a", "b", "c"};
    PrivateQuestion question{
        .kind = PrivateQuestion::Kind::sum, .epsilon = dp::Cost::ratio(1, 1), .low = -3, .high = 9};
    const auto brought = [](std::int64_t value) { return value_contribution(value).values().front(); };
    const Bits values = ring.input(0, ClearBits(std::vector{brought(4), brought(12), brought(-30)}, 48), {48, 3});
    auto out = open_answer(ring, question, values);
    question = {.kind = PrivateQuestion::Kind::select, .epsilon = dp::Cost::ratio(1, 1), .keys = keys};
    const Bits approved = ring.constant(approval_contribution(keys, std::vector<std::string>{"b", "c"}));
    out.push_back(open_answer(ring, question, approved).front());
    return bytes_of(out);
}

Attacked among_four(const std::string& what, std::size_t kinds, Bytes (*run)(party::Party&, int), std::size_t samples) {
    return {.protocol = "four parties: " + what,
            .parties = 4,
            .cheaters = {0, 1, 2, 3},
            .kinds = kinds,
            .run = run,
            .inputs_to_all = {0x0203},
            .repeated = {0x0204},  // hashes of nothing, where there is nothing to vouch for
            .samples = samples,
            .harmless_percent = 10};
}

/// Servers that hold the same contributors' submissions.
class Submitted {
public:
    explicit Submitted(Rng& rng) {
        std::vector<party::SealingKey> keys;
        for (int i = 0; i < 3; ++i) keys.push_back(party::SealingKey::create(rng));
        for (const auto& key : keys) task_.servers.push_back(key.public_key());
        for (int i = 0; i < 4; ++i) {
            messages_.push_back(
                make_submission(task_, {static_cast<std::byte>(i)}, 1, std::vector<std::int64_t>{i}, rng));
        }
        for (const auto& key : keys) keys_.emplace_back(key.secret());
    }
    Bytes open(party::Party& me) const {
        const auto server = static_cast<std::size_t>(me.index());
        Collection collection(task_, me.index(), party::SealingKey(keys_[server].secret()));
        for (const auto& message : messages_) EXPECT_TRUE(collection.add(message[server]).value());
        const auto total = collection.open(me);
        return bytes_of(std::vector<std::uint64_t>{total.contributors, static_cast<std::uint64_t>(total.sums[0])});
    }
    const CollectionTask& task() const { return task_; }

private:
    CollectionTask task_{.name = "wages", .entries = {"wage"}, .low = 0, .high = 9, .servers = {}};
    std::vector<party::SealingKey> keys_;
    std::vector<std::vector<Bytes>> messages_;
};

}  // namespace

TEST(Cheating, OfOneAmongFourIsCaughtBeforeAnythingIsOpened) {
    for (Attacked row : {among_four("inputs, products, sorting, auction", 12, everything, 25),
                         among_four("noisy answers", 8, noisy_answers, 12)}) {
        row.repeated.insert(0x0206);  // of single bits, which are equal by chance
        attack(row);
    }
    attack(among_four("vote", 8, a_vote, 20));
    Attacked row = among_four("one opening", 8, one_opening, 40);
    row.results = {0x0206};  // missing components
    row.masked = party::Kinds{0x0202, 0x0203, 0x0204, 0x0206, 0x0207};
    row.answers = {0x0203};  // products with another input are wrong unless a share that the owner has is even
    row.late = {0x0205, 0x0206, 0x0207};  // and what says that all fits
    attack(row);
}

TEST(Cheating, InSumsShiftsThemByTheCheatersSeedsAlone) {
    Attacked row{.protocol = "sum", .parties = 4, .cheaters = {0, 1, 2, 3}, .kinds = 4, .samples = 40};
    row.run = [](party::Party& me, int secret) {
        const SumPlan plan{.inputs = {0, 1, 2}, .receivers = {1, 2, 3}, .entries = 2, .low = 0, .high = 9};
        const bool gives = me.index() < 3;
        const auto sums = sum(me, plan, gives ? std::vector<std::int64_t>{1 + secret, 4} : std::vector<std::int64_t>{});
        std::vector<std::uint64_t> out;
        for (const Int128& one : sums) out.push_back(static_cast<std::uint64_t>(one));
        return bytes_of(out);
    };
    row.inputs = {0x0100};
    row.results = {0x0002, 0x0003};
    row.late = {0x0001, 0x0002, 0x0003};  // who is told another commitment learns so at the opening
    row.masked = party::Kinds{0x0001, 0x0003};
    row.harmless_percent = 15;
    attack(row);
}

TEST(Cheating, InCollectionsLeavesContributorsOutOrShiftsSumsBlindly) {
    Seeded seeded;
    const Submitted submitted(seeded.rng);
    Attacked row{.protocol = "collection, servers", .parties = 3, .cheaters = {0, 1, 2}, .kinds = 6, .samples = 25};
    row.run = [&](party::Party& me, int) { return submitted.open(me); };
    row.inputs = {0x0141, 0x0142};
    row.repeated = {0x0142};
    row.harmless_percent = 15;
    attack(row);
}

TEST(Cheating, InReservationsGivesNoAnswerThatIsNotPaidFor) {
    // What a party takes is how many ledgers had paid when it went on.
    dp::Folder folder;
    Attacked row{.protocol = "four parties: ledgers", .parties = 4, .cheaters = {0, 1, 2, 3}, .kinds = 2};
    row.run = [&](party::Party& me, int) {
        const dp::LedgerTerms terms{.data_set = "wages",
                                    .neighbours = dp::Neighbours::change_one,
                                    .budget = {.epsilon = dp::Cost::ratio(1, 1)}};
        const std::string name = to_hex(me.session());
        const auto path = [&](int party) { return folder / (name + std::to_string(party)).c_str(); };
        std::filesystem::remove(path(me.index()));  // of the run before
        dp::Ledger ledger = dp::Ledger::create(path(me.index()), terms);
        static_cast<void>(reserve_together(me, ledger, {.epsilon = dp::Cost::ratio(1, 2)}, "a sum"));
        std::uint64_t paid = 0;
        for (int party = 0; party < 4; ++party) {
            paid += dp::Ledger::open(path(party)).contents().spent.epsilon == dp::Cost::ratio(1, 2) ? 1 : 0;
        }
        return bytes_of(std::vector{paid});
    };
    row.samples = 8;
    row.harmless_percent = 20;
    attack(row);
}

TEST(ThreeParties, ACheaterCanChangeAResultUnnoticedAsTheHeaderSays) {
    bool deceived = false;
    for (std::uint32_t number = 0; number < 4; ++number) {
        party::LocalNetwork network(3, Seed{}, [&](party::Frame& frame) {
            if (frame.from == 1 && frame.number == number) frame.bytes.at(party::frame_header_bytes) ^= std::byte{1};
        });
        const auto outcomes = network.run_each([](party::Party& me) {
            Replicated ring(me);
            const Numbers x = ring.constant(std::vector<std::uint64_t>{5});
            return ring.open(ring.multiply(x, x));
        });
        for (const auto& outcome : outcomes) deceived = deceived || (outcome && outcome->front() != 25);
    }
    EXPECT_TRUE(deceived) << "the warning about three parties would be out of date";
}

}  // namespace tacit::mpc
