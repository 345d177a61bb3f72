#include "tacit/mpc/predict.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "base/seeded.hpp"
#include "base/throws.hpp"
#include "tacit/party/local_network.hpp"

namespace tacit::mpc {
namespace {

double uniform(Rng& rng, double reach) { return (static_cast<double>(rng.next() >> 11) * 0x1p-52 - 1) * reach; }

std::vector<double> random_rows(Rng& rng, std::size_t count, double reach = 3) {
    std::vector<double> rows(count);
    for (double& x : rows) x = uniform(rng, reach);
    return rows;
}

std::vector<std::vector<double>> random_weights(Rng& rng, std::size_t features, std::size_t outputs) {
    std::vector<std::vector<double>> weights(outputs);
    for (auto& row : weights) row = random_rows(rng, features + 1);
    return weights;
}

/// A tree of at most `depth` levels whose inner nodes ask about random features.
TreeEnsemble::Tree random_tree(Rng& rng, std::size_t depth, std::size_t features, std::size_t outputs) {
    TreeEnsemble::Tree tree;
    struct Open {
        std::size_t node;
        std::size_t levels;
    };
    const auto add = [&] {
        tree.feature.push_back(rng.next() % features);
        tree.threshold.push_back(uniform(rng, 2));
        tree.left.push_back(-1);
        tree.right.push_back(-1);
        tree.value.push_back(random_rows(rng, outputs));
        return tree.feature.size() - 1;
    };
    std::vector<Open> open{{add(), depth}};
    while (!open.empty()) {
        const Open next = open.back();
        open.pop_back();
        if (next.levels == 0 || (next.levels < depth && rng.next() % 4 == 0)) continue;
        tree.left[next.node] = static_cast<std::int64_t>(add());
        tree.right[next.node] = static_cast<std::int64_t>(add());
        open.push_back({static_cast<std::size_t>(tree.left[next.node]), next.levels - 1});
        open.push_back({static_cast<std::size_t>(tree.right[next.node]), next.levels - 1});
    }
    return tree;
}

TreeEnsemble random_ensemble(Rng& rng, std::size_t trees, std::size_t depth, std::size_t features,
                             std::size_t outputs) {
    TreeEnsemble ensemble;
    for (std::size_t j = 0; j < features; ++j) ensemble.features.push_back("f" + std::to_string(j));
    for (std::size_t k = 0; k < std::max<std::size_t>(2, outputs); ++k)
        ensemble.classes.push_back("c" + std::to_string(k));
    ensemble.bias = random_rows(rng, outputs);
    for (std::size_t t = 0; t < trees; ++t) ensemble.trees.push_back(random_tree(rng, depth, features, outputs));
    return ensemble;
}

/// What the trees say, walked as they are written.
std::vector<double> walk(const TreeEnsemble& ensemble, std::span<const double> row) {
    std::vector<double> sums = ensemble.bias;
    for (const auto& tree : ensemble.trees) {
        std::size_t node = 0;
        while (tree.left[node] >= 0) {
            const bool left = static_cast<float>(row[tree.feature[node]]) <= tree.threshold[node];
            node = static_cast<std::size_t>(left ? tree.left[node] : tree.right[node]);
        }
        for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += tree.value[node][k];
    }
    return sums;
}

struct Run {
    Predictions client;
    std::uint64_t admitted = 0;
    std::uint64_t answered = 0;
};

Run run(party::LocalNetwork& network, const IntegerModel& model, std::span<const double> rows, PredictOutput output,
        int client = 0) {
    Run out;
    network.run([&](party::Party& me) {
        const PredictTerms terms{.shape = model.shape, .output = output, .client = client};
        if (me.index() == client) {
            out.client = predict(me, terms, rows);
        } else {
            out.answered = serve_predictions(me, terms, model, [&](std::uint64_t count) { out.admitted = count; });
        }
        return 0;
    });
    return out;
}

/// Classes and scores by the protocol are, to the last bit, what they are in the clear.
void expect_as_in_the_clear(const Seeded& seeded, const IntegerModel& model, std::span<const double> rows) {
    const std::size_t features = model.shape.features;
    const auto encoded = encode_rows(model.shape, rows);
    for (const PredictOutput output : {PredictOutput::label, PredictOutput::score}) {
        party::LocalNetwork network(2, seeded.seed);
        const Run out = run(network, model, rows, output, output == PredictOutput::label ? 0 : 1);
        EXPECT_EQ(out.answered, rows.size() / features);
        EXPECT_EQ(out.admitted, out.answered);
        for (std::size_t row = 0; row < rows.size() / features; ++row) {
            const auto clear = scores(model, std::span(encoded).subspan(row * features, features));
            if (output == PredictOutput::label) {
                EXPECT_EQ(out.client.classes.at(row), class_of(clear));
                EXPECT_TRUE(out.client.scores.empty());
                continue;
            }
            for (std::size_t k = 0; k < clear.size(); ++k) {
                EXPECT_EQ(out.client.scores.at(row * clear.size() + k), score_value(model.shape, clear[k]));
            }
            EXPECT_TRUE(out.client.classes.empty());
        }
    }
}

TEST(Predict, LinearModelsOfOneAndOfSeveralOutputsAnswerAsInTheClear) {
    for (const std::size_t outputs : {1U, 2U, 3U, 7U}) {
        Seeded seeded;
        const auto model = integer_model(random_weights(seeded.rng, 11, outputs));
        expect_as_in_the_clear(seeded, model, random_rows(seeded.rng, 11 * 20));
    }
}

TEST(Predict, RowsOfMoreTransfersThanOneCallAreAnsweredInParts) {
    Seeded seeded;
    const std::size_t features = 800;  // 19,200 transfers a row: six rows a call
    const auto model = integer_model(random_weights(seeded.rng, features, 1));
    expect_as_in_the_clear(seeded, model, random_rows(seeded.rng, features * 8));
}

TEST(Predict, TreesAnswerAsInTheClear) {
    struct Shape {
        std::size_t trees, depth, features, outputs;
    };
    for (const Shape& s : {Shape{1, 1, 1, 1}, Shape{3, 2, 2, 2}, Shape{150, 1, 5, 3}, Shape{7, 6, 30, 1}}) {
        Seeded seeded;
        const auto model = integer_model(random_ensemble(seeded.rng, s.trees, s.depth, s.features, s.outputs));
        expect_as_in_the_clear(seeded, model, random_rows(seeded.rng, s.features * 5));
    }
}

TEST(Predict, ScoresOnTheBoundaryAreNotPositive) {
    const auto model = integer_model(std::vector<std::vector<double>>{{-1, 2}});
    const std::vector<double> rows{0.5, 0.5 + 0x1p-16, 0.5 - 0x1p-16};
    party::LocalNetwork network(2);
    EXPECT_EQ(run(network, model, rows, PredictOutput::label).client.classes, (std::vector<std::size_t>{0, 1, 0}));
}

TEST(Predict, TakesTheRoundsAndBytesOfItsHeader) {
    Seeded seeded;
    const auto cost = [&](const IntegerModel& model, std::size_t rows) {
        party::LocalNetwork network(2, seeded.seed);
        run(network, model, random_rows(seeded.rng, rows * model.shape.features), PredictOutput::label);
        return std::pair(network.rounds(), network.traffic()[0].bytes_sent + network.traffic()[1].bytes_sent);
    };
    const auto linear = integer_model(random_weights(seeded.rng, 30, 1));
    EXPECT_EQ(cost(linear, 1).first, 10);
    const auto trees = integer_model(random_ensemble(seeded.rng, 8, 5, 30, 1));
    const auto [rounds, bytes] = cost(trees, 1);
    EXPECT_EQ(rounds, 16);
    const double nodes = 8 * 32;
    const auto more = static_cast<double>(cost(trees, 5).second - bytes) / 4;
    EXPECT_NEAR(more, nodes * (1188 + 4.2 * 30), 0.1 * more);
    const auto more_linear = static_cast<double>(cost(linear, 129).second - cost(linear, 1).second) / 128;
    EXPECT_NEAR(more_linear, 30 * 24 * 12 + 2300, 0.1 * more_linear);
}

TEST(Predict, TheServerMayRefuseTheNumberOfRowsBeforeItAnswers) {
    const auto model = integer_model(std::vector<std::vector<double>>{{0, 1}});
    party::LocalNetwork network(2);
    const auto outcomes = network.run_each([&](party::Party& me) {
        const PredictTerms terms{.shape = model.shape};
        if (me.index() == 0) {
            static_cast<void>(predict(me, terms, std::vector<double>(3)));
        } else {
            serve_predictions(me, terms, model, [](std::uint64_t rows) {
                throw Error(ErrorCode::budget_exceeded, std::to_string(rows) + " are too many");
            });
        }
        return 0;
    });
    expect_throws(ErrorCode::budget_exceeded, "3 are too many", [&] { return outcomes[1].value(); });
    expect_throws(ErrorCode::unreachable, "", [&] { return outcomes[0].value(); });
}

TEST(Predict, RefusesWrongTermsRowsAndModels) {
    const auto model = integer_model(std::vector<std::vector<double>>{{0, 1, 1}});
    const auto code = ErrorCode::invalid_argument;
    const auto refuses = [&](const std::string& text, const PredictTerms& terms, std::vector<double> rows) {
        party::LocalNetwork network(2);
        expect_throws(code, text, [&] {
            return network.run([&](party::Party& me) {
                if (me.index() == 0) static_cast<void>(predict(me, terms, rows));
                if (me.index() == 1) serve_predictions(me, terms, model, [](std::uint64_t) {});
                return 0;
            });
        });
    };
    refuses("3 numbers for rows of 2 features", {.shape = model.shape}, {1, 2, 3});
    refuses("0 numbers for rows", {.shape = model.shape}, {});
    refuses("row 2, feature 1: 200 is beyond +-128", {.shape = model.shape}, {1, 2, 200, 1});
    refuses("party 0 is no client", {.shape = model.shape, .client = 1}, {1, 2});
    refuses("0 features, 1 outputs", {.shape = {.outputs = 1}}, {1, 2});
    refuses("1 trees and 0 levels", {.shape = {ModelKind::trees, 2, 1, 1, 0}}, {1, 2});
    party::LocalNetwork network(2);
    expect_throws(code, "another shape than the terms say", [&] {
        return network.run([&](party::Party& me) {
            if (me.index() == 1) {
                serve_predictions(me, {.shape = {.features = 3, .outputs = 1}}, model, [](std::uint64_t) {});
            }
            return 0;
        });
    });
}

TEST(Predict, AClientThatAsksForTooManyRowsIsNotAnswered) {
    const auto model = integer_model(std::vector<std::vector<double>>{{0, 1}});
    for (const std::byte number : {std::byte{0}, std::byte{0xff}}) {
        party::LocalNetwork network(2, Seed{}, [&](party::Frame& frame) {
            if (frame.from == 0 && frame.number == 0) std::fill(frame.bytes.begin() + 10, frame.bytes.end(), number);
        });
        expect_throws(ErrorCode::protocol_violation, "the limit is 1048576", [&] {
            run(network, model, std::vector<double>{1}, PredictOutput::label);
            return 0;
        });
    }
}

TEST(PredictionModel, WholeTreesSayWhatTheWrittenOnesDo) {
    Seeded seeded;
    const auto ensemble = random_ensemble(seeded.rng, 20, 5, 6, 3);
    const auto model = integer_model(ensemble);
    EXPECT_EQ(model.shape, (ModelShape{ModelKind::trees, 6, 3, 20, 5}));
    for (int round = 0; round < 200; ++round) {
        auto row = random_rows(seeded.rng, 6);
        if (round < 20) row[ensemble.trees[0].feature[0]] = ensemble.trees[0].threshold[0];  // rounded to a float
        const auto found = scores(model, encode_rows(model.shape, row));
        const auto expected = walk(ensemble, row);
        for (std::size_t k = 0; k < 3; ++k) {
            EXPECT_NEAR(score_value(model.shape, found[k]), expected[k], 21 * 0x1p-33);
        }
    }
}

TEST(PredictionModel, TreesCompare32BitFloatsExactlyAtAllSizes) {
    TreeEnsemble ensemble{.features = {"x"}, .bias = {0}};
    const float inf = std::numeric_limits<float>::infinity();
    for (const float value : {-1e38F, -1.0F, -1e-45F, 0.0F, 1e-45F, 1e-38F, 1.0F, 16777216.0F, 1e38F}) {
        ensemble.trees = {{{0, 0, 0}, {static_cast<double>(value), 0, 0}, {1, -1, -1}, {2, -1, -1}, {{0}, {-1}, {1}}}};
        const auto model = integer_model(ensemble);
        const auto goes_right = [&](float x) {
            return scores(model, encode_rows(model.shape, std::vector{static_cast<double>(x)}))[0] > 0;
        };
        EXPECT_FALSE(goes_right(value));
        EXPECT_TRUE(goes_right(std::nextafter(value, inf)));
        EXPECT_FALSE(goes_right(std::nextafter(value, -inf)));
        EXPECT_EQ(goes_right(-0.0F), goes_right(0.0F));
        EXPECT_EQ(goes_right(0), 0 > value);
    }
}

TEST(PredictionModel, LinearScoresAreThoseOfTheRealNumbersUpToRounding) {
    Seeded seeded;
    const auto weights = random_weights(seeded.rng, 30, 2);
    const auto model = integer_model(weights);
    const auto row = random_rows(seeded.rng, 30);
    const auto found = scores(model, encode_rows(model.shape, row));
    for (std::size_t k = 0; k < 2; ++k) {
        const double expected = std::inner_product(row.begin(), row.end(), weights[k].begin() + 1, weights[k][0]);
        EXPECT_NEAR(score_value(model.shape, found[k]), expected, 30 * 3 * (0x1p-17 + 0x1p-25));
    }
}

TEST(PredictionModel, RefusesModelsWhoseScoresDoNotFit) {
    const auto code = ErrorCode::invalid_argument;
    const auto linear = [](std::vector<std::vector<double>> weights) { return [=] { return integer_model(weights); }; };
    expect_throws(code, "could reach 5.12e+06, the limit is 4.19e+06", linear({{0, 40000}}));
    expect_throws(code, "0 outputs of 0 weights", linear({}));
    expect_throws(code, "2 outputs of 3 weights", linear({{1, 2, 3}, {1, 2}}));
    expect_throws(code, "1 outputs of 1 weights", linear({{1}}));
    TreeEnsemble ensemble{.features = {"x"}, .bias = {0}};
    ensemble.trees = {{{0}, {0}, {-1}, {-1}, {{2e9}}}};
    expect_throws(code, "scores could reach 2e+09, the limit is 1.07e+09", [&] { return integer_model(ensemble); });
    expect_throws(code, "row 1, feature 1: nan", [&] {
        return encode_rows({ModelKind::trees, 1, 1, 1, 1}, std::vector{std::nan("")});
    });
}

const std::string stump = R"({"format": "tacit tree ensemble", "version": 1, "features": ["age", "bmi"],
 "classes": ["no", "yes"], "bias": [-0.5], "trees": [{"feature": [1, -2, -2], "threshold": [30.5, -2, -2],
 "left": [1, -1, -1], "right": [2, -1, -1], "value": [[0], [0.2], [0.9]]}]})";

