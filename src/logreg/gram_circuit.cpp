// Training from Gram matrices: the weights leave the loop.
//
// The arguments of the sigmoid obey x_t = Z_t v_t = sum_{j<t} V[t][j] gamma (Z_t Z_j^T) s(x_j), with numbers V that
// only depend on the momentum. The client knows its data, so it sends every V gamma Z_t Z_j^T; the chain from x_{t-1}
// to x_t is one cubic with the matrix folded into it: 2 levels [Cro20]. All older terms use s(x_j) itself, one product
// each, and have time to spare. The weights are one more sum of the same form, w = sum_j W[j] gamma Z_j^T s(x_j), at
// the very end.
//
// A vector lies in a grid of m rows either "outer" (entry r in all of row r) or "inner" (entry c in all of column c).
// A product with a matrix sums over the index the vector has and leaves the other one: outer sums run along columns of
// the grid and are exact; inner sums run along rows and are exact in one column only (then masked and repeated: one
// more level), or, mask-free, in half of the columns, if the other half of the matrix is zero.
//
// So x_t alternates between the encodings, and a term s(x_j) with t - j even comes in the wrong one. It is converted at
// the price of one conjugation: a product with the identity is a conversion, and it rides along in the imaginary part.
// With (M + i I) / 2 in place of M, one sum gives Y = (x_{j+1} + i s_j) / 2, hence x_{j+1} = Y + conj(Y) and
// s_j = i (conj(Y) - Y), the factor i going into the next matrix. Two halves of the weights share a ciphertext
// likewise.
//
// From zero weights x_0 = 0, so the terms with j = 0 are sums of data alone, q0 gamma V (Z_t Z_0^T) 1: the client sends
// them as vectors, already in the encoding of x_t.
#include <algorithm>
#include <map>
#include <optional>

#include "logreg/circuit_writer.hpp"
#include "logreg/training_methods.hpp"
#include "tacit/circuit/domains.hpp"

namespace tacit::logreg {

namespace {

enum class Encoding { outer, inner };
Encoding other(Encoding e) { return e == Encoding::outer ? Encoding::inner : Encoding::outer; }

/// One vector: a single value if outer, ceil(m / width) tiles of `width` entries if inner.
using Vector = std::vector<Expr>;

void accumulate(std::optional<Expr>& sum, const Expr& term) { sum = sum ? *sum + term : term; }

class Gram {
public:
    Gram(Method method, const TrainingRecipe& recipe, std::size_t slots, Encoding first)
        : recipe_(recipe),
          cubic_(recipe.sigmoid),
          mask_free_(method == Method::mask_free),
          m_(static_cast<std::size_t>(recipe.minibatch_size)),
          width_(std::min(m_, slots / m_)),
          first_(first) {
        find_coefficients();
    }

    TrainingCircuit write(Method method, std::size_t slots) && {
        for (int t = 1; t < recipe_.minibatches; ++t) add_argument(t);
        add_weights();
        return std::move(writer_).finish(method, recipe_, slots);
    }

private:
    /// The encoding in which x_t (or, for t = k, the weights) comes out of the sum.
    [[nodiscard]] Encoding natural(int t) const { return t % 2 == 1 ? first_ : other(first_); }

    /// coefficients_[t][j]: the factor of g_j = gamma Z_j^T s(x_j) in v_t; row k holds w_k instead.
    void find_coefficients() {
        const auto k = static_cast<std::size_t>(recipe_.minibatches);
        const std::vector<double> momentum = recipe_.momentum();
        std::vector<double> v(k, 0.0), w(k, 0.0);
        for (std::size_t t = 0; t < k; ++t) {
            coefficients_.push_back(v);
            std::vector<double> next = v;
            next[t] += 1;
            for (std::size_t j = 0; j < k; ++j) v[j] = (1 - momentum[t]) * next[j] + momentum[t] * w[j];
            w = next;
        }
        coefficients_.push_back(w);
    }

    // --- the sigmoid ----------------------------------------------------------------------------------------------

    /// x'_j^2 + q1 in its natural encoding.
    const Vector& shifted_square(int j) {
        if (!squares_.contains(j)) {
            Vector squares;
            for (const Expr& x : arguments_[static_cast<std::size_t>(j - 1)]) squares.push_back(x * x + cubic_.q1);
            squares_.emplace(j, std::move(squares));
        }
        return squares_.at(j);
    }

