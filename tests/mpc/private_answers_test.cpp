#include "tacit/mpc/private_answers.hpp"

#include <cmath>
#include <map>

#include "../base/seeded.hpp"
#include "../base/throws.hpp"
#include "dp/distributions.hpp"
#include "dp/folder.hpp"
#include "mpc/noisy_answers.hpp"
#include "mpc/replicated_support.hpp"
#include "tacit/dp/mechanisms.hpp"
#include "tacit/mpc/dealing.hpp"
#include "tacit/mpc/joint_ledger.hpp"

namespace tacit::mpc {

namespace {

using Kind = PrivateQuestion::Kind;
using Values = std::vector<std::int64_t>;

/// A scale whose noise is 0.
const dp::Noise no_noise{.scale = dp::Cost::ratio(1, 1024)};

ClearBits contributions(const Values& values) {
    std::vector<std::uint64_t> words;
    for (const std::int64_t value : values) words.push_back(value_contribution(value).values().front());
    return {words, 48};
}

/// A lane for each ballot.
ClearBits ballots(const std::vector<std::string>& keys, const std::vector<std::vector<std::string>>& approved) {
    ClearBits all(BitShape{keys.size(), approved.size()});
    for (std::size_t lane = 0; lane < approved.size(); ++lane) {
        const ClearBits one = approval_contribution(keys, approved[lane]);
        for (std::size_t plane = 0; plane < keys.size(); ++plane) {
            if (one.at(plane, 0)) all.set(plane, lane);
        }
    }
    return all;
}

ClearBits choices(const std::vector<std::string>& keys, const std::vector<std::string>& chosen) {
    std::vector<std::uint64_t> words;
    for (const auto& name : chosen) words.push_back(choice_contribution(keys, name).values().front());
    return {words, contribution_planes({.kind = Kind::histogram, .keys = keys})};
}

/// The answer, to all parties.
Values open_answer(Replicated& ring, const PrivateQuestion& question, const dp::Noise& noise, const Bits& brought) {
    const SecretAnswer secret = noisy_answer(ring, question, noise, brought);
    const Bits* const place = std::get_if<Bits>(&secret);
    const auto values = place != nullptr ? ring.open(*place).values() : ring.open(std::get<Numbers>(secret));
    return {values.begin(), values.end()};
}

/// P[candidate wins] for these scores, by summing over its noise; ties go to the first.
double chance_to_win(const std::vector<int>& scores, std::size_t candidate, double rate) {
    double chance = 0;
    for (int g = 0; g < 200; ++g) {
        double p = -std::expm1(-rate) * std::exp(-rate * g);
        for (std::size_t i = 0; i < scores.size(); ++i) {
            if (i == candidate) continue;
            const int below = scores[candidate] + g - scores[i] + (i < candidate ? 0 : 1);  // the other's noise is less
            p *= below <= 0 ? 0 : -std::expm1(-rate * below);
        }
        chance += p;
    }
    return chance;
}

}  // namespace

class PrivateAnswers : public testing::TestWithParam<int> {
protected:
    template <class Protocol>
    auto replicated(const Protocol& protocol) {
        party::LocalNetwork network(GetParam(), seeded.rng.new_seed());
        return run_replicated(network, protocol)[1];
    }
    Values opened(const PrivateQuestion& question, const dp::Noise& noise, const ClearBits& brought) {
        return replicated([&](Replicated& ring) { return open_answer(ring, question, noise, ring.constant(brought)); });
    }

    void make_ledgers(const dp::LedgerTerms& terms) {
        for (int i = 0; i < GetParam(); ++i) {
            ledgers.push_back(dp::Ledger::create(folder / std::to_string(ledgers.size()).c_str(), terms));
        }
    }
    /// What every party gets, each with its own ledger.
    std::vector<Expected<PrivateAnswer>> asked(party::LocalNetwork& network, const PrivateQuestion& question,
                                               std::span<const Bits> shares) {
        return network.run_each([&](party::Party& me) {
            const auto i = static_cast<std::size_t>(me.index());
            return answer_privately(me, ledgers[i], question, shares[i]);
        });
    }

    dp::LedgerTerms terms(const dp::Cost& epsilon) const {
        return {.data_set = "wages", .neighbours = dp::Neighbours::change_one, .budget = {.epsilon = epsilon}};
    }

