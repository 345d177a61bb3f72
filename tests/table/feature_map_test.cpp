#include "tacit/table/feature_map.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numeric>
#include <random>

#include "base/throws.hpp"

namespace tacit::table {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Table parse(std::string_view text) { return parse_csv(text, "'t.csv'").value(); }

FeatureMap fit(const Table& table, const FeatureChoice& choice) {
    std::vector<std::size_t> rows(table.rows());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    return FeatureMap::fit(table, rows, choice);
}
FeatureMap fit(std::string_view text, const FeatureChoice& choice) { return fit(parse(text), choice); }

std::string refusal(std::string_view text, const FeatureChoice& choice) {
    return message_of(ErrorCode::invalid_argument, [&] { (void)fit(text, choice); });
}

constexpr const char* people =
    "age,town,ill\n"
    "20,Rome,no\n"
    "40,Oslo,yes\n"
    "30,Oslo,no\n";
const FeatureChoice ill{.label = "ill", .positive = "yes"};

TEST(FeatureMap, StandardisesNumbersAndSpreadsCategories) {
    const Table table = parse(people);
    const FeatureMap map = fit(table, ill);
    EXPECT_THAT(map.feature_names(), ElementsAre("age", "town=Oslo", "town=Rome"));
    const Features features = map.apply(table);
    const double z = std::sqrt(1.5);  // 10 / sqrt(200/3)
    ASSERT_EQ(features.values.size(), 9U);
    EXPECT_NEAR(features.values[0], -z, 1e-12);
    EXPECT_NEAR(features.values[3], z, 1e-12);
    EXPECT_NEAR(features.values[6], 0, 1e-12);
    EXPECT_EQ(features.values[1], 0);
    EXPECT_EQ(features.values[2], 1);
    EXPECT_EQ(features.values[4], 1);
    EXPECT_THAT(features.labels, ElementsAre(0, 1, 0));
    EXPECT_EQ(map.negative(), "no");
}

TEST(FeatureMap, IsFoundFromTheTrainingRowsAlone) {
    const Table table = parse(people);
    const std::vector<std::size_t> training{0, 1};
    const FeatureMap map = FeatureMap::fit(table, training, ill);
    EXPECT_EQ(map.columns()[0].mean, 30);
    EXPECT_EQ(map.columns()[0].deviation, 10);
    EXPECT_NEAR(map.apply(table).values[6], 0, 1e-12);
}

TEST(FeatureMap, GivesTrainingColumnsMeanZeroAndVarianceOne) {
    for (unsigned seed = 0; seed < 20; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937 random(seed);
        std::normal_distribution<double> normal(1e4 * seed, 1 + seed);
        std::string text = "x,y\n";
        for (int i = 0; i < 50; ++i) text += fmt::format("{},{}\n", normal(random), i % 2);
        const Table table = parse(text);
        const Features features = fit(table, {.label = "y"}).apply(table);
        double sum = 0, squares = 0;
        for (const double x : features.values) {
            sum += x;
            squares += x * x;
        }
        EXPECT_NEAR(sum / 50, 0, 1e-9);
        EXPECT_NEAR(squares / 50, 1, 1e-9);
    }
}

TEST(FeatureMap, ReadsEveryUsualFormOfANumber) {
    const Table table = parse("x,y\n+1,0\n-2.5e1,1\n.5,0\n0010,1\n");
    const FeatureMap map = fit(table, {.label = "y"});
    EXPECT_NEAR(map.columns()[0].mean, (1 - 25 + 0.5 + 10) / 4, 1e-15);
    EXPECT_THAT(refusal("x,y\n1,0\ninf,1\n", {.label = "y"}), HasSubstr("line 3, column 'x': 'inf' is no number"));
    EXPECT_THAT(refusal("x,y\n1,0\n1e999,1\n", {.label = "y"}), HasSubstr("is no number"));
    EXPECT_THAT(refusal("x,y\n1,0\n0x10,1\n", {.label = "y"}), HasSubstr("is no number"));
}

TEST(FeatureMap, KeepsAConstantColumnAtZero) {
    const Table table = parse("x,y\n7,0\n7,1\n");
    EXPECT_THAT(fit(table, {.label = "y"}).apply(table).values, ElementsAre(0, 0));
}

TEST(FeatureMap, TreatsNumbersAsCategoriesIfToldSo) {
    const Table table = parse("zip,y\n10,0\n2,1\n10,1\n");
    const FeatureMap map = fit(table, {.label = "y", .categorical = {"zip"}});
    EXPECT_THAT(map.feature_names(), ElementsAre("zip=10", "zip=2"));
    EXPECT_THAT(map.apply(table).values, ElementsAre(1, 0, 0, 1, 1, 0));
}

TEST(FeatureMap, LeavesColumnsOutIfToldSo) {
    EXPECT_THAT(fit("id,x,y\nA,1,0\nB,2,1\n", {.label = "y", .dropped = {"id"}}).feature_names(), ElementsAre("x"));
    EXPECT_THAT(refusal("x,y\n1,0\n2,1\n", {.label = "y", .dropped = {"x"}}), HasSubstr("no column is left"));
    EXPECT_THAT(refusal("x,y\n1,0\n2,1\n", {.label = "y", .dropped = {"z"}}), HasSubstr("no column 'z'"));
}

TEST(FeatureMap, RefusesAColumnOfNumbersAndWords) {
    EXPECT_EQ(refusal("age,y\n41,0\n36,1\n4O,1\n", {.label = "y"}),
              "'t.csv', line 4, column 'age': '4O' is no number, unlike the cells above; mend it, add it to "
              "--missing-words, or say --categorical age if the column holds categories");
    EXPECT_THAT(refusal("age,y\nold,0\n36,1\n", {.label = "y"}), HasSubstr("line 3, column 'age': '36' is a number"));
}

TEST(FeatureMap, RefusesIdentifiersAsCategories) {
    std::string text = "id,y\n";
    for (int i = 0; i < 300; ++i) text += fmt::format("P{},{}\n", i, i % 2);
    EXPECT_THAT(refusal(text, {.label = "y"}), HasSubstr("column 'id': 300 different values such as 'P0'"));
}

constexpr const char* gaps =
    "x,c,y\n"
    "1,a,0\n"
    "?,b,1\n"
    "1,,0\n"
    "4,b,1\n";

TEST(FeatureMap, RefusesMissingCellsUnlessAPolicyIsStated) {
    EXPECT_EQ(refusal(gaps, {.label = "y"}),
              "'t.csv', line 3, column 'x': the cell is missing ('?'); fill it in, or choose --missing mean, mode or "
              "drop-row");
}

TEST(FeatureMap, FillsMissingCellsByMeanOrMode) {
    const Table table = parse(gaps);
    const Features by_mean = fit(table, {.label = "y", .missing = Missing::mean}).apply(table);
    EXPECT_NEAR(by_mean.values[3], 0, 1e-15);
    EXPECT_EQ(by_mean.values[7], 0);  // line 4: the most frequent level is b
    EXPECT_EQ(by_mean.values[8], 1);
    const FeatureMap map = fit(table, {.label = "y", .missing = Missing::mode});
    EXPECT_EQ(map.columns()[0].fill, 1);
    EXPECT_EQ(map.apply(table).values[3], map.apply(table).values[0]);
}

TEST(FeatureMap, DropsRowsWithMissingCells) {
    const Table table = parse(gaps);
    const Features kept = fit(table, {.label = "y", .missing = Missing::drop_row}).apply(table);
    EXPECT_THAT(kept.rows, ElementsAre(0, 3));
    EXPECT_THAT(kept.labels, ElementsAre(0, 1));
    EXPECT_THAT(refusal("x,y\n,0\n,1\n", {.label = "y", .missing = Missing::drop_row}), HasSubstr("no row is left"));
}

TEST(FeatureMap, RefusesAColumnWithoutAnyValueAndAMissingLabel) {
    EXPECT_THAT(refusal("x,z,y\n,1,0\n,2,1\n", {.label = "y", .missing = Missing::mean}),
                HasSubstr("column 'x': every cell is missing; leave it out with --drop x"));
    EXPECT_THAT(refusal("x,y\n1,0\n2,\n", {.label = "y", .missing = Missing::mean}),
                HasSubstr("line 3, column 'y': the label is missing ('')"));
}

TEST(FeatureMap, AsksForThePositiveClassUnlessItIsClear) {
    EXPECT_EQ(refusal(people, {.label = "ill"}),
              "'t.csv': the label 'ill' takes 'no', 'yes' over the training rows; say with --positive which value "
              "counts as 1");
    EXPECT_THAT(refusal(people, {.label = "ill", .positive = "maybe"}), HasSubstr("'maybe' is not among them"));
    EXPECT_THAT(refusal(people, {}), HasSubstr("name the column to predict with --label"));
    EXPECT_THAT(refusal("x,y\n1,1\n2,1\n", {.label = "y"}), HasSubstr("there have to be two classes"));
    EXPECT_EQ(fit("x,y\n1,1\n2,0\n", {.label = "y"}).choice().positive, "1");
}

TEST(FeatureMap, SetsOneClassAgainstTheRest) {
    const Table table = parse("x,kind\n1,a\n2,b\n3,c\n");
    EXPECT_THAT(refusal("x,kind\n1,a\n2,b\n3,c\n", {.label = "kind"}), HasSubstr("say with --positive"));
    EXPECT_THAT(fit(table, {.label = "kind", .positive = "b"}).apply(table).labels, ElementsAre(0, 1, 0));
}

TEST(FeatureMap, PredictsOnTablesWithOtherColumnOrdersAndWithoutLabels) {
    const FeatureMap map = fit(people, ill);
    const Features features = map.apply(parse("note,town,age\nhello,Rome,30\n"));
    EXPECT_THAT(features.values, ElementsAre(0, 0, 1));
    EXPECT_TRUE(features.labels.empty());
    expect_throws(ErrorCode::invalid_argument, "has no column 'town'", [&] { return map.apply(parse("age\n30\n")); });
}

TEST(FeatureMap, MeetsUnknownLevelsAndWordsAsStated) {
    const Table odd = parse("age,town\n30,Bonn\n");
    expect_throws(ErrorCode::invalid_argument, "line 2, column 'town': no training row has 'Bonn'",
                  [&] { return fit(people, ill).apply(odd); });
    FeatureChoice choice = ill;
    choice.unknown = UnknownLevel::zeros;
    EXPECT_THAT(fit(people, choice).apply(odd).values, ElementsAre(0, 0, 0));
    expect_throws(ErrorCode::invalid_argument, "column 'age': 'old' is no number",
                  [&] { return fit(people, ill).apply(parse("age,town\nold,Rome\n")); });
    expect_throws(ErrorCode::invalid_argument, "the label 'perhaps' is neither 'yes' nor 'no'",
                  [&] { return fit(people, ill).apply(parse("age,town,ill\n1,Rome,perhaps\n")); });
}

constexpr const char* kinds = "x,kind\n1,30\n2,4\n3,30\n4,10\n";

TEST(FeatureMap, TakesALabelOfSeveralClasses) {
    const Table table = parse(kinds);
    const FeatureMap map = fit(table, {.label = "kind", .kind = Label::classes});
    EXPECT_THAT(map.class_names(), ElementsAre("10", "30", "4"));  // ascending by bytes
    EXPECT_THAT(map.apply(table).labels, ElementsAre(1, 2, 1, 0));
    EXPECT_TRUE(map.apply(table).targets.empty());
    expect_throws(ErrorCode::invalid_argument, "line 2, column 'kind': no training row has the label '5'",
                  [&] { return map.apply(parse("x,kind\n1,5\n")); });
    EXPECT_EQ(parse_feature_map(to_json(map)).value(), map);
}

TEST(FeatureMap, StandardisesALabelThatIsANumber) {
    const Table table = parse("x,y\n1,10\n2,20\n5,30\n");
    const FeatureMap map = fit(table, {.label = "y", .kind = Label::number});
    EXPECT_TRUE(map.class_names().empty());
    EXPECT_DOUBLE_EQ(map.target().mean, 20);
    EXPECT_THAT(map.apply(table).targets, ElementsAre(testing::DoubleNear(-std::sqrt(1.5), 1e-15), 0.0,
                                                      testing::DoubleNear(std::sqrt(1.5), 1e-15)));
    EXPECT_TRUE(map.apply(table).labels.empty());
    expect_throws(ErrorCode::invalid_argument, "line 2, column 'y': the label 'much' is no number",
                  [&] { return map.apply(parse("x,y\n1,much\n")); });
    EXPECT_EQ(parse_feature_map(to_json(map)).value(), map);
}

TEST(FeatureMap, RefusesLabelsThatDoNotFitTheModel) {
    EXPECT_THAT(refusal(people, {.label = "ill", .kind = Label::number}),
                HasSubstr("the label 'ill' holds words such as 'no', no numbers; train a multinomial model"));
    EXPECT_THAT(refusal(people, {.label = "ill", .kind = Label::classes, .positive = "yes"}),
                HasSubstr("has a positive class, 'yes', in a model of two classes alone; leave out --positive"));
    EXPECT_THAT(refusal("x,y\n1,7\n2,7\n", {.label = "y", .kind = Label::number}),
                HasSubstr("takes '7' over the training rows; nothing can be learnt"));
}

TEST(FeatureMap, SurvivesItsJson) {
    const Table table = parse(gaps);
    for (const Missing missing : {Missing::mean, Missing::mode, Missing::drop_row}) {
        const FeatureMap map =
            fit(table, {.label = "y", .categorical = {"c"}, .missing = missing, .unknown = UnknownLevel::zeros});
        const FeatureMap again = parse_feature_map(to_json(map)).value();
        EXPECT_EQ(again, map);
        EXPECT_EQ(again.apply(table).values, map.apply(table).values);
    }
}

/// The message for the JSON of a map in which `from` was replaced.
std::string json_refusal(const std::string& from, const std::string& to) {
    std::string json = to_json(fit(people, ill));
    const std::size_t at = json.find(from);
    EXPECT_NE(at, std::string::npos) << from << " in " << json;
    json.replace(at, from.size(), to);
    const auto parsed = parse_feature_map(json);
    EXPECT_FALSE(parsed.has_value());
    if (parsed) return {};
    EXPECT_EQ(parsed.error().code(), ErrorCode::malformed_input);
    return parsed.error().what();
}

TEST(FeatureMap, SaysWhatIsWrongWithJson) {
    EXPECT_THAT(json_refusal("{", ""), HasSubstr("it is no JSON"));
    EXPECT_THAT(json_refusal("tacit feature map", "tacit model"), HasSubstr("the format is not 'tacit feature map'"));
    EXPECT_EQ(
        json_refusal("\"version\": 2", "\"version\": 1"),
        "feature map: it has version 1 and this program reads version 2; an older Tacit wrote it: use that one, or "
        "make the file again");
    EXPECT_THAT(
        json_refusal("\"version\": 2", "\"version\": 3"),
        HasSubstr("version 3 and this program reads version 2; a newer Tacit wrote it: use that one, or update"));
    EXPECT_THAT(json_refusal("\"label\"", "\"table\""), HasSubstr("the field 'label' is missing"));
    EXPECT_THAT(json_refusal("\"label\"", "\"more\": 1, \"label\""), HasSubstr("a field is unknown"));
    EXPECT_THAT(json_refusal("\"mean\": 30.0", "\"mean\": \"30\""), HasSubstr("'mean' is no finite number"));
    EXPECT_THAT(json_refusal("\"deviation\": ", "\"deviation\": -"),
                HasSubstr("deviation of column 'age' is not positive"));
    EXPECT_THAT(json_refusal("\"Oslo\"", "\"Turin\""), HasSubstr("levels of column 'town' are not ascending"));
    EXPECT_THAT(json_refusal("\"Oslo\"", "7"), HasSubstr("'levels' is no text"));
    EXPECT_THAT(json_refusal("\"fill_level\": 0", "\"fill_level\": 2"), HasSubstr("no whole number below 2"));
    EXPECT_THAT(json_refusal("\"age\"", "\"town\""), HasSubstr("the column 'town' comes twice"));
    EXPECT_THAT(json_refusal("\"missing\": \"refuse\"", "\"missing\": \"guess\""),
                HasSubstr("'guess', which is no policy"));
    EXPECT_THAT(json_refusal("\"columns\": [", "\"columns\": [3, "), HasSubstr("an object is missing"));
    EXPECT_THAT(json_refusal("\"positive\": \"yes\"", "\"positive\": \"\""),
                HasSubstr("there has to be a positive class or a target"));
    EXPECT_THAT(json_refusal("\"target\": null", "\"target\": {\"name\": \"ill\"}"),
                HasSubstr("there has to be a positive class or a target"));
    EXPECT_THAT(json_refusal("\"dropped\": []", "\"dropped\": 1"), HasSubstr("'dropped' is no list"));
}

}  // namespace
}  // namespace tacit::table
