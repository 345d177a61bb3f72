// Cheaters among two: oblivious transfer, garbled circuits, private prediction, set intersection.
#include <gmock/gmock.h>

#include <bit>

#include "party/cheating.hpp"
#include "tacit/mpc/garbled.hpp"
#include "tacit/mpc/predict.hpp"
#include "tacit/mpc/psi.hpp"

namespace tacit::mpc {

namespace {

using party::attack;
using party::Attacked;
using party::Bytes;
using party::bytes_of;
using party::Kinds;

const Kinds masked_choices{0x0444, 0x0446};  // corrections, and hashes of what they mean

void append(Bytes& out, const auto& values) {
    const auto bytes = std::as_bytes(std::span(values));
    out.insert(out.end(), bytes.begin(), bytes.end());
}

std::vector<std::uint8_t> bits_for(int secret, std::size_t count) {
    std::vector<std::uint8_t> bits(count);
    Rng(Seed{static_cast<std::byte>(secret)}).fill(std::as_writable_bytes(std::span(bits)));
    for (auto& bit : bits) bit &= 1;
    return bits;
}

constexpr std::size_t transfers = 40;

/// Party 0 sends: correlated transfers, random ones, and correlated ones again.
Bytes transfer(party::Party& me, int secret) {
    Bytes out;
    if (me.index() == 0) {
        OtSender sender(me);
        append(out, std::vector{sender.delta()});
        append(out, sender.correlated(transfers));
        append(out, sender.random(transfers));
        return out;
    }
    OtReceiver receiver(me);
    append(out, receiver.correlated(bits_for(secret, transfers)));
    append(out, receiver.random(bits_for(secret, transfers)));
    return out;
}

/// Whether what an honest sender took from a run fits some choices of the receiver's: each of its blocks is one of two.
bool is_a_transfer(const party::Results& results) {
    if (!results[0] || !results[1]) return true;
    const auto blocks = [](const Bytes& bytes) {
        std::vector<Block> out(bytes.size() / sizeof(Block));
        std::memcpy(out.data(), bytes.data(), bytes.size());
        return out;
    };
    const auto sender = blocks(*results[0]);
    const auto receiver = blocks(*results[1]);
    for (std::size_t i = 0; i < transfers; ++i) {
        const Block difference = receiver[i] ^ sender[1 + i];
        if (difference != Block{} && difference != sender[0]) return false;
        const Block* both = &sender[1 + transfers + 2 * i];
        if (receiver[transfers + i] != both[0] && receiver[transfers + i] != both[1]) return false;
    }
    return true;
}

/// x times y, in words: the garbler's x, the evaluator's y, and weights of the garbler's for the product's bits.
Bytes garble(party::Party& me, int secret) {
    constexpr std::size_t bits = 8;
    GateBuilder builder;
    const Word x = builder.input(bits);
    const Word y = builder.input(bits);
    const BooleanCircuit circuit = builder.build(builder.multiply(x, y));
    const auto compute = [&](auto& end, Labels first, const Labels& second) {
        first.insert(first.end(), second.begin(), second.end());
        return end.run(circuit, first);
    };
    Bytes out;
    if (me.index() == 0) {
        Garbler garbler(me);
        const Labels mine = garbler.own_input(bits_for(secret, bits));
        const Labels labels = compute(garbler, mine, garbler.others_input(bits));
        garbler.open(labels);
        append(out,
               garbler.weigh(labels, std::vector<std::uint64_t>(labels.size(), 3 + static_cast<unsigned>(secret))));
        return out;
    }
    Evaluator evaluator(me);
    const Labels theirs = evaluator.others_input(bits);
    const Labels labels = compute(evaluator, theirs, evaluator.own_input(bits_for(secret, bits)));
    append(out, evaluator.open(labels));
    append(out, evaluator.weigh(labels, 1));
    return out;
}

/// Any result may come out: the claim is privacy alone.
bool anything(const party::Results&, int) { return true; }

/// The client, party 0, asks for scores of a linear model or classes of trees.
template <ModelKind kind>
Bytes ask(party::Party& me, int secret) {
    const bool trees = kind == ModelKind::trees;
    const PredictTerms terms{
        .shape = {.kind = kind, .features = 3, .outputs = 3, .trees = trees, .depth = trees ? 2U : 0U},
        .output = trees ? PredictOutput::label : PredictOutput::score};
    if (me.index() == 0) {
        const auto rows = secret == 0 ? std::vector<double>{1, -2, 0.5} : std::vector<double>{-3, 2, 1.5};
        const Predictions answer = predict(me, terms, rows);
        Bytes out;
        append(out, std::vector<std::uint64_t>(answer.classes.begin(), answer.classes.end()));
        for (const double score : answer.scores) append(out, std::vector{std::bit_cast<std::uint64_t>(score)});
        return out;
    }
    const auto s = static_cast<std::uint32_t>(secret);
    const IntegerModel linear{
        .shape = terms.shape, .weights = {1 + s, 2, 3, 4 + s, 5, 6, 7, 8, 9}, .bias = {7, 8 + s, 9}};
    const IntegerModel tree{.shape = terms.shape,
                            .features = {0, 1 + s, 2 - s},
                            .thresholds = {5 - secret, 4, 3},
                            .leaves = {0, 0, 0, 99 + s, 0, 0, 0, 0, 0, 0, 0, 99},
                            .bias = {9, 10, 11}};
    return bytes_of(std::vector{serve_predictions(me, terms, trees ? tree : linear, [](std::uint64_t) {})});
}

/// The honest one of two has another element besides those that both have.
Attacked intersection(const std::string& what, int cheater, std::size_t kinds, const PsiTerms& terms,
                      std::size_t samples) {
    Attacked row{.protocol = "psi, " + what + (cheater == 0 ? ": receiver" : ": sender"),
                 .parties = 2,
                 .cheaters = {cheater},
                 .kinds = kinds,
                 .masked = Kinds{0x0402, 0x0403, 0x0404, 0x0406, 0x0501},
                 .answers = {0x0404},
                 .repeated = {0x0406, 0x0407, 0x040a},  // positions; that no run was stopped
                 .samples = samples,
                 .harmless_percent = 40};
    row.run = [=](party::Party& me, int secret) {
        const char* const own = me.index() == cheater ? "e" : secret == 0 ? "c" : "d";
        const auto set = [&](const std::function<void(const PsiElement&)>& add) {
            for (const char* const value : {"a", "b", "f", own}) add({.value = value, .weight = 7});
        };
        const PsiResult result = intersect(me, terms, set);
        Bytes out;
        append(out, std::vector{result.count.value_or(0), result.sum.value_or(0)});
        append(out, result.rows);
        return out;
    };
    row.holds = anything;
    // What the sender learns of a sum is of the intersection that it altered.
    if (cheater == 1 && terms.output == PsiOutput::sum) row.masked->insert({0x0405, 0x0408});
    return row;
}

Attacked private_row(const std::string& protocol, int cheater, std::size_t kinds, Bytes (*run)(party::Party&, int),
                     Kinds masked, std::size_t samples) {
    return {.protocol = protocol,
            .parties = 2,
            .cheaters = {cheater},
            .kinds = kinds,
            .run = run,
            .holds = anything,
            .masked = std::move(masked),
            .samples = samples,
            .harmless_percent = 60};  // what a garbler sends is not answered at all
}

}  // namespace

TEST(Cheating, OfAReceiverInTransfersIsCaughtOrAnotherChoice) {
    Attacked row{
        .protocol = "oblivious transfer: receiver", .parties = 2, .cheaters = {1}, .kinds = 5, .run = transfer};
    row.holds = [](const party::Results& results, int) { return is_a_transfer(results); };
    row.samples = 3;
    row.harmless_percent = 40;  // of each level half is not read, and corrections where the difference has no bit
    attack(row);
}

TEST(Cheating, OfASenderInTransfersSeesTheSameWhateverIsChosen) {
    attack(private_row("oblivious transfer: sender", 0, 2, transfer, masked_choices, 3));
}

TEST(Cheating, InGarbledCircuitsSeesTheSameWhateverTheOtherSideHas) {
    attack(private_row("garbled circuit: garbler", 0, 6, garble, masked_choices, 1));
    attack(private_row("garbled circuit: evaluator", 1, 5, garble, {0x0481, 0x0482, 0x0483}, 1));
}

TEST(Cheating, InPredictionsLearnsNothingOfRowsAndNothingOfModelsByWhereTheServerStops) {
    constexpr auto linear = ask<ModelKind::linear>;
    constexpr auto trees = ask<ModelKind::trees>;
    attack(private_row("predict, linear: server", 1, 4, linear, masked_choices, 1));
    attack(private_row("predict, linear: client", 0, 6, linear, {0x0601, 0x0603}, 1));
    attack(private_row("predict, trees: server", 1, 11, trees, {0x0444, 0x0446, 0x0602}, 1));
    attack(private_row("predict, trees: client", 0, 9, trees, {0x0444, 0x0446, 0x0481, 0x0482, 0x0483}, 1));
}

TEST(Cheating, InIntersectionsLearnsNothingOfOtherElements) {
    for (const int cheater : {0, 1}) {  // a sender that learns the result, and alters it, learns more
        const bool tells = cheater == 0;
        attack(intersection("ecdh", cheater, 5, {.sender_learns = tells}, 20));
        attack(intersection("ecdh, sum", cheater, tells ? 5 : 7, {.output = PsiOutput::sum}, 20));
        attack(intersection("vole", cheater, 7, {.protocol = PsiProtocol::vole, .sender_learns = tells}, 1));
    }
}

TEST(Cheating, InTheOrderOfAnIntersectionEndsTheRunWhetherOrNotThePlaceIsCommon) {
    for (std::size_t place = 0; place < 4; ++place) {  // one of four is common
        party::LocalNetwork network(2, Seed{}, [&](party::Frame& frame) {
            if (party::kind_of(frame) == 0x0406)
                frame.bytes.at(party::frame_header_bytes + 8 * place + 7) = std::byte{1};
        });
        const auto results = network.run_each([](party::Party& me) {
            const auto set = [&](const std::function<void(const PsiElement&)>& add) {
                const char* const receivers[] = {"a", "b", "c", "d"};
                const char* const senders[] = {"a", "x", "y", "z"};
                for (const char* const value : me.index() == 0 ? receivers : senders) add({.value = value});
            };
            return intersect(me, {}, set).rows;
        });
        ASSERT_FALSE(results[0]) << place;
        EXPECT_EQ(results[0].error().code(), ErrorCode::protocol_violation);
        EXPECT_THAT(results[0].error().what(), testing::HasSubstr("named an element that was not announced"));
    }
}

TEST(Cheating, InSumsOverAnIntersectionOpensWeightsOfTheReceiversChoiceAsTheHeaderSays) {
    Bytes first_weight;
    party::LocalNetwork network(2, Seed{}, [&](party::Frame& frame) {
        const auto begin = frame.bytes.begin() + party::frame_header_bytes;
        const std::size_t size = party::kind_of(frame) == 0x0408 ? frame.bytes.size() - party::frame_header_bytes : 96;
        if (party::kind_of(frame) == 0x0403) first_weight.assign(begin, begin + static_cast<std::ptrdiff_t>(size));
        if (party::kind_of(frame) == 0x0408) std::ranges::copy(first_weight, begin);
    });
    const auto results = network.run([](party::Party& me) {
        const auto set = [&](const std::function<void(const PsiElement&)>& add) {
            for (const char* const value : {"a", "b", "c"})
                add({.value = value, .weight = 1ULL << (8 * (value[0] - 'a'))});
        };
        return intersect(me, {.output = PsiOutput::sum, .minimum = 3}, set).sum.value();
    });
    EXPECT_EQ(std::popcount(results[0]), 1) << "one weight where the sum of three was due";
}

}  // namespace tacit::mpc
