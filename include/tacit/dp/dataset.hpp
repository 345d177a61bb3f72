#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace tacit::dp {

namespace detail {
struct Kernels;
}

/// The private rows: columns of numbers or texts, all of one length. The names of the columns are public; a
/// name may stand for a column of numbers and one of texts. What is in
/// them leaves through a Session alone: there is no way to read, print, compare or copy a Dataset.
class Dataset {
public:
    /// As many rows as the first column has.
    Dataset() = default;
    /// So many rows, for counting them without a column.
    explicit Dataset(std::size_t rows) : rows_(rows) {}
    /// Any number may stand in a row, NaN and infinities too: NaN means that the row has no value.
    /// Throws invalid_argument if there is such a column or the length differs from the columns before.
    void add_numbers(std::string name, std::vector<double> values);
    void add_texts(std::string name, std::vector<std::string> values);

    ~Dataset();
    Dataset(Dataset&&) noexcept = default;
    Dataset& operator=(Dataset&&) noexcept = default;
    Dataset(const Dataset&) = delete;
    Dataset& operator=(const Dataset&) = delete;

private:
    friend struct detail::Kernels;
    using Column = std::variant<std::vector<double>, std::vector<std::string>>;
    void add(std::string name, std::size_t length, Column column);
    std::optional<std::size_t> rows_{};
    std::vector<std::string> names_;
    std::vector<Column> columns_;
};

bool operator==(const Dataset&, const Dataset&) = delete;
std::ostream& operator<<(std::ostream&, const Dataset&) = delete;

}  // namespace tacit::dp
