// docs/hit-linear-algebra.md holds a table of what HIT's operations and ours cost. Ours are counted here, HIT's follow
// from its source; the page has to say the same.
#include <bit>
#include <fstream>
#include <iterator>
#include <sstream>

#include "linalg/trial.hpp"
#include "tacit/compile/counts.hpp"
#include "tacit/linalg/matrix_product.hpp"
#include "tacit/linalg/products.hpp"

namespace tacit::linalg {
namespace {

struct Costs {
    int levels = 0;
    std::size_t rotations = 0;
    std::size_t relinearizations = 0;
};

std::size_t pieces(std::size_t length, std::size_t piece) { return (length + piece - 1) / piece; }
std::size_t log2(std::size_t power_of_two) { return static_cast<std::size_t>(std::countr_zero(power_of_two)); }

/// HIT's costs: linearalgebra.cpp at commit 5496833. Rotations by 0 are not counted.
struct Hit {
    Unit unit;
    [[nodiscard]] std::size_t down(std::size_t rows) const { return pieces(rows, unit.height()); }
    [[nodiscard]] std::size_t along(std::size_t columns) const { return pieces(columns, unit.width()); }
    [[nodiscard]] Costs sum_rows(Shape s) const { return {0, along(s.columns) * log2(unit.height()), 0}; }
    [[nodiscard]] Costs sum_cols(Shape s) const { return {1, down(s.rows) * 2 * log2(unit.width()), 0}; }
    [[nodiscard]] Costs row_times_matrix(Shape s) const {
        return {1, sum_rows(s).rotations, down(s.rows) * along(s.columns)};
    }
    [[nodiscard]] Costs matrix_times_column(Shape s) const {
        return {2, sum_cols(s).rotations, down(s.rows) * along(s.columns)};
    }
    /// Of the transpose of k x f and of k x g, f products of a row with a matrix.
    [[nodiscard]] Costs row_major(std::size_t f, std::size_t k, std::size_t g) const {
        const std::size_t each = down(k) * log2(unit.width()) + along(g) * log2(unit.height());
        return {3, f * each + down(k) * (f - along(f)), f * down(k) * along(g)};
    }
    /// Of f x k and of the transpose of g x k, g products of a matrix with a column.
    [[nodiscard]] Costs col_major(std::size_t f, std::size_t k, std::size_t g) const {
        const std::size_t each = along(k) * log2(unit.height()) + down(f) * log2(unit.width());
        return {3, g * each + down(f) * (g - along(g)), g * down(f) * along(k)};
    }
};

template <class Write>
Costs ours(const Write& write) {
    ProgramBuilder builder;
    builder.output("y", write(builder));
    const Program program = std::move(builder).finish();
    const auto managed = compile::manage(circuit::optimise(program.circuit), program.slots());
    const compile::LevelCounts counts = compile::count_operations(managed).total();
    return {managed.depth(), counts.rotations, counts.relinearizations};
}

class Table {
public:
    explicit Table(std::ostream& out) : out_(out) {}
    void line(const char* operation, Unit u, const std::string& shape, const Costs& hit, const Costs& ours) {
        out_ << "| " << operation << " | " << u.height() << " × " << u.width() << " | " << shape << " | " << text(hit)
             << " | " << text(ours) << " |\n";
        EXPECT_LE(ours.levels, hit.levels) << operation << " " << shape;
    }

private:
    static std::string text(const Costs& c) {
        return std::to_string(c.levels) + " | " + std::to_string(c.rotations) + " | " +
               std::to_string(c.relinearizations);
    }
    std::ostream& out_;
};

std::string text(Shape s) { return std::to_string(s.rows) + " × " + std::to_string(s.columns); }

void vectors_and_sums(Table& table, Unit u) {
    const std::size_t h = u.height();
    const std::size_t w = u.width();
    const Hit hit{u};
    const std::vector<Shape> sizes{{h, w}, {2 * h, w}, {h, 3 * w}, {2 * h, 2 * w}, {h + 17, w + 11}, {h / 2, w / 2}};
    for (const Shape s : sizes) {
        const auto matrix = [=](ProgramBuilder& b) { return b.matrix("m", u, s.rows, s.columns); };
        const auto column = [=](ProgramBuilder& b) { return b.column_vector("x", u, s.columns); };
        const auto row = [=](ProgramBuilder& b) { return b.row_vector("x", u, s.rows); };
        const auto line = [&](const char* name, const Costs& its, const auto& write) {
            table.line(name, u, text(s), its, ours(write));
        };
        line("`sum_rows`", hit.sum_rows(s), [&](auto& b) { return sum_rows(matrix(b)); });
        line("`sum_cols`, as it comes", hit.sum_cols(s), [&](auto& b) { return sum_columns(matrix(b)); });
        line("`sum_cols`, in all columns", hit.sum_cols(s), [&](auto& b) { return spread(sum_columns(matrix(b))); });
        line("row × matrix", hit.row_times_matrix(s), [&](auto& b) { return multiply(row(b), matrix(b)); });
        line("matrix × column, as it comes", hit.matrix_times_column(s),
             [&](auto& b) { return multiply(matrix(b), column(b)); });
        line("matrix × column, in all columns", hit.matrix_times_column(s),
             [&](auto& b) { return spread(multiply(matrix(b), column(b))); });
    }
}

void matrix_products(Table& table, Unit u, const std::vector<std::size_t>& sizes) {
    const Hit hit{u};
    for (const std::size_t n : sizes) {
        const std::string shape = text({n, n}) + ", " + text({n, n});
        const auto a = [=](ProgramBuilder& b) { return b.matrix("a", u, n, n); };
        const auto c = [=](ProgramBuilder& b) { return b.matrix("c", u, n, n); };
        const auto by = [&](const char* name, const Costs& its, ProductForm form, bool left) {
            table.line(name, u, shape, its, ours([&](auto& b) {
                           const Matrix x = a(b);
                           return left ? transposed_times(x, c(b), form) : times_transposed(x, c(b), form);
                       }));
        };
        by("row major (AᵀB), vectors", hit.row_major(n, n, n), ProductForm::vectors, true);
        by("row major (AᵀB), diagonals", hit.row_major(n, n, n), ProductForm::diagonals, true);
        by("column major (ABᵀ), vectors", hit.col_major(n, n, n), ProductForm::vectors, false);
        if (2 * n <= u.width() + 1)
            by("column major (ABᵀ), diagonals", hit.col_major(n, n, n), ProductForm::diagonals, false);
        table.line("A and B as they are (AB)", u, shape, hit.row_major(n, n, n), ours([&](auto& b) {
                       const Matrix x = a(b);
                       return multiply(x, c(b));
                   }));
    }
}

std::string table() {
    std::ostringstream out;
    Table lines(out);
    for (const Unit u : {Unit::make(64, 64), Unit::make(16, 256)}) vectors_and_sums(lines, u);
    matrix_products(lines, Unit::make(64, 64), {64, 75, 32});
    matrix_products(lines, Unit::make(16, 256), {16, 33});
    return out.str();
}

TEST(HitTable, SaysWhatCircuitsCost) {
    std::ifstream page(std::string(TACIT_SOURCE_DIR) + "/docs/hit-linear-algebra.md");
    const std::string content{std::istreambuf_iterator<char>(page), {}};
    const std::string head = "|---|---|---|---|---|---|---|---|---|\n";
    const std::size_t begin = content.find(head);
    ASSERT_NE(begin, std::string::npos);
    const std::size_t first = begin + head.size();
    const std::string expected = table();
    std::istringstream said(content.substr(first, content.find("\n\n", first) + 1 - first));
    std::istringstream counted(expected);
    std::string its;
    for (std::string line; std::getline(counted, line);) {
        ASSERT_TRUE(std::getline(said, its) && its == line) << "docs/hit-linear-algebra.md says\n"
                                                            << its << "\nbut the lines are\n"
                                                            << expected;
    }
    EXPECT_FALSE(std::getline(said, its)) << "docs/hit-linear-algebra.md goes on with\n" << its;
}

}  // namespace
}  // namespace tacit::linalg