std::string changed(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST(TreeEnsemble, IsReadFromJsonAndItsOfferTellsNoTree) {
    const auto ensemble = parse_tree_ensemble(stump).value();
    EXPECT_EQ(ensemble.features, (std::vector<std::string>{"age", "bmi"}));
    const auto model = integer_model(ensemble);
    const auto found = [&](double bmi) {
        return class_of(scores(model, encode_rows(model.shape, std::vector{50, bmi})));
    };
    EXPECT_EQ(found(30.5), 0U);
    EXPECT_EQ(found(30.6), 1U);
    const TreeOffer offer = offer_of(ensemble);
    EXPECT_EQ(
        to_json(offer),
        R"({"classes":["no","yes"],"depth":1,"features":["age","bmi"],"format":"tacit tree offer","outputs":1,"trees":1,"version":1})");
    EXPECT_EQ(parse_tree_offer(to_json(offer)).value(), offer);
}

TEST(TreeEnsemble, EveryFlawIsNamed) {
    const std::pair<std::pair<const char*, const char*>, const char*> flaws[] = {
        {{"{", "["}, "this is no JSON"},
        {{"tree ensemble", "forest"}, "the format is not 'tacit tree ensemble'"},
        {{"\"version\": 1", "\"version\": 2"}, "'version' is no whole number from 1 to 1"},
        {{"\"bias\": [-0.5], ", ""}, "the field 'bias' is missing"},
        {{"\"bias\"", "\"more\": 1, \"bias\""}, "a field is unknown"},
        {{"\"bmi\"", "\"age\""}, "'features' has a name twice"},
        {{"[\"age\", \"bmi\"]", "[]"}, "there is no feature"},
        {{"\"yes\"", "7"}, "'classes' has what is no name"},
        {{"[-0.5]", "[1, 2, 3]"}, "2 classes and 3 outputs"},
        {{"[-0.5]", "[\"x\"]"}, "'bias' has no finite number"},
        {{"[30.5, -2, -2]", "[30.5, -2]"}, "empty or of different lengths"},
        {{"\"left\": [1, -1, -1]", "\"left\": [0, -1, -1]"},
         "node 0 has a child that is neither -1 nor a node behind it"},
        {{"\"left\": [1, -1, -1]", "\"left\": [3, -1, -1]"}, "node 0 has a child"},
        {{"\"left\": [1, -1, -1]", "\"left\": [-1, -1, -1]"}, "node 0 has one child"},
        {{"[1, -2, -2]", "[2, -2, -2]"}, "node 0 asks for a feature that is none of 2"},
        {{"[0.2]", "[0.2, 1]"}, "node 1 has no value for each of 1 outputs"},
    };
    for (const auto& [change, text] : flaws) {
        expect_throws(ErrorCode::malformed_input, text,
                      [&] { return parse_tree_ensemble(changed(stump, change.first, change.second)).value(); });
    }
    std::string deep = stump;
    const auto tree_at = deep.find("\"trees\"");
    deep.resize(tree_at);
    std::string feature = "0", threshold = "0", left = "1", right = "2", value = "[0]";
    for (int node = 1; node < 27; ++node) {
        const bool inner = node % 2 == 1 && node < 25;
        feature += ",0";
        threshold += ",0";
        left += inner ? "," + std::to_string(node + 2) : ",-1";
        right += inner ? "," + std::to_string(node + 3) : ",-1";
        value += ",[0]";
    }
    deep += "\"trees\": [{\"feature\": [" + feature + "], \"threshold\": [" + threshold + "], \"left\": [" + left +
            "], \"right\": [" + right + "], \"value\": [" + value + "]}]}";
    expect_throws(ErrorCode::malformed_input, "1 trees of up to 13 levels with 1 outputs; the limits are 12 levels",
                  [&] { return parse_tree_ensemble(deep).value(); });
    const std::string offer = to_json(offer_of(parse_tree_ensemble(stump).value()));
    expect_throws(ErrorCode::malformed_input, "'depth' is no whole number from 1 to 12",
                  [&] { return parse_tree_offer(changed(offer, "\"depth\":1", "\"depth\":13")).value(); });
    expect_throws(ErrorCode::malformed_input, "2 classes and 3 outputs",
                  [&] { return parse_tree_offer(changed(offer, "\"outputs\":1", "\"outputs\":3")).value(); });
    for (std::size_t size = 0; size < stump.size(); size += 7) {
        EXPECT_FALSE(parse_tree_ensemble(stump.substr(0, size)).has_value());
    }
}

}  // namespace
}  // namespace tacit::mpc
