#include "tacit/learn/data_choice.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "base/throws.hpp"
#include "tacit/learn/preprocess.hpp"

namespace tacit::learn {
namespace {

namespace fs = std::filesystem;

DataChoice iris(int held_out = 4, std::uint64_t seed = 1) {
    DataChoice choice{.source = TACIT_SOURCE_DIR "/tests/data/iris.csv"};
    choice.seed = seed;
    choice.table = {.features = {.label = "species", .positive = "virginica"}, .held_out = held_out};
    return choice;
}

TEST(DataChoice, SplitsATableByTheSeed) {
    const DataSplit split = load_data(iris());
    EXPECT_EQ(split.training.rows(), 113U);
    EXPECT_EQ(split.held_out.rows(), 37U);
    EXPECT_EQ(split.training.features, 4U);
    EXPECT_EQ(split.training.ones() + split.held_out.ones(), 50U);
    EXPECT_EQ(split.one, "virginica");
    EXPECT_EQ(split.zero, "not virginica");
    EXPECT_EQ(split.image_side, 0);
    EXPECT_EQ(fingerprint(load_data(iris())), fingerprint(split));
    EXPECT_NE(fingerprint(load_data(iris(4, 2))), fingerprint(split));
    EXPECT_EQ(load_data(iris(2)).held_out.rows(), 75U);
}

TEST(DataChoice, FindsTheFeatureMapFromTrainingRowsAlone) {
    const DataSplit split = load_data(iris());
    double sum = 0, held_out_sum = 0;
    for (std::size_t i = 0; i < split.training.rows(); ++i) sum += split.training.row(i)[0];
    for (std::size_t i = 0; i < split.held_out.rows(); ++i) held_out_sum += split.held_out.row(i)[0];
    EXPECT_NEAR(sum, 0, 1e-10);
    EXPECT_GT(std::abs(held_out_sum), 1e-3);
}

TEST(DataChoice, RefusesWhatIsNotThereOrCannotBeSplit) {
    DataChoice nowhere{.source = "/nowhere/t.csv"};
    expect_throws(ErrorCode::io_failure, "there is no '/nowhere/t.csv'; name a CSV file",
                  [&] { return load_data(nowhere); });
    expect_throws(ErrorCode::invalid_argument, "every 1-th row held out leaves none",
                  [] { return load_data(iris(1)); });
    DataChoice images;
    images.table.features.label = "species";
    expect_throws(ErrorCode::invalid_argument, "'embedded' holds images, whose label is no column 'species'",
                  [&] { return load_data(images); });
    DataChoice digits;
    digits.classes = {2, 4};
    expect_throws(ErrorCode::invalid_argument, "show 3 and 8 alone, not 2 and 4", [&] { return load_data(digits); });
}

TEST(DataChoice, WidthOfTheRecipeHoldsTheBias) {
    EXPECT_EQ(recipe_features(1), 2);
    EXPECT_EQ(recipe_features(3), 4);
    EXPECT_EQ(recipe_features(4), 8);
    EXPECT_EQ(recipe_features(196), 256);
}

}  // namespace
}  // namespace tacit::learn
