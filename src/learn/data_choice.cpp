#include "tacit/learn/data_choice.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/fail.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/learn/preprocess.hpp"

namespace tacit::learn {

namespace {

void hash_rows(Hasher& hasher, const Dataset& data) {
    hasher.update(static_cast<std::uint64_t>(data.rows()));
    hasher.update(static_cast<std::uint64_t>(data.features));
    hasher.update(std::as_bytes(std::span(data.labels)));
    hasher.update(std::as_bytes(std::span(data.values)));
    hasher.update(std::as_bytes(std::span(data.targets)));
}

Dataset rows_of(std::string name, table::Features features, const table::FeatureMap& map) {
    Dataset data{std::move(name), features.columns, std::move(features.values), std::move(features.labels)};
    data.targets = std::move(features.targets);
    if (map.choice().kind == table::Label::number) data.labels.assign(features.rows.size(), 1);
    if (map.choice().kind == table::Label::classes) data.classes = static_cast<int>(map.class_names().size());
    return data;
}

DataSplit load_table(const DataChoice& choice) {
    const int held_out = choice.table.held_out;
    if (held_out < 2) {
        fail(ErrorCode::invalid_argument,
             "every {}-th row held out leaves none to train on; hold out every 2nd at most", held_out);
    }
    const table::Table table = table::read_csv(choice.source, {.delimiter = choice.table.delimiter});
    std::vector<std::size_t> training, kept;
    const std::vector<std::size_t> order = shuffled_order(table.rows(), choice.seed);
    for (std::size_t r = 0; r < order.size(); ++r) {
        const auto n = static_cast<std::size_t>(held_out);
        (r % n == n - 1 ? kept : training).push_back(order[r]);
    }
    std::ranges::sort(training);
    std::ranges::sort(kept);
    auto map = table::FeatureMap::fit(table, training, choice.table.features);
    const bool two = map.choice().kind == table::Label::two_classes;
    return {.training = rows_of(table.name() + ", training", map.apply(table, training), map),
            .held_out = rows_of(table.name() + ", held out", map.apply(table, kept), map),
            .zero = two ? map.class_names().front() : "",
            .one = two ? map.class_names().back() : "",
            .image_side = 0,
            .features = std::move(map)};
}

}  // namespace

bool DataChoice::is_table() const {
    std::error_code error;
    return source != "embedded" && std::filesystem::is_regular_file(source, error);
}

DataSplit load_data(const DataChoice& choice) {
    std::error_code error;
    if (choice.source != "embedded" && !std::filesystem::exists(choice.source, error)) {
        fail(ErrorCode::io_failure, "there is no '{}'; name a CSV file, a folder of idx files, or \"embedded\"",
             choice.source);
    }
    if (choice.is_table()) return load_table(choice);
    if (!choice.table.features.label.empty()) {
        fail(ErrorCode::invalid_argument,
             "'{}' holds images, whose label is no column '{}'; name a CSV file with --data", choice.source,
             choice.table.features.label);
    }
    if (choice.source != "embedded") return read_idx_folder(choice.source, choice.classes);
    DataSplit split = embedded_mnist();
    const ClassPair embedded{};
    if (!(choice.classes == embedded)) {
        fail(ErrorCode::invalid_argument,
             "the embedded images show {} and {} alone, not {} and {}; give a folder of idx files with --data",
             embedded.zero, embedded.one, choice.classes.zero, choice.classes.one);
    }
    return split;
}

std::string fingerprint(const DataSplit& split) {
    Hasher hasher;
    hash_rows(hasher, split.training);
    hash_rows(hasher, split.held_out);
    return to_hex(hasher.finish());
}

}  // namespace tacit::learn
