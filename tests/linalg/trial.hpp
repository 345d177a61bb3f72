#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/interpret.hpp"
#include "tacit/circuit/passes.hpp"
#include "tacit/linalg/program.hpp"

namespace tacit::linalg {

// What operations should give, on matrices in the clear.

inline Dense elementwise(const Dense& a, const Dense& b, const std::function<double(double, double)>& f) {
    Dense c(a.rows(), a.columns());
    for (std::size_t i = 0; i < a.rows(); ++i) {
        for (std::size_t j = 0; j < a.columns(); ++j) c(i, j) = f(a(i, j), b(i, j));
    }
    return c;
}
inline Dense times(const Dense& a, const Dense& b) {
    Dense c(a.rows(), b.columns());
    for (std::size_t i = 0; i < a.rows(); ++i) {
        for (std::size_t k = 0; k < a.columns(); ++k) {
            for (std::size_t j = 0; j < b.columns(); ++j) c(i, j) += a(i, k) * b(k, j);
        }
    }
    return c;
}
inline Dense scaled(const Dense& a, double factor) {
    return elementwise(a, a, [factor](double x, double) { return factor * x; });
}
inline Dense filled(std::size_t rows, std::size_t columns, double value) {
    return {rows, columns, std::vector(rows * columns, value)};
}
/// The sums of the columns' elements as a column, as sum_rows gives them.
inline Dense row_sums(const Dense& a) { return transposed(times(filled(1, a.rows(), 1), a)); }
/// The sums of the rows' elements as a row, as sum_columns gives them.
inline Dense column_sums(const Dense& a) { return transposed(times(a, filled(a.columns(), 1, 1))); }
inline Dense random_dense(std::size_t rows, std::size_t columns, std::mt19937_64& random) {
    std::uniform_real_distribution<double> uniform(-1, 1);
    Dense a(rows, columns);
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j) a(i, j) = uniform(random);
    }
    return a;
}

/// An encrypted value and what it holds.
template <Kind K>
struct Known {
    Value<K> value;
    Dense clear;
};

/// A program under test. Inputs are random; where their layout is dirty, the rest holds large garbage. `expect` states
/// what an output holds; `check` computes in the clear and compares every copy of every element, and the rest with zero
/// where the layout says that it is clean.
class Trial {
public:
    explicit Trial(unsigned seed = 1) : random_(seed), seed_(seed) {}

    template <Kind K>
    Known<K> input(const Layout& layout) {
        Dense clear = random_dense(layout.rows(), layout.columns(), random_);
        inputs_.push_back(clear);
        return {builder_.input<K>("in" + std::to_string(inputs_.size()), layout), std::move(clear)};
    }
    Known<Kind::matrix> matrix(Unit unit, std::size_t rows, std::size_t columns, bool clean = true) {
        return input<Kind::matrix>(Layout::matrix(unit, rows, columns).with_clean(clean));
    }
    Known<Kind::row_vector> row(Unit unit, std::size_t length) {
        return input<Kind::row_vector>(Layout::row_vector(unit, length));
    }
    Known<Kind::column_vector> column(Unit unit, std::size_t length) {
        return input<Kind::column_vector>(Layout::column_vector(unit, length));
    }
    Known<Kind::scalar> scalar(Unit unit) { return input<Kind::scalar>(Layout::scalar(unit)); }

    template <Kind K>
    void expect(const Value<K>& value, Dense expected) {
        expected_.push_back(std::move(expected));
        builder_.output("out" + std::to_string(expected_.size()), value);
    }

    /// The program, after its check: errors are below tolerance * (1 + |element|).
    Program check(double tolerance = 1e-9) {
        Program program = std::move(builder_).finish();
        program.circuit = circuit::optimise(program.circuit);
        const auto slots = packed(program);
        circuit::Plain plain(program.slots(), slots);
        std::vector<std::vector<double>> results;
        for (const auto& result : interpret(program.circuit, plain)) results.push_back(result.real());
        compare(program, results, tolerance);
        return program;
    }

    /// The slots of all inputs, with garbage where the layout allows it.
    [[nodiscard]] std::vector<std::vector<double>> packed(const Program& program) {
        auto slots = program.pack(inputs_);
        std::uniform_real_distribution<double> garbage(-100, 100);
        for (const Operand& input : program.inputs) {
            if (input.layout.clean()) continue;
            for (std::size_t tile = 0; tile < input.layout.tiles(); ++tile) {
                for (std::size_t slot = 0; slot < program.slots(); ++slot) {
                    if (!input.layout.element(tile, slot)) slots[input.first + tile][slot] = garbage(random_);
                }
            }
        }
        return slots;
    }

    void compare(const Program& program, const std::vector<std::vector<double>>& results, double tolerance) const {
        ASSERT_EQ(program.unpack(results).size(), expected_.size());
        for (std::size_t i = 0; i < expected_.size(); ++i)
            compare(program.outputs[i], expected_[i], results, tolerance);
    }

private:
    void compare(const Operand& output, const Dense& expected, const std::vector<std::vector<double>>& results,
                 double tolerance) const {
        const Layout& layout = output.layout;
        ASSERT_EQ(layout.rows(), expected.rows());
        ASSERT_EQ(layout.columns(), expected.columns());
        for (std::size_t tile = 0; tile < layout.tiles(); ++tile) {
            for (std::size_t slot = 0; slot < layout.unit().slots(); ++slot) {
                const auto at = layout.element(tile, slot);
                if (!at && !layout.clean()) continue;
                const double wanted = at ? expected(at->row, at->column) : 0;
                ASSERT_NEAR(results[output.first + tile][slot], wanted, tolerance * (1 + std::abs(wanted)))
                    << output.name << ", a " << print(layout) << ", tile " << tile << ", slot " << slot << ", seed "
                    << seed_;
            }
        }
    }

    ProgramBuilder builder_;
    std::mt19937_64 random_;
    unsigned seed_;
    std::vector<Dense> inputs_;
    std::vector<Dense> expected_;
};

/// Shapes that are exact multiples of the unit, larger by 17 and 11 (padding), and half of it.
struct Shape {
    std::size_t rows;
    std::size_t columns;
};
inline std::vector<Shape> shapes(Unit unit) {
    const std::size_t h = unit.height();
    const std::size_t w = unit.width();
    return {{h, w}, {2 * h, w}, {h, 3 * w}, {2 * h, 2 * w}, {h + 17, w + 11}, {h / 2, w / 2}, {h - 1, w - 3}, {5, 2}};
}

inline const std::vector<Unit>& units() {
    static const std::vector<Unit> all{Unit::make(64, 64), Unit::make(16, 256), Unit::make(256, 16)};
    return all;
}

/// Every shape in every unit.
struct Sized {
    Unit unit;
    std::size_t rows;
    std::size_t columns;
};
inline std::vector<Sized> units_and_shapes() {
    std::vector<Sized> all;
    for (const Unit unit : units()) {
        for (const auto& [rows, columns] : shapes(unit)) all.push_back({unit, rows, columns});
    }
    return all;
}

}  // namespace tacit::linalg
