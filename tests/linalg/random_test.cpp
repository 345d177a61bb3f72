// Random programs: whatever operations follow each other, elements are right and what is called clean is zero.
#include <algorithm>

#include "linalg/trial.hpp"
#include "tacit/linalg/matrix_product.hpp"
#include "tacit/linalg/products.hpp"
#include "tacit/linalg/public_product.hpp"
#include "tacit/linalg/rearrange.hpp"

namespace tacit::linalg {
namespace {

/// Values of one unit that operations are applied to at random.
class RandomProgram {
public:
    explicit RandomProgram(unsigned seed) : random_(seed), trial_(seed), unit_(pick_unit()) {
        const bool clean = below(2) == 0;
        matrices_.push_back(trial_.matrix(unit_, size(), size(), clean));
        rows_.push_back(trial_.input<Kind::row_vector>(Layout::row_vector(unit_, matrices_[0].clear.rows())
                                                           .with_copies(1 + below(unit_.width()))
                                                           .with_clean(clean)));
        columns_.push_back(trial_.input<Kind::column_vector>(Layout::column_vector(unit_, matrices_[0].clear.columns())
                                                                 .with_copies(1 + below(unit_.height()))
                                                                 .with_clean(clean)));
    }

    void run(int operations) {
        for (int i = 0; i < operations; ++i) step();
        for (const auto& m : matrices_) trial_.expect(m.value, m.clear);
        for (const auto& u : rows_) trial_.expect(u.value, u.clear);
        for (const auto& x : columns_) trial_.expect(x.value, x.clear);
        static_cast<void>(trial_.check(1e-7));
    }

private:
    using M = Known<Kind::matrix>;
    using R = Known<Kind::row_vector>;
    using C = Known<Kind::column_vector>;

    std::size_t below(std::size_t limit) { return random_() % limit; }
    std::size_t size() { return 1 + below(11); }
    Unit pick_unit() {
        static const std::array units{Unit::make(4, 4), Unit::make(2, 8), Unit::make(8, 2), Unit::make(8, 8)};
        return units[below(units.size())];
    }
    template <class T>
    T pick(const std::vector<T>& pool) {
        return pool[below(pool.size())];
    }

    void step() {
        const M m = pick(matrices_);
        const R u = pick(rows_);
        const C x = pick(columns_);
        const double small = 0.2;  // keeps products of products in range
        switch (below(16)) {
            case 0: put(M{m.value + 3.0, elementwise(m.clear, m.clear, [](double a, double) { return a + 3; })}); break;
            case 1: put(M{transpose(m.value), transposed(m.clear)}); break;
            case 2: put(C{sum_rows(m.value) * small, scaled(row_sums(m.clear), small)}); break;
            case 3: put(R{sum_columns(m.value) * small, scaled(column_sums(m.clear), small)}); break;
            case 4: multiply_row(u, m, small); break;
            case 5: multiply_column(m, x, small); break;
            case 6: put(M{outer(u.value, x.value), times(transposed(u.clear), transposed(x.clear))}); break;
            case 7:
                put(M{transposed_times(m.value, m.value) * small, scaled(times(transposed(m.clear), m.clear), small)});
                break;
            case 8:
                put(M{times_transposed(m.value, m.value) * small, scaled(times(m.clear, transposed(m.clear)), small)});
                break;
            case 9: cut(m); break;
            case 10: put(M{above(m.value, m.value), doubled(m.clear)}); break;
            case 11: put(M{beside(m.value, m.value), transposed(doubled(transposed(m.clear)))}); break;
            case 12: put(C{transpose(u.value), transposed(u.clear)}); break;
            case 13: put(R{transpose(x.value), transposed(x.clear)}); break;
            case 14: put(R{hadamard(u.value, u.value), product(u.clear, u.clear)}); break;
            case 15:
                put(M{hadamard(m.value, m.value) - m.value,
                      elementwise(product(m.clear, m.clear), m.clear, std::minus<>())});
                break;
        }
    }
    void multiply_row(const R& u, const M& m, double factor) {
        if (u.clear.columns() != m.clear.rows()) return;
        put(C{multiply(u.value, m.value) * factor, scaled(transposed(times(u.clear, m.clear)), factor)});
        put(M{hadamard(u.value, m.value),
              product(m.clear, times(transposed(u.clear), filled(1, m.clear.columns(), 1)))});
    }
    void multiply_column(const M& m, const C& x, double factor) {
        if (x.clear.rows() != m.clear.columns()) return;
        put(R{multiply(m.value, x.value) * factor, scaled(transposed(times(m.clear, x.clear)), factor)});
        put(M{hadamard(m.value, x.value), product(m.clear, times(filled(m.clear.rows(), 1, 1), transposed(x.clear)))});
    }
    void cut(const M& m) {
        const std::size_t row = below(m.clear.rows());
        const std::size_t column = below(m.clear.columns());
        const std::size_t rows = 1 + below(m.clear.rows() - row);
        const std::size_t columns = 1 + below(m.clear.columns() - column);
        Dense part(rows, columns);
        for (std::size_t i = 0; i < rows; ++i) {
            for (std::size_t j = 0; j < columns; ++j) part(i, j) = m.clear(row + i, column + j);
        }
        put(M{slice(m.value, row, rows, column, columns), part});
    }
    static Dense product(const Dense& a, const Dense& b) { return elementwise(a, b, std::multiplies<>()); }
    static Dense doubled(const Dense& a) {
        std::vector<double> values(a.values().begin(), a.values().end());
        values.insert(values.end(), a.values().begin(), a.values().end());
        return {2 * a.rows(), a.columns(), std::move(values)};
    }
    /// Large values would make rounding errors large; large shapes would make circuits large.
    template <class T>
    static bool fits(const T& known) {
        const auto values = known.clear.values();
        return values.size() <= 600 && std::ranges::all_of(values, [](double v) { return std::abs(v) < 1e3; });
    }
    void put(M m) {
        if (fits(m)) matrices_.push_back(std::move(m));
    }
    void put(R u) {
        if (fits(u)) rows_.push_back(std::move(u));
    }
    void put(C x) {
        if (fits(x)) columns_.push_back(std::move(x));
    }

    std::mt19937_64 random_;
    Trial trial_;
    Unit unit_;
    std::vector<M> matrices_;
    std::vector<R> rows_;
    std::vector<C> columns_;
};

TEST(RandomPrograms, GiveTheElementsThatMatricesInTheClearGive) {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        RandomProgram(seed).run(12);
        if (HasFatalFailure() || HasNonfatalFailure()) break;  // the failure names the seed
    }
}

}  // namespace
}  // namespace tacit::linalg
