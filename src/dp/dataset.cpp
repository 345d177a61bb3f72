#include "tacit/dp/dataset.hpp"

#include "base/fail.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::dp {

Dataset::~Dataset() {
    for (Column& column : columns_) {
        if (auto* numbers = std::get_if<std::vector<double>>(&column)) {
            wipe(std::as_writable_bytes(std::span(*numbers)));
        } else {
            for (std::string& text : std::get<std::vector<std::string>>(column)) {
                wipe(std::as_writable_bytes(std::span(text)));
            }
        }
    }
}

void Dataset::add(std::string name, std::size_t length, Column column) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
        if (names_[i] != name || columns_[i].index() != column.index()) continue;
        fail(ErrorCode::invalid_argument, "the data set has a column '{}' already; give the other another name", name);
    }
    if (rows_.value_or(length) != length) {
        fail(ErrorCode::invalid_argument, "column '{}' is not as long as the data set; one row, one value", name);
    }
    rows_ = length;
    names_.push_back(std::move(name));
    columns_.push_back(std::move(column));
}

void Dataset::add_numbers(std::string name, std::vector<double> values) {
    const std::size_t length = values.size();
    add(std::move(name), length, std::move(values));
}

void Dataset::add_texts(std::string name, std::vector<std::string> values) {
    const std::size_t length = values.size();
    add(std::move(name), length, std::move(values));
}

}  // namespace tacit::dp