    Seeded seeded;
    dp::Folder folder;
    std::vector<dp::Ledger> ledgers;
};
INSTANTIATE_TEST_SUITE_P(Replicated, PrivateAnswers, testing::Values(3, 4));

TEST_P(PrivateAnswers, ClampEveryValueThatACheatingContributorCanBring) {
    auto random = random_numbers(seeded.rng, 130, 48);
    for (std::size_t i = 0; i < 20; ++i) random[i] = i - 10;
    random[20] = std::uint64_t{1} << 47U;  // the least of all
    const ClearBits brought(random, 48);
    using Bounds = std::pair<std::int64_t, std::int64_t>;
    for (const auto& [low, high] : {Bounds{-5, 7}, Bounds{0, 1}, Bounds{3, 1000000}, Bounds{-9, -2},
                                    Bounds{-(std::int64_t{1} << 46U), std::int64_t{1} << 46U}}) {
        const ClearBits clamped =
            replicated([&](Replicated& ring) { return ring.open(clamp(ring, ring.constant(brought), low, high)); });
        const std::size_t unused = 64 - clamped.shape.planes;
        const auto found = clamped.values();
        for (std::size_t i = 0; i < random.size(); ++i) {
            const auto value = static_cast<std::int64_t>(random[i] << 16U) >> 16;
            EXPECT_EQ(static_cast<std::int64_t>(found[i] << unused) >> unused, std::clamp(value, low, high)) << value;
        }
    }
}

TEST_P(PrivateAnswers, AreExactWithoutNoise) {
    const Values values{310, -4, 20, 1000, -1000, 5};
    PrivateQuestion question{.kind = Kind::sum, .low = -100, .high = 200};
    EXPECT_EQ(opened(question, no_noise, contributions(values)), Values{200 - 4 + 20 + 200 - 100 + 5});
    question = {.kind = Kind::count, .low = -4, .high = 20};
    EXPECT_EQ(opened(question, no_noise, contributions(values)), Values{3});
    const std::vector<std::string> keys{"north", "south", "west"};
    dp::Noise three = no_noise;
    three.draws = 3;
    question = {.kind = Kind::histogram, .keys = keys};
    EXPECT_EQ(opened(question, three, choices(keys, {"west", "north", "west", "west"})), (Values{1, 0, 3}));
    three.kind = dp::Noise::Kind::geometric;
    question.kind = Kind::select;
    EXPECT_EQ(opened(question, three, ballots(keys, {{"west"}, {"south", "west"}, {}})), Values{2});
    EXPECT_EQ(opened(question, three, ballots(keys, {{"west"}, {"south"}})), Values{1}) << "the first of equals";
    EXPECT_EQ(opened(question, three, ballots(keys, {{}, {}})), Values{0});
}

TEST_P(PrivateAnswers, HaveTheNoiseThatIsStated) {
    PrivateQuestion question{.kind = Kind::histogram, .epsilon = dp::Cost::ratio(1, 1)};
    for (int i = 0; i < 255; ++i) question.keys.push_back(std::to_string(i));
    const dp::Noise noise = describe(question, 1).noise.front().noise;
    EXPECT_EQ(noise.scale, dp::Cost::ratio(2, 1)) << "one contributor moves two counts";
    const ClearBits brought = choices(question.keys, {"7", "7", "200"});
    Values drawn;
    for (int run = 0; run < 12; ++run) {
        Values counts = opened(question, noise, brought);
        counts[7] -= 2;
        counts[200] -= 1;
        drawn.insert(drawn.end(), counts.begin(), counts.end());
    }
    const auto pmf = [](std::int64_t k) { return dp::discrete_laplace_pmf(0.5, k); };
    EXPECT_GT(dp::chi_square_p_value(drawn, pmf, -60, 60), 1e-6);
}

TEST_P(PrivateAnswers, SelectEachCandidateAsOftenAsTheMechanismDoes) {
    const std::vector<std::string> keys{"a", "b", "c"};
    const PrivateQuestion question{.kind = Kind::select, .epsilon = dp::Cost::ratio(2, 1), .keys = keys};
    const dp::Noise noise = describe(question, 1).noise.front().noise;
    const ClearBits brought = ballots(keys, {{"b", "c"}, {"b", "a"}, {"b"}});
    constexpr int runs = 150;
    std::map<std::int64_t, int> won;
    for (int run = 0; run < runs; ++run) ++won[opened(question, noise, brought).front()];
    for (std::size_t i = 0; i < 3; ++i) {
        const double p = chance_to_win({1, 3, 1}, i, 1);
        EXPECT_NEAR(won[static_cast<std::int64_t>(i)], runs * p, 6 * std::sqrt(runs * p * (1 - p))) << i;
    }
}

TEST_P(PrivateAnswers, AreReleasedWithAStatementAndPaidForAtEveryParty) {
    make_ledgers(terms(dp::Cost::ratio(3, 2)));
    const PrivateQuestion question{.kind = Kind::sum, .epsilon = dp::Cost::ratio(1, 2), .high = 10000, .digits = 2};
    const auto shares = deal(contributions({310000, 900, 500, 100}), GetParam(), seeded.rng);
    party::LocalNetwork network(GetParam(), seeded.seed);
    for (int run = 1; run <= 3; ++run) {
        const auto answers = asked(network, question, shares);
        EXPECT_EQ(network.rounds(), GetParam() == 3 ? 21 : 25);
        for (std::size_t i = 0; i < answers.size(); ++i) {
            const PrivateAnswer& answer = answers[i].value();
            const dp::Statement& said = answer.statement;
            EXPECT_EQ(answer.estimates.at(0).answer.value, answers[0].value().estimates.at(0).answer.value);
            EXPECT_NEAR(answer.estimates[0].answer.value, 115, 4000);
            EXPECT_EQ(answer.contributors, 4U);
            EXPECT_EQ(said.spent.epsilon, dp::Cost::ratio(static_cast<std::uint64_t>(run), 2));
            EXPECT_EQ(to_string(said.noise.at(0).noise), "discrete Laplace of scale 20000");
            EXPECT_DOUBLE_EQ(said.noise[0].unit, 0.01);
            EXPECT_EQ(said.ledger_head, to_hex(ledgers[i].contents().head));
            EXPECT_THAT(said.steps.at(0), testing::HasSubstr("each clamped to 0.00 to 100.00 on shares"));
            EXPECT_THAT(said.adversary, testing::HasSubstr(GetParam() == 3 ? "follows the protocol" : "whatever"));
        }
    }
    expect_throws(ErrorCode::budget_exceeded, "has epsilon 0 left of epsilon 1.5; no party has spent",
                  [&] { return asked(network, question, shares)[0].value(); });
}

TEST_P(PrivateAnswers, GoToThoseWhoReceiveAndToNobodyElse) {
    make_ledgers(terms(dp::Cost::ratio(500, 1)));
    const party::SealingKey key = party::SealingKey::create(seeded.rng);
    const Receivers receivers{.parties = {2}, .outsiders = {{.name = "dora", .key = key.public_key()}}};
    const std::vector<std::string> keys{"tea", "coffee", "water"};
    const dp::Cost hundred = dp::Cost::ratio(100, 1);
    const auto ask = [&](const PrivateQuestion& question, const ClearBits& brought) {
        const auto shares = deal(brought, GetParam(), seeded.rng);
        party::LocalNetwork network(GetParam(), seeded.rng.new_seed());
        return network.run([&](party::Party& me) {
            const auto i = static_cast<std::size_t>(me.index());
            return answer_privately(me, ledgers[i], question, shares[i], receivers);
        });
    };
    const auto received = [&](const std::vector<PrivateAnswer>& answers) {
        std::vector<std::vector<std::byte>> files;
        for (std::size_t i = 0; i < answers.size(); ++i) {
            EXPECT_EQ(answers[i].received, i == 2);
            EXPECT_TRUE(i == 2 || (answers[i].estimates.empty() && answers[i].selected.empty())) << i;
            EXPECT_EQ(answers[i].statement.spent.epsilon, answers[0].statement.spent.epsilon);
            EXPECT_EQ(answers[i].files.at(0).name, "dora");
            files.push_back(answers[i].files[0].bytes);
        }
        return read_private_answer(reveal(key, files).value()).value();
    };
    const auto sums = ask({.kind = Kind::sum, .epsilon = hundred, .low = -50, .high = 300, .digits = 1},
                          contributions({310000, -12, 500, 100}));
    const PrivateAnswer sum = received(sums);
    EXPECT_NEAR(sum.estimates.at(0).answer.value, 68.8, 20);
    EXPECT_EQ(sum.estimates[0].answer.value, sums[2].estimates.at(0).answer.value);
    EXPECT_EQ(sum.estimates[0].answer.low, sums[2].estimates[0].answer.low);
    EXPECT_EQ(sum.statement.steps, sums[2].statement.steps);
    EXPECT_EQ(sum.statement.adversary, sums[2].statement.adversary);
    EXPECT_EQ(sum.statement.unit, sums[2].statement.unit);
    EXPECT_EQ(sum.statement.loss.epsilon, hundred);
    EXPECT_EQ(sum.statement.ledger_head, "") << "that is the parties'";
    const PrivateAnswer counts = received(
        ask({.kind = Kind::histogram, .epsilon = hundred, .keys = keys}, choices(keys, {"water", "tea", "water"})));
    EXPECT_EQ(counts.estimates.at(2).key, "water");
    EXPECT_EQ(counts.estimates[2].answer.value, 2);
    const PrivateAnswer selected = received(ask({.kind = Kind::select, .epsilon = hundred, .keys = keys},
                                                ballots(keys, {{"coffee", "tea"}, {"coffee"}, {"coffee"}})));
    EXPECT_EQ(selected.selected, "coffee");
    EXPECT_EQ(selected.contributors, 3U);
}

TEST_P(PrivateAnswers, AreNotGivenIfOneLedgerLacksTheBudgetAndThenNobodySpends) {
    make_ledgers(terms(dp::Cost::ratio(2, 1)));
    static_cast<void>(ledgers[1].reserve({.epsilon = dp::Cost::ratio(3, 2)}, "earlier"));
    const PrivateQuestion question{.epsilon = dp::Cost::ratio(1, 1), .low = 5, .high = 9};
    const auto shares = deal(contributions({1, 2, 3, 4}), GetParam(), seeded.rng);
    party::LocalNetwork network(GetParam(), seeded.seed);
    static_cast<void>(run_replicated(network, [&](Replicated& ring) {
        ring.confirm_dealt(std::vector{&shares[static_cast<std::size_t>(ring.me().index())].parts});
        return 0;
    }));
    const auto before = network.traffic();
    const auto answers = asked(network, question, shares);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const auto* const text = i == 1 ? "which has epsilon 0.5 left of epsilon 2" : "the ledger of party 1 has less";
        expect_throws(ErrorCode::budget_exceeded, text, [&] { return answers[i].value(); });
        EXPECT_EQ(ledgers[i].contents().entries.size(), i == 1 ? 1U : 0U);
        const auto one_to_each = static_cast<std::uint64_t>(GetParam() - 1);
        EXPECT_EQ(network.traffic()[i].bytes_sent, before[i].bytes_sent + one_to_each) << "nothing about data";
    }
}

