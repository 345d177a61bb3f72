// Training from Gram matrices: the weights leave the loop.
//
// The arguments of the sigmoid obey x_t = Z_t v_t = sum_{j<t} V[t][j] gamma (Z_t Z_j^T) s(x_j), with numbers V that only
// depend on the momentum. The client knows its data, so it sends every V gamma Z_t Z_j^T; the chain from x_{t-1} to x_t is
// one cubic with the matrix folded into it: 2 levels [Cro20]. All older terms use s(x_j) itself, one product each, and
// have time to spare. The weights are one more sum of the same form, w = sum_j W[j] gamma Z_j^T s(x_j), at the very end.
//
// A vector lies in a grid of m rows either "outer" (entry r in all of row r) or "inner" (entry c in all of column c).
// A product with a matrix sums over the index the vector has and leaves the other one: outer sums run along columns of
// the grid and are exact; inner sums run along rows and are exact in one column only (then masked and repeated: one more
// level), or, mask-free, in half of the columns, if the other half of the matrix is zero.
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
        for (int t = 1; t < recipe_.minibatches; ++t) {
            arguments_.push_back(product(t, m_, natural(t), false));
        }
        const int k = recipe_.minibatches;
        const auto features = static_cast<std::size_t>(recipe_.features);
        const Vector weights = product(k, features, natural(k), true);
        for (std::size_t i = 0; i < weights.size(); ++i) writer_.output(weights[i], weight_slots(i, features));
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

    /// sqrt(q3) s(x_j) in either encoding.
    const Vector& slope(int j, Encoding encoding) {
        const auto key = std::pair(j, encoding);
        if (!slopes_.contains(key)) {
            if (encoding == natural(j)) {
                Vector values;
                const Vector& x = arguments_[static_cast<std::size_t>(j - 1)];
                for (std::size_t i = 0; i < x.size(); ++i) values.push_back(x[i] * shifted_square(j)[i] + cubic_.root * cubic_.q0);
                slopes_.emplace(key, std::move(values));
            } else {
                slopes_.emplace(key, converted(slope(j, other(encoding)), encoding));
            }
        }
        return slopes_.at(key);
    }

    /// matrix * sqrt(q3) s(x_j), entry by entry, on tile `part` of the vector; `last`: j is the newest argument.
    Expr weighted(const Expr& matrix, int j, Encoding encoding, std::size_t part, bool last) {
        if (j == 0) return matrix * (cubic_.root * cubic_.q0);  // x_0 = 0
        if (!last) return matrix * slope(j, encoding)[part];
        const Expr& x = arguments_[static_cast<std::size_t>(j - 1)][part];
        return (matrix * x) * shifted_square(j)[part] + matrix * (cubic_.root * cubic_.q0);
    }

    // --- matrix times vector --------------------------------------------------------------------------------------

    /// The part of a target's matrix that lies in one tile: `row`/`column` of the matrix whose rows go down the grid.
    MatrixBlock block(int t, int j, Encoding result, std::size_t row, std::size_t column, bool half, std::size_t at) const {
        const double scale = coefficients_[static_cast<std::size_t>(t)][static_cast<std::size_t>(j)] * recipe_.step();
        const bool weights = t == recipe_.minibatches;
        MatrixBlock b;
        b.factor = weights ? scale / cubic_.root : scale;
        b.row = row;
        b.column = column;
        b.rows = m_;
        b.columns = half ? width_ / 2 : width_;
        b.grid_width = width_;
        b.grid_column = at;
        if (result == Encoding::inner) {  // the source index goes down the grid, the target index across
            b.kind = weights ? MatrixBlock::Kind::samples : MatrixBlock::Kind::gram;
            b.a = j;
            b.b = t;
        } else {
            b.kind = weights ? MatrixBlock::Kind::samples_transposed : MatrixBlock::Kind::gram;
            b.a = weights ? j : t;
            b.b = j;
        }
        if (weights) b.b = 0;
        return b;
    }

    /// x_t (t < k) or the weights (t = k): the sum over all j < t in the given encoding.
    Vector product(int t, std::size_t size, Encoding result, bool final) {
        const auto terms = [&](std::size_t row, std::size_t column, bool half, std::size_t at, std::size_t part) {
            std::optional<Expr> sum;
            for (int j = 0; j < t; ++j) {
                const Expr matrix = writer_.input(block(t, j, result, row, column, half, at));
                accumulate(sum, weighted(matrix, j, other(result), part, j == t - 1));
            }
            return *sum;
        };
        return result == Encoding::inner ? outer_sums(size, terms) : inner_sums(size, final, terms);
    }

    /// The same vector in the other encoding: a product with the identity.
    Vector converted(const Vector& from, Encoding result) {
        const auto terms = [&](std::size_t row, std::size_t column, bool half, std::size_t at, std::size_t part) {
            std::vector<double> grid(m_ * width_, 0.0);
            const std::size_t columns = half ? width_ / 2 : width_;
            for (std::size_t r = 0; r < m_; ++r) {
                const std::size_t entry = row + r;
                if (entry >= column && entry < column + columns) grid[r * width_ + at + entry - column] = 1;
            }
            return from[part] * circuit::values(std::move(grid));
        };
        return result == Encoding::inner ? outer_sums(m_, terms) : inner_sums(m_, false, terms);
    }

    /// terms(row, column, half, at, part): the products of the tile whose block starts at (row, column) of the matrix, is
    /// half a grid wide or not, lies at grid column `at`, and meets tile `part` of the vector.
    template <class Terms>
    Vector outer_sums(std::size_t size, const Terms& terms) {
        const std::size_t half = width_ / 2;
        Vector result;
        for (std::size_t column = 0; column < size; column += width_) {
            Expr tile = terms(0, column, mask_free_, mask_free_ ? half : 0, 0);
            if (mask_free_) {  // the vector is valid in the upper half of the columns only: two halves side by side
                tile = rotate(tile, static_cast<std::int32_t>(half));
                tile += terms(0, column + half, true, half, 0);
            }
            result.push_back(rotate_sum(tile, static_cast<std::ptrdiff_t>(width_), m_));
        }
        return result;
    }

    template <class Terms>
    Vector inner_sums(std::size_t size, bool final, const Terms& terms) {
        const std::size_t half = width_ / 2;
        Vector result;
        for (std::size_t row = 0; row < size; row += m_) {
            std::optional<Expr> lower, upper;
            for (std::size_t part = 0; part * width_ < m_; ++part) {
                const std::size_t column = part * width_;
                accumulate(lower, terms(row, column, mask_free_, 0, part));
                if (mask_free_) accumulate(upper, terms(row, column + half, true, half, part));
            }
            result.push_back(mask_free_ ? rotate_sum(*lower + rotate(*upper, static_cast<std::int32_t>(half)), -1, width_)
                                        : masked_sum(*lower, final));
        }
        return result;
    }

    [[nodiscard]] Expr masked_sum(const Expr& tile, bool final) const {
        const Expr sum = rotate_sum(tile, 1, width_);  // exact in column 0
        return final ? sum : rotate_sum(sum * first_column(width_, 1), -1, width_);
    }

    [[nodiscard]] WeightSlots weight_slots(std::size_t i, std::size_t features) const {
        const bool inner = natural(recipe_.minibatches) == Encoding::inner;
        const std::size_t each = inner ? width_ : m_;
        const std::size_t count = std::min(each, features - i * each);
        if (inner) return {i * each, count, 0, 1};
        return {i * each, count, mask_free_ ? width_ - 1 : 0, width_};
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
    std::map<std::pair<int, Encoding>, Vector> slopes_;
};

}  // namespace

TrainingCircuit write_gram(Method method, const TrainingRecipe& recipe, std::size_t slots) {
    TrainingCircuit a = Gram(method, recipe, slots, Encoding::inner).write(method, slots);
    TrainingCircuit b = Gram(method, recipe, slots, Encoding::outer).write(method, slots);
    return circuit::depth(b.circuit) < circuit::depth(a.circuit) ? std::move(b) : std::move(a);
}

}  // namespace tacit::logreg
