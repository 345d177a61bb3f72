#pragma once

#include <cstdint>
#include <string>

#include "tacit/learn/dataset.hpp"
#include "tacit/table/feature_map.hpp"

namespace tacit::learn {

/// What a CSV file says, and which of its rows are held out.
struct TableChoice {
    table::FeatureChoice features{};
    char delimiter = ',';
    int held_out = 4;  ///< one row in so many, in a shuffled order; >= 2
};

/// Which data are trained on, and in which order their rows are taken.
struct DataChoice {
    std::string source = "embedded";  ///< or a folder of idx files, or a CSV file
    ClassPair classes{};              ///< of images
    TableChoice table{};              ///< of a CSV file
    std::uint64_t seed = 1;

    /// Whether the source is a file, and so a CSV file.
    [[nodiscard]] bool is_table() const;
};

/// Training and held-out rows, before standardising; a function of the choice and the files. Of a table, row r of
/// shuffled_order(rows, seed) is held out if r % held_out = held_out - 1; both parts keep the order of the file, and
/// the feature map is found from the training rows. Throws invalid_argument for a label column of images,
/// and as embedded_mnist, read_idx_folder, table::read_csv and
/// table::FeatureMap::fit and apply.
[[nodiscard]] DataSplit load_data(const DataChoice& choice);

/// BLAKE2b-256 over labels and values of both parts, in hex.
[[nodiscard]] std::string fingerprint(const DataSplit& split);

}  // namespace tacit::learn