TEST_P(PrivateAnswers, AreNotGivenBackIfARunEndsAfterTheReservation) {
    make_ledgers(terms(dp::Cost::ratio(2, 1)));
    const auto shares = deal(contributions({1, 2, 3, 4}), GetParam(), seeded.rng);
    int masked = 0;
    party::LocalNetwork network(GetParam(), seeded.seed, [&](party::Frame& frame) {
        if (frame.bytes[4] == std::byte{0x02} && frame.bytes[5] == std::byte{0x02} && ++masked == 20) {
            frame.bytes.clear();  // a party falls silent in the middle of the computation
        }
    });
    const auto answers = asked(network, {.epsilon = dp::Cost::ratio(1, 1), .high = 9}, shares);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        EXPECT_FALSE(answers[i].has_value());
        EXPECT_EQ(ledgers[i].contents().spent.epsilon, dp::Cost::ratio(1, 1)) << i;
    }
}

TEST_P(PrivateAnswers, CostNothingIfAContributorsSharesDoNotFit) {
    make_ledgers(terms(dp::Cost::ratio(2, 1)));
    auto shares = deal(contributions({1, 2, 3, 4}), GetParam(), seeded.rng);
    shares[0].parts[1][0] ^= 1;
    party::LocalNetwork network(GetParam(), seeded.seed);
    const auto answers = asked(network, {.epsilon = dp::Cost::ratio(1, 1), .high = 9}, shares);
    expect_throws(ErrorCode::protocol_violation, "holds other shares of what was dealt",
                  [&] { return answers[0].value(); });
    for (const dp::Ledger& ledger : ledgers) EXPECT_TRUE(ledger.contents().entries.empty());
}