    /// sqrt(q3) s(x_j) in its natural encoding.
    const Vector& slope(int j) {
        if (!slopes_.contains(j)) {
            Vector values;
            const Vector& x = arguments_[static_cast<std::size_t>(j - 1)];
            for (std::size_t i = 0; i < x.size(); ++i)
                values.push_back(x[i] * shifted_square(j)[i] + cubic_.root * cubic_.q0);
            slopes_.emplace(j, std::move(values));
        }
        return slopes_.at(j);
    }

    // --- matrix times vector --------------------------------------------------------------------------------------

    /// Where a tile's block begins in the matrix whose rows go down the grid, and where it lies in the grid.
    struct Tile {
        std::size_t row = 0;
        std::size_t column = 0;
        bool half = false;     ///< half as wide as the grid
        std::size_t at = 0;    ///< grid column
        std::size_t part = 0;  ///< the tile of the vector that it meets
    };

    /// What x_t (t < k) or the weights (t = k) ask of a product.
    struct Target {
        int t = 0;
        Encoding result = Encoding::outer;
        bool converts = false;          ///< the imaginary part carries s(x_{t-1}) over to the result's encoding
        std::size_t second_offset = 0;  ///< the imaginary part carries the weights that many further on; 0: none
    };

    [[nodiscard]] MatrixBlock::Part part(const Target& target, int j, std::size_t row, std::size_t column) const {
        const double scale =
            coefficients_[static_cast<std::size_t>(target.t)][static_cast<std::size_t>(j)] * recipe_.step();
        const bool inner = target.result == Encoding::inner;  // the source goes down the grid, the target across
        if (target.t == recipe_.minibatches) {
            return {inner ? MatrixBlock::Kind::samples : MatrixBlock::Kind::samples_transposed,
                    j,
                    0,
                    scale / cubic_.root,
                    row,
                    column};
        }
        return {MatrixBlock::Kind::gram,
                inner ? j : target.t,
                inner ? target.t : j,
                target.converts ? scale / 2 : scale,
                row,
                column};
    }

    /// The client's input for term j of a target on one tile.
    [[nodiscard]] MatrixBlock block(const Target& target, int j, const Tile& tile) const {
        MatrixBlock b;
        b.real = part(target, j, tile.row, tile.column);
        if (target.second_offset != 0) {
            const bool inner = target.result == Encoding::inner;
            b.imaginary = part(target, j, tile.row + (inner ? 0 : target.second_offset),
                               tile.column + (inner ? target.second_offset : 0));
        }
        if (target.converts && j == target.t - 1) {
            b.imaginary = {MatrixBlock::Kind::identity, 0, 0, 0.5, tile.row, tile.column};
        }
        b.rows = m_;
        b.columns = tile.half ? width_ / 2 : width_;
        b.grid_width = width_;
        b.grid_column = tile.at;
        return b;
    }

    /// matrix * sqrt(q3) s(x_j), entry by entry, on one tile.
    Expr term(const Target& target, int j, const Tile& tile) {
        const bool newest = j == target.t - 1;
        const bool natural_encoding = natural(j) != target.result;
        MatrixBlock b = block(target, j, tile);
        if (!natural_encoding) {  // times i
            std::swap(b.real, b.imaginary);
            b.real.factor = -b.real.factor;
        }
        const Expr matrix = writer_.input(b);
        if (!natural_encoding) return matrix * converted_[static_cast<std::size_t>(j - 1)][tile.part];
        if (!newest) return matrix * slope(j)[tile.part];
        const Expr& x = arguments_[static_cast<std::size_t>(j - 1)][tile.part];
        return (matrix * x) * shifted_square(j)[tile.part] + matrix * (cubic_.root * cubic_.q0);
    }

    /// The sum over all j with 0 < j < t of one tile.
    Expr terms(const Target& target, const Tile& tile) {
        Expr sum = term(target, 1, tile);
        for (int j = 2; j < target.t; ++j) sum += term(target, j, tile);
        return sum;
    }

    /// Entries first .. first + extent - 1 of the term with j = 0.
    Expr first_term(const Target& target, std::size_t first) {
        const bool across = target.result == Encoding::inner;
        const bool weights = target.t == recipe_.minibatches;
        const double scale = coefficients_[static_cast<std::size_t>(target.t)][0] * recipe_.step();
        const auto part_at = [&](std::size_t offset) {
            MatrixBlock::Part p;
            p.kind = weights ? MatrixBlock::Kind::samples_sums : MatrixBlock::Kind::gram_sums;
            p.a = weights ? 0 : target.t;
            p.factor = weights ? scale / cubic_.root : scale;
            (across ? p.column : p.row) = offset;
            p.across = across;
            return p;
        };
        MatrixBlock b;
        b.real = part_at(first);
        if (target.second_offset != 0) b.imaginary = part_at(first + target.second_offset);
        b.rows = m_;
        b.columns = width_;
        b.grid_width = width_;
        return writer_.input(b) * (cubic_.root * cubic_.q0);
    }

