#include "tacit/learn/dataset.hpp"

#include <array>
#include <cmath>
#include <numeric>

#include "base/throws.hpp"
#include "learn/embedded_mnist.hpp"
#include "learn/idx_bytes.hpp"
#include "tacit/base/files.hpp"
#include "tacit/base/hash.hpp"

namespace tacit::learn {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string digest_of(std::span<const std::byte> bytes) {
    Hasher hasher;
    hasher.update(bytes);
    return to_hex(hasher.finish());
}

TEST(EmbeddedMnist, HasTheFilesOfTheDataFolder) {
    EXPECT_EQ(digest_of(embedded_mnist_images()), "6ef31f8c9c172f54d84c6dc35fea2bd92cfc04ce210062d54873187e1c3e1aba");
    EXPECT_EQ(digest_of(embedded_mnist_labels()), "d5b9987c19158b7a99e1b298823f87e9c1adfc2dcbe42de914bd84d4e4c70a2f");
}

TEST(EmbeddedMnist, HasItsSplit) {
    const DataSplit split = embedded_mnist();
    EXPECT_EQ(split.training.rows(), 774U + 708U);
    EXPECT_EQ(split.training.ones(), 708U);
    EXPECT_EQ(split.held_out.rows(), 258U + 236U);
    EXPECT_EQ(split.held_out.ones(), 236U);
    EXPECT_EQ(split.zero, "3");
    EXPECT_EQ(split.one, "8");
    for (const Dataset* part : {&split.training, &split.held_out}) {
        EXPECT_EQ(part->features, 196U);
        EXPECT_NO_THROW(part->validate());
        EXPECT_TRUE(std::ranges::all_of(part->values, [](double x) { return x >= 0.0 && x <= 1.0; }));
    }
    // Every byte of the file is in one of the two parts.
    const double sum = std::accumulate(split.training.values.begin(), split.training.values.end(), 0.0) +
                       std::accumulate(split.held_out.values.begin(), split.held_out.values.end(), 0.0);
    EXPECT_NEAR(sum * 255.0, 14403594.0, 1e-3);
}

/// Four idx files; every image is its index in all pixels but the first, which is its label.
class IdxFolder : public testing::Test {
protected:
    void write(const std::string& name, std::span<const std::byte> bytes) {
        write_file_atomically(folder_.path() / name, bytes);
    }
    void write_images(const std::string& name, std::uint32_t count, std::uint32_t side) {
        std::vector<std::uint8_t> pixels;
        for (std::uint32_t i = 0; i < count; ++i) {
            pixels.insert(pixels.end(), side * side, static_cast<std::uint8_t>(i));
        }
        write(name, idx_bytes(0x803, {count, side, side}, pixels));
    }
    void write_labels(const std::string& name, std::initializer_list<std::uint8_t> labels) {
        const auto count = static_cast<std::uint32_t>(labels.size());
        write(name, idx_bytes(0x801, {count}, std::span(labels.begin(), labels.size())));
    }
    void write_all(std::uint32_t side = 14) {
        write_images("train-images-idx3-ubyte", 5, side);
        write_labels("train-labels-idx1-ubyte", {3, 8, 1, 8, 9});
        write_images("t10k-images-idx3-ubyte", 2, side);
        write_labels("t10k-labels-idx1-ubyte", {8, 3});
    }
    DataSplit read(ClassPair classes = {}, int largest_label = 9) {
        return read_idx_folder(folder_.path(), classes, largest_label);
    }
    std::string refusal(ErrorCode code, ClassPair classes = {}, int largest_label = 9) {
        return message_of(code, [&] { (void)read(classes, largest_label); });
    }

