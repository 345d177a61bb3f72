#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/base/expected.hpp"

namespace tacit::table {

/// How a file is written, and how much of it is taken.
struct CsvFormat {
    char delimiter = ',';                                  ///< ',', ';', '\t', '|' or another ASCII character
    std::uint64_t largest_bytes = std::uint64_t{1} << 30;  ///< of the file; at most 2^32 - 1
    std::size_t most_rows = std::size_t{1} << 24;          ///< the header not counted
    std::size_t most_columns = 4096;                       ///< fields of a row
    std::size_t longest_field = std::size_t{1} << 16;      ///< bytes
};

/// Rows of text under named columns, as read from a CSV file. Immutable.
class Table {
public:
    /// For messages: the file's name in quotes.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] std::span<const std::string> header() const noexcept { return header_; }
    [[nodiscard]] std::size_t columns() const noexcept { return header_.size(); }
    [[nodiscard]] std::size_t rows() const noexcept { return lines_.size(); }
    /// Valid as long as the table. Preconditions: row < rows(), column < columns().
    [[nodiscard]] std::string_view cell(std::size_t row, std::size_t column) const;
    /// The line of the file, from 1, on which a row begins.
    [[nodiscard]] std::size_t line(std::size_t row) const { return lines_[row]; }
    [[nodiscard]] std::optional<std::size_t> find(std::string_view column) const;
    /// The number of a column; throws invalid_argument that lists the columns if there is none of that name.
    [[nodiscard]] std::size_t column(std::string_view column) const;
    /// "'train.csv', line 17, column 'age'", to begin a message with.
    [[nodiscard]] std::string place(std::size_t row, std::size_t column) const;

private:
    friend class CsvReader;
    std::string name_;
    std::vector<std::string> header_;
    std::string text_;                  ///< all cells, one after the other
    std::vector<std::uint32_t> ends_;   ///< [rows x columns], where each cell ends in text_
    std::vector<std::uint32_t> lines_;  ///< [rows]
};

/// Reads comma-separated values with a header line: RFC 4180, and what files in use have besides: a byte order mark,
/// line ends LF or CRLF, another delimiter, spaces around fields without quotes (not part of them), lines without any
/// character (no row), no line end at the end. Fields in double quotes may hold delimiters, line ends and doubled
/// quotes. The text is UTF-8.
///
/// Refused as malformed_input, naming line and field: a row with more or fewer fields than the header, a column
/// without a name or with another's, a quote inside a field without quotes, text after a closing quote, a quote that
/// is never closed, a carriage return alone, a NUL, bytes that are no UTF-8, and whatever is beyond the format's
/// limits. `name` stands for the file in messages. Cost: one pass; memory of about the text and 4 bytes a cell.
[[nodiscard]] Expected<Table> parse_csv(std::string_view text, std::string name, const CsvFormat& format = {});

/// Visits the rows of a file one after the other, in memory of one row however long the file is: `header` once, then
/// `row` with the fields and the line of each. The spans are valid during the call. `format.largest_bytes` may be
/// anything, `format.most_rows` still counts. Throws as read_csv, and what the visitors throw.
void visit_csv(const std::filesystem::path& path, const CsvFormat& format,
               const std::function<void(std::span<const std::string_view> names)>& header,
               const std::function<void(std::span<const std::string_view> fields, std::size_t line)>& row);

/// Where a column stands among the names of a header; throws invalid_argument that lists them if it is none. `file` is
/// for the message.
[[nodiscard]] std::size_t column_of(std::span<const std::string_view> names, std::string_view column,
                                    std::string_view file);

/// A field as it is written: in quotes, with quotes inside doubled, if it holds a quote, a line end or the delimiter.
[[nodiscard]] std::string csv_field(std::string_view text, char delimiter = ',');

/// The same for a file. Throws io_failure if it cannot be read or is too long, malformed_input as parse_csv.
[[nodiscard]] Table read_csv(const std::filesystem::path& path, const CsvFormat& format = {});

}  // namespace tacit::table
