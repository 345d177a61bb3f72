#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "tacit/learn/records.hpp"
#include "tacit/table/feature_map.hpp"

namespace tacit::learn {

/// What a model's owner tells those who want rows scored: offer.json.
struct OfferRecord {
    Model model = Model::logistic;
    char delimiter = ',';
    table::FeatureMap features{};

    [[nodiscard]] std::size_t outputs() const {
        return model == Model::multinomial ? features.class_names().size() : 1;
    }
};

/// Throws io_failure, malformed_input.
[[nodiscard]] OfferRecord read_offer(const std::filesystem::path& path);
/// `path` names the model in messages. Throws invalid_argument for a model of images.
[[nodiscard]] OfferRecord offer_of(const ModelRecord& model, const std::filesystem::path& path);

/// [outputs][features + 1], for rows after the feature map.
[[nodiscard]] std::vector<std::vector<double>> scoring_weights(const ModelRecord& model);

}  // namespace tacit::learn
