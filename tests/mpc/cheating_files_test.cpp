// Cheaters who bring shares, reports and results in one piece.
#include "base/seeded.hpp"
#include "mpc/replicated_support.hpp"
#include "party/alterations.hpp"
#include "tacit/mpc/collect.hpp"
#include "tacit/mpc/dealing.hpp"
#include "tacit/mpc/prio3.hpp"
#include "tacit/mpc/shamir.hpp"

namespace tacit::mpc {

namespace {

using party::attack_bytes;
using party::bytes_of;

/// Words from outside, as a reader would take them.
Expected<std::vector<std::uint64_t>> words_from(const Bytes& bytes, std::size_t count) {
    if (bytes.size() != 8 * count) return Error(ErrorCode::malformed_input, "another length than is due");
    std::vector<std::uint64_t> words(count);
    std::memcpy(words.data(), bytes.data(), bytes.size());
    return words;
}

/// All that travels when two aggregators verify a report.
struct Messages {
    Bytes public_share;
    std::array<Bytes, 2> input_shares;
    std::array<Bytes, 2> verifier_shares;
    Bytes message;
};
using Tamper = std::function<void(Messages&)>;

const Bytes verify_key(Prio3::verify_key_bytes, std::byte{42});
const Bytes context{std::byte{'t'}};

/// The total of one report; tamper(messages) is called before anybody has read them, and after each step.
Expected<Bytes> total_of(const Prio3& prio3, const Bytes& nonce, Messages messages, const Tamper& tamper) {
    tamper(messages);
    std::vector<Prio3::State> states;
    for (std::size_t j = 0; j < 2; ++j) {
        auto begun = prio3.verify_init(verify_key, context, static_cast<int>(j), nonce, messages.public_share,
                                       messages.input_shares[j]);
        if (!begun) return begun.error();
        messages.verifier_shares[j] = begun->verifier_share;
        states.push_back(std::move(begun->state));
    }
    tamper(messages);
    auto message = prio3.verifier_shares_to_message(context, messages.verifier_shares);
    if (!message) return message.error();
    messages.message = *message;
    tamper(messages);
    std::vector<Bytes> totals;
    for (Prio3::State& state : states) {
        const auto output = prio3.verify_next(std::move(state), messages.message);
        if (!output) return output.error();
        totals.push_back(prio3.empty_aggregate());
        prio3.aggregate(totals.back(), *output);
    }
    const auto total = prio3.unshard(totals);
    if (!total) return total.error();
    return bytes_of(*total);
}

}  // namespace

TEST(Cheating, InReportsOfPrio3IsRefusedWhicheverPartIsAltered) {
    Seeded seeded;
    const Prio3 prio3 = Prio3::histogram(2, 3);
    const Bytes nonce(Prio3::nonce_bytes, std::byte{1});
    const auto made = [&](std::uint64_t bucket) {
        const auto report = prio3.shard(context, std::vector{bucket}, nonce, seeded.rng);
        Messages messages{.public_share = report.public_share,
                          .input_shares = {report.input_shares[0], report.input_shares[1]},
                          .verifier_shares = {},
                          .message = {}};
        EXPECT_TRUE(total_of(prio3, nonce, messages, [&](Messages& seen) { messages = seen; }));
        return messages;
    };
    const Messages mine = made(2);
    const Messages other = made(1);
    const auto attack_part = [&](const std::string& what, const auto& part) {
        attack_bytes("prio3: " + what, part(mine), {.reflected = {}, .another = part(other), .before = {}, .after = {}},
                     [&](const Bytes& altered) {
                         return total_of(prio3, nonce, mine, [&](Messages& seen) { part(seen) = altered; });
                     });
    };
    attack_part("public share", [](auto& m) -> auto& { return m.public_share; });
    attack_part("leader's input share", [](auto& m) -> auto& { return m.input_shares[0]; });
    attack_part("helper's input share", [](auto& m) -> auto& { return m.input_shares[1]; });
    attack_part("verifier share", [](auto& m) -> auto& { return m.verifier_shares[1]; });
    attack_part("verifier message", [](auto& m) -> auto& { return m.message; });
}

TEST(Cheating, InSharesThatAreBroughtToFourPartiesIsCaught) {
    Seeded seeded;
    const ClearBits secret(std::vector<std::uint64_t>{6, 1, 3}, 3);
    const auto file_of = [](const std::vector<Bits>& shares, int party) {
        const auto bytes = to_bytes(shares[static_cast<std::size_t>(party)], static_cast<int>(shares.size()), party);
        return Bytes(bytes.begin(), bytes.end());
    };
    const auto dealt = deal(secret, 4, seeded.rng);
    attack_bytes("four parties: dealt share", file_of(dealt, 2),
                 {.reflected = file_of(dealt, 1),
                  .another = file_of(deal(secret, 4, seeded.rng), 2),
                  .before = file_of(deal(secret, 3, seeded.rng), 2),
                  .after = {}},
                 [&](const Bytes& file) -> Expected<Bytes> {
                     const auto share = share_from_bytes(file, 4, 2, secret.shape);
                     if (!share) return share.error();
                     party::LocalNetwork network(4);
                     auto outcomes = network.run_each([&](party::Party& me) {
                         Replicated ring(me);
                         const Bits& mine = me.index() == 2 ? *share : dealt[static_cast<std::size_t>(me.index())];
                         ring.confirm_dealt(std::vector{&mine.parts});
                         return bytes_of(ring.open(mine).values());
                     });
                     return outcomes[0];
                 });
}

TEST(Cheating, InSharesOfAResultOfFourPartiesIsCaught) {
    Seeded seeded;
    const std::vector<std::uint64_t> values{11, 12};
    const auto result = deal(values, 4, seeded.rng);
    const auto another = deal(values, 4, seeded.rng);
    const auto words_of = [](const Numbers& share) {
        std::vector<std::uint64_t> words;
        for (const auto& part : share.parts) words.insert(words.end(), part.begin(), part.end());
        return bytes_of(words);
    };
    attack_bytes("four parties: share of a result", words_of(result[2]),
                 {.reflected = words_of(result[0]), .another = words_of(another[2]), .before = {}, .after = {}},
                 [&](const Bytes& bytes) -> Expected<Bytes> {
                     const auto words = words_from(bytes, 6);
                     if (!words) return words.error();
                     auto shares = result;
                     auto word = words->begin();
                     for (auto& part : shares[2].parts) {
                         for (auto& one : part) one = *word++;
                     }
                     const auto opened = combine(shares);
                     if (!opened) return opened.error();
                     return bytes_of(*opened);
                 });
}

TEST(Cheating, InSubmissionsToACollectionIsRefused) {
    Seeded seeded;
    const party::SealingKey first = party::SealingKey::create(seeded.rng);
    const party::SealingKey second = party::SealingKey::create(seeded.rng);
    const CollectionTask task{.name = "wages",
                              .entries = {"a", "b", "c", "d"},  // as long as a seed
                              .low = 0,
                              .high = 9,
                              .servers = {first.public_key(), second.public_key()}};
    CollectionTask other_task = task;
    other_task.name = "hours";
    constexpr std::size_t header = 24;  // contributor and version, which must not be those of the honest message
    const auto made = [&](const CollectionTask& of, int contributor, std::uint64_t version) {
        return make_submission(of, {static_cast<std::byte>(contributor)}, version,
                               std::vector<std::int64_t>{1, 2, 3, 4}, seeded.rng);
    };
    const Bytes mine = made(task, 1, 2)[0];
    const auto under_my_header = [&](const Bytes& message) {
        Bytes out(mine.begin(), mine.begin() + header);
        out.insert(out.end(), message.begin() + header, message.end());
        return out;
    };
    attack_bytes("collection: part of a submission", mine,
                 {.reflected = under_my_header(made(task, 1, 2)[1]),
                  .another = under_my_header(made(task, 2, 2)[0]),
                  .before = under_my_header(made(task, 1, 1)[0]),
                  .after = under_my_header(made(other_task, 1, 2)[0])},
                 [&](const Bytes& message) -> Expected<Bytes> {
                     Collection collection(task, 0, party::SealingKey(first.secret()));
                     const auto taken = collection.add(message);
                     if (!taken) return taken.error();
                     return message;
                 });
}

TEST(Cheating, WithSharesOfShamirsIsNamedOrFound) {
    Seeded seeded;
    const std::vector<std::uint64_t> secrets{5, 6};
    const auto attack_with = [&](const std::string& what, const shamir::Scheme& scheme) {
        const auto shares = shamir::share(scheme, secrets, seeded.rng);
        attack_bytes("shamir: " + what, bytes_of(shares[2].values),
                     {.reflected = bytes_of(shares[1].values),
                      .another = bytes_of(shamir::share(scheme, secrets, seeded.rng)[2].values),
                      .before = {},
                      .after = {}},
                     [&](const Bytes& bytes) -> Expected<Bytes> {
                         const auto words = words_from(bytes, secrets.size());
                         if (!words) return words.error();
                         auto altered = shares;
                         altered[2].values = *words;
                         return catching([&]() -> Expected<Bytes> {
                             const auto opened = shamir::open(scheme, altered, seeded.rng);
                             if (opened.wrong == std::vector{2} && opened.secrets == secrets) {
                                 return Error(ErrorCode::protocol_violation, "party 2 was named and left out");
                             }
                             return bytes_of(opened.secrets);
                         });
                     });
    };
    attack_with("share, named", {.parties = 5, .degree = 2});
    attack_with("share, found", {.parties = 4, .degree = 2});
}

}  // namespace tacit::mpc