    TemporaryFolder folder_;
};

TEST_F(IdxFolder, KeepsTheTwoClassesInFileOrder) {
    write_all();
    const DataSplit split = read();
    EXPECT_EQ(split.training.labels, (std::vector<std::uint8_t>{0, 1, 1}));
    EXPECT_EQ(split.training.row(2)[195], 3 / 255.0);
    EXPECT_EQ(split.held_out.labels, (std::vector<std::uint8_t>{1, 0}));
    const DataSplit swapped = read({.zero = 8, .one = 3});
    EXPECT_EQ(swapped.training.labels, (std::vector<std::uint8_t>{1, 0, 0}));
}

TEST_F(IdxFolder, PoolsLargeImages) {
    write_all();
    std::vector<std::uint8_t> pixels(2 * 784, 0);
    pixels[0] = 255, pixels[1] = 255, pixels[28] = 255, pixels[29] = 254;  // mean 254.75
    pixels[2] = 1, pixels[31] = 1;                                         // mean 0.5
    pixels[784 + 783] = 5;                                                 // mean 1.25
    write("t10k-images-idx3-ubyte", idx_bytes(0x803, {2, 28, 28}, pixels));
    const DataSplit split = read();
    EXPECT_EQ(split.held_out.features, 196U);
    EXPECT_EQ(split.held_out.row(0)[0], 1.0);
    EXPECT_EQ(split.held_out.row(0)[1], 1 / 255.0);
    EXPECT_EQ(split.held_out.row(0)[2], 0.0);
    EXPECT_EQ(split.held_out.row(1)[195], 1 / 255.0);
}

TEST_F(IdxFolder, ReadsPrefixedGzipFiles) {
    for (const char* part : {"mnist38-train", "mnist38-t10k"}) {
        write(part + std::string("-images-idx3-ubyte.gz"), embedded_mnist_images());
        write(part + std::string("-labels-idx1-ubyte.gz"), embedded_mnist_labels());
    }
    const DataSplit split = read();
    EXPECT_EQ(split.training.rows(), 1032U + 944U);
    EXPECT_EQ(split.held_out.ones(), 944U);
    EXPECT_THAT(std::vector(split.training.row(0).begin(), split.training.row(0).end()),
                testing::ElementsAreArray(embedded_mnist().training.row(0)));
}

TEST_F(IdxFolder, UnprefixedNamesWinAndTwoPrefixesAreRefused) {
    write_all();
    write_labels("a-train-labels-idx1-ubyte", {0, 0, 0, 0, 0});
    write_labels("b-train-labels-idx1-ubyte", {0, 0, 0, 0, 0});
    EXPECT_EQ(read().training.rows(), 3U);
    std::filesystem::remove(folder_.path() / "train-labels-idx1-ubyte");
    EXPECT_THAT(refusal(ErrorCode::io_failure),
                AllOf(HasSubstr("a-train-labels"), HasSubstr("b-train-labels"), HasSubstr("leave one data set")));
}

TEST_F(IdxFolder, NamesAMissingFileAndFolder) {
    write_all();
    std::filesystem::remove(folder_.path() / "t10k-images-idx3-ubyte");
    EXPECT_THAT(refusal(ErrorCode::io_failure),
                AllOf(HasSubstr(folder_.path().string()), HasSubstr("t10k-images-idx3-ubyte")));
    EXPECT_THAT(message_of(ErrorCode::io_failure, [] { (void)read_idx_folder("/no/such/folder", {}); }),
                HasSubstr("/no/such/folder: "));
}

TEST_F(IdxFolder, RefusesFilesThatDoNotFitTogether) {
    write_all();
    write_labels("train-labels-idx1-ubyte", {3, 8, 1, 8});
    EXPECT_THAT(refusal(ErrorCode::malformed_input),
                AllOf(HasSubstr("train-labels-idx1-ubyte: offset 4: 4 labels"), HasSubstr("has 5 images")));
    write_labels("train-labels-idx1-ubyte", {3, 8, 1, 8, 9});
    write_images("train-images-idx3-ubyte", 5, 20);
    EXPECT_THAT(refusal(ErrorCode::malformed_input), HasSubstr("offset 8: images of 20x20"));
}

TEST_F(IdxFolder, RefusesLabelsOutOfRange) {
    write_all();
    write_labels("train-labels-idx1-ubyte", {3, 8, 1, 8, 10});
    EXPECT_THAT(refusal(ErrorCode::malformed_input),
                AllOf(HasSubstr("train-labels-idx1-ubyte: offset 12: label 10"), HasSubstr("9")));
    EXPECT_EQ(read({.zero = 8, .one = 3}, 10).training.rows(), 3U);
}

TEST_F(IdxFolder, RefusesClassesThatCannotBeToldApart) {
    write_all();
    EXPECT_THAT(refusal(ErrorCode::invalid_argument, {.zero = 3, .one = 9}),
                AllOf(HasSubstr("t10k"), HasSubstr("not a single sample of class 9")));
    EXPECT_THAT(refusal(ErrorCode::invalid_argument, {.zero = 3, .one = 3}), HasSubstr("both classes are 3"));
    EXPECT_THAT(refusal(ErrorCode::invalid_argument, {.zero = -1, .one = 3}), HasSubstr("class -1 is not in [0, 9]"));
    EXPECT_THAT(refusal(ErrorCode::invalid_argument, {.zero = 3, .one = 10}), HasSubstr("class 10 is not in [0, 9]"));
    EXPECT_THAT(refusal(ErrorCode::invalid_argument, {}, 256), HasSubstr("the largest label is 256"));
}

TEST(Dataset, ValidateNamesRowAndColumn) {
    Dataset data{.name = "rows", .features = 2, .values = {1, 2, 3, 4}, .labels = {0, 1}};
    EXPECT_NO_THROW(data.validate());
    const auto message = [&](auto change) {
        Dataset changed = data;
        change(changed);
        return message_of(ErrorCode::invalid_argument, [&] { changed.validate(); });
    };
    EXPECT_THAT(message([](Dataset& d) { d.values[3] = std::nan(""); }),
                HasSubstr("rows: row 1, column 1: nan is not a finite number"));
    EXPECT_THAT(message([](Dataset& d) { d.values[2] = -INFINITY; }), HasSubstr("rows: row 1, column 0: -inf"));
    EXPECT_THAT(message([](Dataset& d) { d.labels[1] = 2; }), HasSubstr("rows: row 1: label 2 is not below 2"));
    EXPECT_THAT(message([](Dataset& d) { d.values.pop_back(); }), HasSubstr("3 values are not 2 rows of 2 features"));
    EXPECT_THAT(message([](Dataset& d) { d.features = 0; }), HasSubstr("of 0 features"));
}

}  // namespace
}  // namespace tacit::learn
