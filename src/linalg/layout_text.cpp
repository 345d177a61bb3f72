#include <charconv>

#include "base/fail.hpp"
#include "tacit/linalg/layout.hpp"

namespace tacit::linalg {

namespace {

const char* word(Kind kind) {
    return kind == Kind::row_vector ? "row_vector" : kind == Kind::column_vector ? "column_vector" : to_string(kind);
}

/// What is left of a line; each step takes a word or a number from its front or throws.
class Line {
public:
    explicit Line(std::string_view text) : whole_(text), rest_(text) {}

    [[nodiscard]] bool take(std::string_view word) {
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }
    void expect(std::string_view word) {
        if (!take(word)) refuse(word);
    }
    std::size_t number() {
        std::size_t value = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (error != std::errc{} || rest_.front() == '0') refuse("a number without leading zeros");
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return value;
    }
    void expect_end() const {
        if (!rest_.empty()) refuse("the end of the line");
    }
    [[noreturn]] void refuse(std::string_view expected) const {
        fail(ErrorCode::malformed_input, "layout: column {}: expected \"{}\"", whole_.size() - rest_.size() + 1,
             expected);
    }

private:
    std::string_view whole_;
    std::string_view rest_;
};

Unit parse_unit(Line& line) {
    line.expect(" unit ");
    const std::size_t height = line.number();
    line.expect("x");
    return Unit::make(height, line.number(), Location{});
}

/// " clean" or " dirty", the second only where some slot holds no element.
Layout parse_rest(Line& line, const Layout& layout) {
    if (line.take(" clean")) return layout;
    if (layout.with_clean(false).clean()) line.refuse(" clean");
    line.expect(" dirty");
    return layout.with_clean(false);
}

Layout parse_line(Line& line) {
    if (line.take("scalar")) return Layout::scalar(parse_unit(line));
    const bool matrix = line.take("matrix ");
    if (matrix || line.take("diagonals ")) {
        const std::size_t rows = line.number();
        line.expect("x");
        const std::size_t columns = line.number();
        const Unit unit = parse_unit(line);
        return parse_rest(line, matrix ? Layout::matrix(unit, rows, columns, Location{})
                                       : Layout::diagonals(unit, rows, columns, Location{}));
    }
    const bool row = line.take("row_vector ");
    if (!row) line.expect("column_vector ");
    const std::size_t length = line.number();
    const Unit unit = parse_unit(line);
    const Layout layout =
        row ? Layout::row_vector(unit, length, Location{}) : Layout::column_vector(unit, length, Location{});
    line.expect(" copies ");
    return parse_rest(line, layout.with_copies(line.number(), Location{}));
}

}  // namespace

std::string print(const Layout& layout) {
    const Unit unit = layout.unit();
    const std::string of_unit = fmt::format("unit {}x{}", unit.height(), unit.width());
    const char* const rest = layout.clean() ? "clean" : "dirty";
    switch (layout.kind()) {
        case Kind::scalar: return fmt::format("scalar {}", of_unit);
        case Kind::matrix:
        case Kind::diagonals:
            return fmt::format("{} {}x{} {} {}", word(layout.kind()), layout.rows(), layout.columns(), of_unit, rest);
        case Kind::row_vector:
        case Kind::column_vector: break;
    }
    return fmt::format("{} {} {} copies {} {}", word(layout.kind()), layout.length(), of_unit, layout.copies(), rest);
}

Expected<Layout> parse_layout(std::string_view text) {
    try {
        Line line(text);
        const Layout layout = parse_line(line);
        line.expect_end();
        return layout;
    } catch (const Error& error) {
        return Error(ErrorCode::malformed_input, error.what());
    }
}

}  // namespace tacit::linalg