    void add_argument(int t) {
        const Target target{t, natural(t), true, 0};
        Vector argument, converted;
        for (std::size_t first = 0; first < m_; first += extent(target.result)) {
            const Expr start = first_term(target, first);
            if (t == 1) {
                argument.push_back(start);
                continue;
            }
            const Expr y = product(target, first, false);
            const Expr conjugated = conjugate(y);
            argument.push_back(y + conjugated + start);
            converted.push_back(conjugated - y);
        }
        arguments_.push_back(std::move(argument));
        if (t > 1) converted_.push_back(std::move(converted));
    }

    void add_weights() {
        const auto features = static_cast<std::size_t>(recipe_.features);
        const Encoding result = natural(recipe_.minibatches);
        const std::size_t each = extent(result);
        for (std::size_t first = 0; first < features; first += 2 * each) {
            const bool two = first + each < features;
            const Target target{recipe_.minibatches, result, false, two ? each : 0};
            Expr weights = first_term(target, first);
            if (target.t > 1) weights += product(target, first, true);
            const std::size_t output = writer_.output(weights);
            writer_.place(weight_slots(output, false, first));
            if (two) writer_.place(weight_slots(output, true, first + each));
        }
    }

    /// How many entries of a result one ciphertext holds.
    [[nodiscard]] std::size_t extent(Encoding result) const { return result == Encoding::inner ? width_ : m_; }

    /// Entries first .. first + extent - 1 of a target.
    Expr product(const Target& target, std::size_t first, bool final) {
        return target.result == Encoding::inner ? outer_sum(target, first) : inner_sum(target, first, final);
    }

    Expr outer_sum(const Target& target, std::size_t column) {
        const std::size_t half = width_ / 2;
        Expr tile = terms(target, {0, column, mask_free_, mask_free_ ? half : 0, 0});
        if (mask_free_) {  // the vector is valid in the upper half of the columns only: two halves side by side
            tile = rotate(tile, static_cast<std::int32_t>(half));
            tile += terms(target, {0, column + half, true, half, 0});
        }
        return rotate_sum(tile, static_cast<std::ptrdiff_t>(width_), m_);
    }

    Expr inner_sum(const Target& target, std::size_t row, bool final) {
        const std::size_t half = width_ / 2;
        std::optional<Expr> lower, upper;
        for (std::size_t part = 0; part * width_ < m_; ++part) {
            const std::size_t column = part * width_;
            accumulate(lower, terms(target, {row, column, mask_free_, 0, part}));
            if (mask_free_) accumulate(upper, terms(target, {row, column + half, true, half, part}));
        }
        if (mask_free_) return rotate_sum(*lower + rotate(*upper, static_cast<std::int32_t>(half)), -1, width_);
        const Expr sum = rotate_sum(*lower, 1, width_);  // exact in column 0
        return final ? sum : rotate_sum(sum * first_column(width_, 1), -1, width_);
    }

    [[nodiscard]] WeightSlots weight_slots(std::size_t output, bool imaginary, std::size_t first) const {
        const bool inner = natural(recipe_.minibatches) == Encoding::inner;
        const std::size_t count =
            std::min(extent(natural(recipe_.minibatches)), static_cast<std::size_t>(recipe_.features) - first);
        if (inner) return {output, imaginary, first, count, 0, 1};
        return {output, imaginary, first, count, mask_free_ ? width_ - 1 : 0, width_};
    }

    TrainingRecipe recipe_;
    ScaledCubic cubic_;
    bool mask_free_;
    std::size_t m_;
    std::size_t width_;
    Encoding first_;
    std::vector<std::vector<double>> coefficients_;
    CircuitWriter writer_;
    std::vector<Vector> arguments_;  // sqrt(q3) x_1, x_2, ... in their natural encodings
    std::map<int, Vector> squares_;
    std::map<int, Vector> slopes_;
    std::vector<Vector> converted_;  // -i sqrt(q3) s(x_j) in the other encoding, j = 1, 2, ...
};

}  // namespace

TrainingCircuit write_gram(Method method, const TrainingRecipe& recipe, std::size_t slots) {
    TrainingCircuit a = Gram(method, recipe, slots, Encoding::inner).write(method, slots);
    TrainingCircuit b = Gram(method, recipe, slots, Encoding::outer).write(method, slots);
    return circuit::depth(b.circuit) < circuit::depth(a.circuit) ? std::move(b) : std::move(a);
}

}  // namespace tacit::logreg
