#include "tacit/table/table.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/fail.hpp"
#include "table/utf8.hpp"
#include "tacit/base/files.hpp"

namespace tacit::table {

std::string_view Table::cell(std::size_t row, std::size_t column) const {
    const std::size_t i = row * header_.size() + column;
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(text_).substr(begin, ends_[i] - begin);
}

std::optional<std::size_t> Table::find(std::string_view column) const {
    const auto found = std::ranges::find(header_, column);
    if (found == header_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - header_.begin());
}

std::size_t Table::column(std::string_view column) const {
    const std::vector<std::string_view> names(header_.begin(), header_.end());
    return column_of(names, column, name_);
}

std::string Table::place(std::size_t row, std::size_t column) const {
    return fmt::format("{}, line {}, column '{}'", name_, line(row), header_[column]);
}

std::size_t column_of(std::span<const std::string_view> names, std::string_view column, std::string_view file) {
    const auto found = std::ranges::find(names, column);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    constexpr std::size_t most_listed = 40;
    fail(ErrorCode::invalid_argument, "{} has no column '{}'; its columns are '{}'{}", file, column,
         fmt::join(names.first(std::min(names.size(), most_listed)), "', '"),
         names.size() > most_listed ? ", ..." : "");
}

std::string csv_field(std::string_view text, char delimiter) {
    const std::string special{'"', '\r', '\n', delimiter};
    if (text.find_first_of(special) == std::string_view::npos) return std::string(text);
    std::string field(1, '"');
    for (const char c : text) field.append(c == '"' ? 2 : 1, c);
    return field + '"';
}

/// One pass over the text, a field at a time.
class CsvReader {
public:
    CsvReader(std::string_view text, std::string name, const CsvFormat& format)
        : format_(format), name_(std::move(name)), rest_(text) {}

    Table read() && {
        format_.largest_bytes = std::min<std::uint64_t>(format_.largest_bytes, UINT32_MAX);
        Table table;
        table.name_ = name_;
        visit([&](std::span<const std::string_view> names) { table.header_.assign(names.begin(), names.end()); },
              [&](std::span<const std::string_view> fields, std::size_t line) {
                  for (const std::string_view field : fields) {
                      table.text_ += field;
                      table.ends_.push_back(static_cast<std::uint32_t>(table.text_.size()));
                  }
                  table.lines_.push_back(static_cast<std::uint32_t>(line));
              });
        return table;
    }

    template <class Header, class Row>
    void visit(const Header& header, const Row& row) {
        check_text();
        if (!next_row()) refuse("it holds nothing; the first line has to name the columns");
        check_header();
        columns_ = ends_.size();
        header(fields());
        for (std::size_t rows = 0; next_row(); ++rows) {
            check_row(rows);
            row(fields(), row_line_);
        }
    }

private:
    [[noreturn]] void refuse_at(std::uint32_t line, const std::string& why) const {
        fail(ErrorCode::malformed_input, "{}, line {}: {}", name_, line, why);
    }
    [[noreturn]] void refuse(const std::string& why) const { refuse_at(line_, why); }

    void check_text() {
        if (format_.delimiter == '"' || format_.delimiter < 9 || format_.delimiter == '\n' ||
            format_.delimiter == '\r' || format_.delimiter == 127) {
            fail(ErrorCode::invalid_argument, "{}: character {} cannot separate fields; take ',', ';', '|' or a tab",
                 name_, static_cast<int>(format_.delimiter));
        }
        if (rest_.size() > format_.largest_bytes) {
            refuse(fmt::format("{} bytes are more than the {} allowed; split the file", rest_.size(),
                               format_.largest_bytes));
        }
        if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
        const std::string_view good = rest_.substr(0, std::min(utf8_prefix(rest_), rest_.find('\0')));
        if (good.size() == rest_.size()) return;
        line_ += static_cast<std::uint32_t>(std::ranges::count(good, '\n'));
        refuse(rest_[good.size()] == '\0' ? "a NUL byte; this is no text in UTF-8 (is it UTF-16? save it as UTF-8)"
                                          : "bytes that are no UTF-8; convert the file, as by iconv -t utf-8");
    }

    /// Reads the fields of the next line that holds any; false at the end.
    bool next_row() {
        row_.clear();
        ends_.clear();
        while (!rest_.empty() && skip_line_end()) {
        }
        if (rest_.empty()) return false;
        row_line_ = line_;
        do {
            if (ends_.size() == format_.most_columns) {
                refuse(fmt::format("more than {} fields; take a table with fewer columns", format_.most_columns));
            }
            if (!ends_.empty()) rest_.remove_prefix(1);  // the delimiter
            next_field();
            ends_.push_back(row_.size());
        } while (!rest_.empty() && rest_.front() == format_.delimiter);
        if (!rest_.empty()) (void)skip_line_end();
        return true;
    }

    bool skip_line_end() {
        const std::size_t length = rest_.front() == '\n' ? 1 : rest_.starts_with("\r\n") ? 2 : 0;
        rest_.remove_prefix(length);
        if (length > 0) ++line_;
        return length > 0;
    }

