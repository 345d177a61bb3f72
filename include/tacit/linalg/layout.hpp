#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tacit/base/expected.hpp"
#include "tacit/circuit/circuit.hpp"

namespace tacit::linalg {

using circuit::Location;

/// The grid that the slots of one ciphertext form: slot r * width + c is row r, column c.
class Unit {
public:
    /// Powers of two with height * width at most 2^16; `invalid_argument` otherwise.
    [[nodiscard]] static Unit make(std::size_t height, std::size_t width, Location where = Location::here());
    [[nodiscard]] std::size_t height() const noexcept { return height_; }
    [[nodiscard]] std::size_t width() const noexcept { return width_; }
    [[nodiscard]] std::size_t slots() const noexcept { return height_ * width_; }
    [[nodiscard]] Unit transposed() const noexcept { return {width_, height_}; }
    friend bool operator==(const Unit&, const Unit&) = default;

private:
    Unit(std::size_t height, std::size_t width) : height_(height), width_(width) {}
    std::size_t height_;
    std::size_t width_;
};

/// What an encrypted value is. A vector runs along one side of the unit and is repeated along the other:
/// a row vector, 1 x n, runs down the rows, so that it meets the rows of a matrix it multiplies from the
/// left; a column vector, n x 1, runs along the columns, so that it meets the columns of a matrix. `diagonals` is a
/// matrix too, kept by its diagonals.
enum class Kind : std::uint8_t { scalar, row_vector, column_vector, matrix, diagonals };

/// "row vector"
[[nodiscard]] const char* to_string(Kind kind) noexcept;

/// A position in the matrix, 1 x n or n x 1 vector, or 1 x 1 scalar that slots stand for.
struct Position {
    std::size_t row = 0;
    std::size_t column = 0;
    friend bool operator==(Position, Position) = default;
};

/// Which slots of which ciphertexts hold what; a plain value that travels beside the ciphertexts.
///
/// A matrix is cut into tiles of the unit's size, row by row; a row vector into pieces of the unit's
/// height, a column vector into pieces of its width; a scalar fills all slots of one tile. Slots that
/// hold no element are the rest: zero if the layout is clean, anything if it is dirty. A vector stands in the
/// first `copies()` columns (rows) of the unit, all of them unless an operation left fewer.
///
/// A matrix by its diagonals is cut into blocks of width x width elements, row by row, and each block into `width`
/// tiles, the generalised diagonals [HS18]. Tile d = g + b of a block, g being a multiple of `giant_step()` and b less,
/// holds element (c - g, c + b), both modulo the width, in column c of every row: the diagonal d, already moved by its
/// giant step.
class Layout {
public:
    /// Sizes are 1 to 2^20 and give at most 2^16 tiles; `invalid_argument` otherwise.
    [[nodiscard]] static Layout matrix(Unit unit, std::size_t rows, std::size_t columns,
                                       Location where = Location::here());
    [[nodiscard]] static Layout row_vector(Unit unit, std::size_t length, Location where = Location::here());
    [[nodiscard]] static Layout column_vector(Unit unit, std::size_t length, Location where = Location::here());
    [[nodiscard]] static Layout scalar(Unit unit);
    [[nodiscard]] static Layout diagonals(Unit unit, std::size_t rows, std::size_t columns,
                                          Location where = Location::here());

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    [[nodiscard]] Unit unit() const noexcept { return unit_; }
    /// 1 for row vectors and scalars.
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    /// 1 for column vectors and scalars.
    [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
    /// The elements of a vector; rows * columns in general.
    [[nodiscard]] std::size_t length() const noexcept { return rows_ * columns_; }
    /// Tiles, or blocks of diagonals, one below the other, and side by side.
    [[nodiscard]] std::size_t tile_rows() const noexcept;
    [[nodiscard]] std::size_t tile_columns() const noexcept;
    [[nodiscard]] std::size_t tiles() const noexcept {
        return tile_rows() * tile_columns() * (kind_ == Kind::diagonals ? unit_.width() : 1);
    }
    /// Of diagonals: the least power of two above the root of the width, at most the width. Giant steps relinearise
    /// too, so they are few.
    [[nodiscard]] std::size_t giant_step() const noexcept;
    /// Columns (of a row vector) or rows (of a column vector) of the unit that hold the vector; 1 otherwise.
    [[nodiscard]] std::size_t copies() const noexcept { return copies_; }
    /// What `copies()` is if every slot along the other side has the vector.
    [[nodiscard]] std::size_t all_copies() const noexcept;
    /// Whether every slot without an element holds zero; true if there is none.
    [[nodiscard]] bool clean() const noexcept { return clean_; }

    /// The same with 1 to `all_copies()` copies; `invalid_argument` otherwise, or if it is no vector.
    [[nodiscard]] Layout with_copies(std::size_t copies, Location where = Location::here()) const;
    /// The same, clean or dirty; always clean where every slot holds an element.
    [[nodiscard]] Layout with_clean(bool clean) const;

    /// The element that a slot of a tile holds; none in the rest.
    [[nodiscard]] std::optional<Position> element(std::size_t tile, std::size_t slot) const;
    /// Whether some slot of the tile holds no element; of diagonals: of any tile.
    [[nodiscard]] bool has_rest(std::size_t tile) const;

    /// Same kind, shape, unit, copies and cleanness.
    friend bool operator==(const Layout&, const Layout&) = default;
    /// Same kind, shape and unit: values of both can be added.
    [[nodiscard]] bool same_shape(const Layout& other) const noexcept;

private:
    Layout(Kind kind, Unit unit, std::size_t rows, std::size_t columns);
    void check(Location where) const;

    Kind kind_;
    Unit unit_;
    std::size_t rows_;
    std::size_t columns_;
    std::size_t copies_ = 1;
    bool clean_ = true;
};

/// One line, at most 100 characters:
///
///     matrix 20x30 unit 64x64 clean
///     row_vector 300 unit 64x64 copies 64 dirty
///     scalar unit 64x64
///     diagonals 60x64 unit 64x64 clean
[[nodiscard]] std::string print(const Layout& layout);

/// Reads exactly what `print` writes, and nothing else: print(*parse_layout(text)) == text. The text may
/// come from anywhere: every flaw is a `malformed_input` error. No memory depends on it.
[[nodiscard]] Expected<Layout> parse_layout(std::string_view text);

}  // namespace tacit::linalg