TEST_P(PrivateAnswers, OfUnitsWithSeveralRowsHaveTheNoiseForAllOfThem) {
    dp::LedgerTerms several = terms(dp::Cost::ratio(1, 1));
    several.rows_per_unit = 3;
    make_ledgers(several);
    const auto shares = deal(contributions({1, 2, 3, 4}), GetParam(), seeded.rng);
    party::LocalNetwork network(GetParam(), seeded.seed);
    const auto answers = asked(network, {.epsilon = dp::Cost::ratio(1, 1), .high = 9}, shares);
    const dp::Statement& said = answers.back().value().statement;
    EXPECT_EQ(said.noise[0].noise.scale, dp::Cost::ratio(3, 1));
    EXPECT_EQ(said.loss.epsilon, dp::Cost::ratio(1, 1));
    EXPECT_EQ(said.unit, "person, with at most 3 rows");
}

TEST_P(PrivateAnswers, CostWhatIsStatedWhateverTheContributionsAre) {
    const auto of = [&](const PrivateQuestion& question, const ClearBits& brought) {
        return cost_of(GetParam(), [&](Replicated& ring) {
            const auto noise = describe(question, 1).noise.front().noise;
            static_cast<void>(open_answer(ring, question, noise, ring.constant(brought)));
        });
    };
    const dp::Cost epsilon = dp::Cost::ratio(1, 1);
    const PrivateQuestion sum{.kind = Kind::sum, .epsilon = epsilon, .high = 100000};
    const Cost thousand = of(sum, contributions(Values(1000, 7)));
    const Cost other = of(sum, contributions(Values(1000, -99999)));
    EXPECT_EQ(thousand.total_bytes, other.total_bytes);
    const PrivateQuestion count{.epsilon = epsilon, .high = 5};
    const std::vector<std::string> keys{"a", "b", "c", "d", "e", "f", "g", "h"};
    const PrivateQuestion histogram{.kind = Kind::histogram, .epsilon = epsilon, .keys = keys};
    const PrivateQuestion select{.kind = Kind::select, .epsilon = epsilon, .keys = keys};
    const std::vector<Cost> costs{thousand, of(count, contributions(Values(1000, 7))),
                                  of(histogram, choices(keys, std::vector<std::string>(1000, "c"))),
                                  of(select, ballots(keys, std::vector<std::vector<std::string>>(1000, keys)))};
    std::string measured;
    for (const Cost& cost : costs) {
        measured += std::to_string(cost.rounds) + " " + std::to_string(cost.most_bytes) + "; ";
    }
    // Sum, count, histogram, selection; docs/mpc-dp.md has these numbers.
    EXPECT_EQ(measured, GetParam() == 3 ? "17 164376; 16 25664; 12 69520; 41 67104; "
                                        : "20 102491; 19 30707; 15 39579; 44 36603; ");
}

