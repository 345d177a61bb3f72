#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tacit/table/feature_map.hpp"

namespace tacit::learn {

/// Labelled rows of one length.
struct Dataset {
    std::string name;                  ///< for messages and tables: "MNIST 3/8, training"
    std::size_t features = 0;          ///< values per row, the bias column not included
    std::vector<double> values;        ///< [rows x features], row-major; fresh from images: pixel byte / 255
    std::vector<std::uint8_t> labels;  ///< [rows], below `classes`; all 1 where there are targets
    double bias = 1;                   ///< the value of the bias column
    int classes = 2;
    std::vector<double> targets{};  ///< [rows], of a regression; otherwise empty

    [[nodiscard]] std::size_t rows() const noexcept { return labels.size(); }
    [[nodiscard]] std::span<const double> row(std::size_t i) const {
        return std::span<const double>(values).subspan(i * features, features);
    }
    /// The number of rows with label 1.
    [[nodiscard]] std::size_t ones() const noexcept;

    /// Throws invalid_argument if the shapes disagree, and naming row and column if a label is not below `classes` or a
    /// value or target is NaN or infinite.
    void validate() const;
};

/// Which two classes of a data set are told apart: class `zero` gets label 0, class `one` label 1.
struct ClassPair {
    int zero = 3;
    int one = 8;
    friend bool operator==(ClassPair, ClassPair) = default;
};

/// Rows to train on and rows to judge the model by.
struct DataSplit {
    Dataset training;
    Dataset held_out;
    std::string zero;  ///< of two classes, the name of the one with label 0: "3", "good"
    std::string one;
    int image_side = 14;                          ///< features = image_side^2, pixels row by row; 0 if not of images
    std::optional<table::FeatureMap> features{};  ///< of a table
};

/// MNIST [LBBH98] 3 against 8, compiled into the library: 1,032 + 944 images of 14x14 (data/README.md). Within each
/// digit, in file order, every fourth image is held out: 774 + 708 rows for training, 258 + 236 held out.
[[nodiscard]] DataSplit embedded_mnist();

/// Reads the four idx files of an MNIST-like data set, Fashion-MNIST [XRV17] for one, and keeps two of its classes.
/// File names end in {train,t10k}-images-idx3-ubyte and {train,t10k}-labels-idx1-ubyte, plain or with .gz; a prefix
/// is allowed (mnist38-train-images-idx3-ubyte.gz), the unprefixed and the plain name win. Images are 28x28, then
/// pooled 2x2 to 14x14 bytes (halves rounded up), or 14x14. Labels of all classes are in [0, largest_label]. Throws
/// io_failure for a missing or unreadable file, malformed_input (file, offset, value, limit, remedy) for one that does
/// not parse, invalid_argument for classes out of range, equal, or without a single sample.
[[nodiscard]] DataSplit read_idx_folder(const std::filesystem::path& folder, ClassPair classes, int largest_label = 9);

}  // namespace tacit::learn
