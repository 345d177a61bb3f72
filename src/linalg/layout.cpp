#include "tacit/linalg/layout.hpp"

#include <algorithm>
#include <bit>

#include "base/fail.hpp"

namespace tacit::linalg {

namespace {

constexpr std::size_t max_slots = std::size_t{1} << 16U;
constexpr std::size_t max_size = std::size_t{1} << 20U;
constexpr std::size_t max_tiles = std::size_t{1} << 16U;

std::size_t pieces(std::size_t length, std::size_t piece) { return (length + piece - 1) / piece; }

}  // namespace

Unit Unit::make(std::size_t height, std::size_t width, Location where) {
    if (!std::has_single_bit(height) || !std::has_single_bit(width) || height > max_slots || width > max_slots ||
        height * width > max_slots) {
        fail(ErrorCode::invalid_argument,
             "{}unit: {} x {}; height and width are powers of two whose product is at most {}", prefix(where), height,
             width, max_slots);
    }
    return {height, width};
}

const char* to_string(Kind kind) noexcept {
    switch (kind) {
        case Kind::scalar: return "scalar";
        case Kind::row_vector: return "row vector";
        case Kind::column_vector: return "column vector";
        case Kind::matrix: return "matrix";
        case Kind::diagonals: return "diagonals";
    }
    return "?";
}

Layout::Layout(Kind kind, Unit unit, std::size_t rows, std::size_t columns)
    : kind_(kind), unit_(unit), rows_(rows), columns_(columns) {
    copies_ = all_copies();
}

void Layout::check(Location where) const {
    if (rows_ == 0 || columns_ == 0 || rows_ > max_size || columns_ > max_size || tiles() > max_tiles) {
        fail(ErrorCode::invalid_argument,
             "{}layout: a {} of {} x {} in units of {} x {}; sizes are 1 to {} and make at most {} tiles",
             prefix(where), to_string(kind_), rows_, columns_, unit_.height(), unit_.width(), max_size, max_tiles);
    }
}

Layout Layout::matrix(Unit unit, std::size_t rows, std::size_t columns, Location where) {
    const Layout layout(Kind::matrix, unit, rows, columns);
    layout.check(where);
    return layout;
}

Layout Layout::row_vector(Unit unit, std::size_t length, Location where) {
    const Layout layout(Kind::row_vector, unit, 1, length);
    layout.check(where);
    return layout;
}

Layout Layout::column_vector(Unit unit, std::size_t length, Location where) {
    const Layout layout(Kind::column_vector, unit, length, 1);
    layout.check(where);
    return layout;
}

Layout Layout::diagonals(Unit unit, std::size_t rows, std::size_t columns, Location where) {
    const Layout layout(Kind::diagonals, unit, rows, columns);
    layout.check(where);
    return layout;
}

Layout Layout::scalar(Unit unit) { return {Kind::scalar, unit, 1, 1}; }

std::size_t Layout::tile_rows() const noexcept {
    switch (kind_) {
        case Kind::scalar:
        case Kind::column_vector: return 1;
        case Kind::row_vector: return pieces(columns_, unit_.height());
        case Kind::matrix: return pieces(rows_, unit_.height());
        case Kind::diagonals: return pieces(rows_, unit_.width());
    }
    return 0;
}

std::size_t Layout::tile_columns() const noexcept {
    switch (kind_) {
        case Kind::scalar:
        case Kind::row_vector: return 1;
        case Kind::column_vector: return pieces(rows_, unit_.width());
        case Kind::matrix:
        case Kind::diagonals: return pieces(columns_, unit_.width());
    }
    return 0;
}

std::size_t Layout::giant_step() const noexcept {
    const auto log_width = static_cast<std::size_t>(std::countr_zero(unit_.width()));
    return std::min(unit_.width(), std::size_t{2} << log_width / 2);
}

std::size_t Layout::all_copies() const noexcept {
    return kind_ == Kind::row_vector ? unit_.width() : kind_ == Kind::column_vector ? unit_.height() : 1;
}

Layout Layout::with_copies(std::size_t copies, Location where) const {
    const bool vector = kind_ == Kind::row_vector || kind_ == Kind::column_vector;
    if (!vector || copies == 0 || copies > all_copies()) {
        fail(ErrorCode::invalid_argument, "{}layout: {} copies of a {}; a vector has 1 to {} here", prefix(where),
             copies, to_string(kind_), all_copies());
    }
    Layout result = *this;
    result.copies_ = copies;
    return result.with_clean(clean_);
}

Layout Layout::with_clean(bool clean) const {
    Layout result = *this;
    // Only the last tile can have more rest than the others.
    result.clean_ = clean || !has_rest(tiles() - 1);
    return result;
}

std::optional<Position> Layout::element(std::size_t tile, std::size_t slot) const {
    const std::size_t r = slot / unit_.width();
    const std::size_t c = slot % unit_.width();
    Position at;
    bool held = true;
    switch (kind_) {
        case Kind::scalar: break;
        case Kind::row_vector:
            at.column = tile * unit_.height() + r;
            held = c < copies_;
            break;
        case Kind::column_vector:
            at.row = tile * unit_.width() + c;
            held = r < copies_;
            break;
        case Kind::matrix:
            at = {tile / tile_columns() * unit_.height() + r, tile % tile_columns() * unit_.width() + c};
            break;
        case Kind::diagonals: {
            const std::size_t w = unit_.width();
            const std::size_t block = tile / w;
            const std::size_t baby = tile % w % giant_step();
            const std::size_t giant = tile % w - baby;
            at = {block / tile_columns() * w + (c + w - giant) % w, block % tile_columns() * w + (c + baby) % w};
            break;
        }
    }
    if (!held || at.row >= rows_ || at.column >= columns_) return std::nullopt;
    return at;
}

bool Layout::has_rest(std::size_t tile) const {
    if (kind_ == Kind::diagonals) return rows_ % unit_.width() != 0 || columns_ % unit_.width() != 0;
    return !element(tile, unit_.slots() - 1).has_value();
}

bool Layout::same_shape(const Layout& other) const noexcept {
    return kind_ == other.kind_ && unit_ == other.unit_ && rows_ == other.rows_ && columns_ == other.columns_;
}

}  // namespace tacit::linalg