TEST_P(PrivateAnswers, ToQuestionsThatMakeNoSenseAreRefused) {
    make_ledgers(terms(dp::Cost::ratio(2, 1)));
    const auto refused = [&](const char* text, const PrivateQuestion& question, std::size_t count = 4,
                             std::size_t planes = 48) {
        const auto shares = deal(ClearBits(BitShape{planes, count}), GetParam(), seeded.rng);
        party::LocalNetwork network(GetParam(), seeded.seed);
        expect_throws(ErrorCode::invalid_argument, text, [&] { return asked(network, question, shares)[0].value(); });
    };
    const dp::Cost one = dp::Cost::ratio(1, 1);
    refused("bounds 5.0 to 3.0; the lower one comes first",
            {.kind = Kind::sum, .epsilon = one, .low = 50, .high = 30, .digits = 1});
    refused("bounds 3 to 3", {.kind = Kind::sum, .epsilon = one, .low = 3, .high = 3});
    refused("both are from", {.epsilon = one, .high = (std::int64_t{1} << 46U) + 1});
    refused("epsilon is 0", {.high = 1});
    refused("3 contributors; this question asks for 4 or more", {.epsilon = one, .high = 1, .minimum = 4}, 3);
    refused("0 contributors; this question asks for 1", {.epsilon = one, .high = 1, .minimum = 0}, 0);
    refused("and 32768 at most leave room for sum and noise",
            {.kind = Kind::sum, .epsilon = one, .high = std::int64_t{1} << 46U}, 40000);
    refused("contributions of 47 bits; this question takes 48", {.epsilon = one, .high = 1}, 4, 47);
    refused("each once ('a' stands twice)", {.kind = Kind::select, .epsilon = one, .keys = {"a", "a"}});
    refused("256 keys; at most 255", [&] {
        PrivateQuestion many{.kind = Kind::histogram, .epsilon = one};
        for (int i = 0; i < 256; ++i) many.keys.push_back(std::to_string(i));
        return many;
    }());
    for (const dp::Ledger& ledger : ledgers) EXPECT_TRUE(ledger.contents().entries.empty());
}

