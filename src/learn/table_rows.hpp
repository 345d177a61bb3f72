#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "tacit/learn/roles.hpp"

namespace tacit::learn {

/// Rows of a CSV file after a feature map, before standardising.
struct TableRows {
    Dataset data{};  ///< its labels say nothing
    std::vector<std::size_t> lines{};
    std::vector<std::uint8_t> labels{};  ///< if the file has the label column
    std::vector<double> targets{};       ///< the same, standardised
};

/// Throws as table::read_csv and table::FeatureMap::apply.
[[nodiscard]] TableRows read_rows(const std::filesystem::path& path, const table::FeatureMap& map, char delimiter);

/// `scores` [outputs][rows] as classes or numbers of the label's column.
[[nodiscard]] Prediction make_prediction(Model model, const table::FeatureMap& map, const TableRows& rows,
                                         std::vector<std::vector<double>> scores);

}  // namespace tacit::learn