    void next_field() {
        skip_spaces();
        const std::size_t begin = row_.size();
        if (!rest_.empty() && rest_.front() == '"') {
            quoted_field();
        } else {
            plain_field();
        }
        if (row_.size() - begin > format_.longest_field) {
            refuse(fmt::format("field {} has more than {} bytes; is a quote missing?", ends_.size() + 1,
                               format_.longest_field));
        }
    }

    void skip_spaces() {
        while (!rest_.empty() && rest_.front() == ' ' && rest_.front() != format_.delimiter) rest_.remove_prefix(1);
    }

    void plain_field() {
        std::size_t size = 0;
        while (size < rest_.size() && rest_[size] != format_.delimiter && rest_[size] != '\n' && rest_[size] != '\r') {
            if (rest_[size] == '"') {
                refuse(fmt::format("field {} has a quote inside; put the whole field in quotes and double the quote",
                                   ends_.size() + 1));
            }
            ++size;
        }
        if (size < rest_.size() && rest_[size] == '\r' && !rest_.substr(size).starts_with("\r\n")) {
            refuse("a carriage return without a line feed; give the file line ends LF or CRLF");
        }
        const std::string_view field = rest_.substr(0, size);
        row_ += field.substr(0, field.find_last_not_of(' ') + 1);
        rest_.remove_prefix(size);
    }

    void quoted_field() {
        const std::uint32_t first_line = line_;
        rest_.remove_prefix(1);
        for (;;) {
            const std::size_t size = rest_.find('"');
            if (size == std::string_view::npos) {
                refuse_at(first_line,
                          fmt::format("the quote that begins field {} is never closed; add one", ends_.size() + 1));
            }
            line_ += static_cast<std::uint32_t>(std::ranges::count(rest_.substr(0, size), '\n'));
            row_ += rest_.substr(0, size);
            rest_.remove_prefix(size + 1);
            if (rest_.empty() || rest_.front() != '"') break;
            row_ += '"';
            rest_.remove_prefix(1);
        }
        skip_spaces();
        if (rest_.empty() || rest_.front() == format_.delimiter || rest_.front() == '\n' || rest_.starts_with("\r\n")) {
            return;
        }
        refuse(fmt::format("field {} goes on after its closing quote; double the quotes inside a field",
                           ends_.size() + 1));
    }

    [[nodiscard]] std::string_view field(std::size_t i) const {
        const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
        return std::string_view(row_).substr(begin, ends_[i] - begin);
    }

    std::span<const std::string_view> fields() {
        fields_.clear();
        for (std::size_t i = 0; i < ends_.size(); ++i) fields_.push_back(field(i));
        return fields_;
    }

    void check_header() const {
        std::unordered_set<std::string_view> names;
        for (std::size_t i = 0; i < ends_.size(); ++i) {
            if (field(i).empty()) {
                refuse_at(row_line_,
                          fmt::format("column {} has no name; the first line has to name every column", i + 1));
            }
            if (!names.insert(field(i)).second) {
                refuse_at(row_line_, fmt::format("two columns are called '{}'; rename one", field(i)));
            }
        }
    }

    void check_row(std::size_t rows_before) const {
        if (ends_.size() != columns_) {
            refuse_at(row_line_,
                      fmt::format("{} fields under a header of {}; put fields that hold '{}' in quotes{}", ends_.size(),
                                  columns_, format_.delimiter, columns_ == 1 ? ", or state the delimiter" : ""));
        }
        if (rows_before == format_.most_rows) {
            refuse_at(row_line_, fmt::format("more than {} rows; split the file", format_.most_rows));
        }
    }

    CsvFormat format_;
    std::string name_;
    std::string_view rest_;
    std::uint32_t line_ = 1;
    std::size_t columns_ = 0;
    // The row at hand: its fields one after the other, where they end, the line it begins on.
    std::string row_;
    std::vector<std::size_t> ends_;
    std::vector<std::string_view> fields_;
    std::uint32_t row_line_ = 1;
};

Expected<Table> parse_csv(std::string_view text, std::string name, const CsvFormat& format) {
    return catching([&] { return CsvReader(text, std::move(name), format).read(); });
}

namespace {

std::string_view text_of(const MappedFile& file) {
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

std::string quoted(const std::filesystem::path& path) { return fmt::format("'{}'", path.string()); }

}  // namespace

void visit_csv(const std::filesystem::path& path, const CsvFormat& format,
               const std::function<void(std::span<const std::string_view> names)>& header,
               const std::function<void(std::span<const std::string_view> fields, std::size_t line)>& row) {
    const MappedFile file = MappedFile::open(path, format.largest_bytes);
    CsvReader(text_of(file), quoted(path), format).visit(header, row);
}

Table read_csv(const std::filesystem::path& path, const CsvFormat& format) {
    const MappedFile file = MappedFile::open(path, format.largest_bytes);
    return parse_csv(text_of(file), quoted(path), format).value();
}

}  // namespace tacit::table