TEST_P(PrivateAnswers, NeedLedgersOfTheirKind) {
    dp::LedgerTerms rows_come_and_go = terms(dp::Cost::ratio(2, 1));
    rows_come_and_go.neighbours = dp::Neighbours::add_remove;
    make_ledgers(rows_come_and_go);
    const auto shares = deal(contributions({1, 2, 3}), GetParam(), seeded.rng);
    party::LocalNetwork network(GetParam(), seeded.seed);
    const PrivateQuestion question{.epsilon = dp::Cost::ratio(1, 1), .high = 1};
    expect_throws(ErrorCode::parameter_mismatch, "counts pure loss for neighbours that add or remove",
                  [&] { return asked(network, question, shares)[0].value(); });
    expect_throws(ErrorCode::parameter_mismatch, "make the session for the ledger's",
                  [&] { return plan_answer(question, rows_come_and_go, "they"); });
}

TEST(PrivateAnswers, TheirPlansDifferInEverythingThatDecides) {
    const PrivateQuestion question{.kind = Kind::sum, .epsilon = dp::Cost::ratio(1, 1), .high = 9};
    dp::LedgerTerms terms{.data_set = "wages", .neighbours = dp::Neighbours::change_one};
    const std::string plan = plan_answer(question, terms, "they").parameters;
    const auto differs = [&](auto change) {
        PrivateQuestion another = question;
        change(another);
        EXPECT_NE(plan_answer(another, terms, "they").parameters, plan);
    };
    differs([](auto& q) { q.epsilon = dp::Cost::ratio(1, 2); });
    differs([](auto& q) { q.low = -1; });
    differs([](auto& q) { q.high = 10; });
    differs([](auto& q) { q.digits = 1; });
    differs([](auto& q) { q.kind = Kind::count; });
    differs([](auto& q) { q.minimum = 4; });
    differs([](auto& q) { q.keys = {"a"}; });
    EXPECT_NE(plan_answer(question, terms, "others").parameters, plan);
    terms.data_set = "wages of another year";
    EXPECT_NE(plan_answer(question, terms, "they").parameters, plan);
}

TEST(PrivateAnswers, ContributionsThatCannotBeMadeAreRefused) {
    const std::vector<std::string> keys{"a", "b"};
    expect_throws(ErrorCode::invalid_argument, "a value of 140737488355328",
                  [] { return value_contribution(std::int64_t{1} << 47U); });
    expect_throws(ErrorCode::invalid_argument, "'c' is none of the keys a, b",
                  [&] { return choice_contribution(keys, "c"); });
    party::LocalNetwork network(2);
    dp::Folder folder;
    const PrivateQuestion question{.epsilon = dp::Cost::ratio(1, 1), .high = 1};
    expect_throws(ErrorCode::invalid_argument, "a private answer of 2 parties", [&] {
        return network.run([&](party::Party& me) {
            dp::Ledger ledger = dp::Ledger::create(folder / me.name(me.index()).c_str(),
                                                   {.data_set = "x",
                                                    .neighbours = dp::Neighbours::change_one,
                                                    .budget = {.epsilon = dp::Cost::ratio(1, 1)}});
            return answer_privately(me, ledger, question, Bits{.parts = {}, .shape = {48, 3}}).contributors;
        });
    });
}

}  // namespace tacit::mpc
