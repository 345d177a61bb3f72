// The same programs as in the other tests, on ciphertexts: keys for exactly the rotations of each, secure parameters.
#include <algorithm>
#include <numbers>

#include "linalg/trial.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/linalg/inverse.hpp"
#include "tacit/linalg/matrix_product.hpp"
#include "tacit/linalg/products.hpp"
#include "tacit/linalg/public_product.hpp"
#include "tacit/linalg/rearrange.hpp"
#include "tacit/runtime/executor.hpp"

namespace tacit::linalg {
namespace {

/// Checks the program in the clear, then on ciphertexts of 4096 slots, with 128 bits of security.
void check_encrypted(Trial& t, int depth, double tolerance = 1e-3) {
    const Program program = t.check();
    const auto managed = compile::manage(program.circuit, program.slots());
    ASSERT_EQ(managed.depth(), depth);
    const auto parameters = ckks::Parameters::create(
        {.depth = depth, .scale_bits = depth > 2 ? 30 : 35, .integer_bits = 11, .log_ring_dimension = 13});
    ASSERT_EQ(parameters.slots(), program.slots());
    const auto keys = ckks::generate_keys(parameters, managed.key_request());
    const ckks::Encryptor encryptor(keys.secret_key);
    std::vector<ckks::Ciphertext> inputs;
    for (const auto& slots : t.packed(program)) {
        inputs.push_back(encryptor.encrypt(slots, managed.input_levels()[inputs.size()]));
    }
    const ckks::Decryptor decryptor(keys.secret_key);
    std::vector<std::vector<double>> results;
    for (const auto& output : runtime::execute(managed, keys.evaluation_keys, std::move(inputs))) {
        results.push_back(decryptor.decrypt(output));
    }
    t.compare(program, results, tolerance);
}

Dense product(const Dense& a, const Dense& b) { return elementwise(a, b, std::multiplies<>()); }

struct Encrypted : ::testing::TestWithParam<Unit> {
    const Unit unit = GetParam();
    const std::size_t h = unit.height();
    const std::size_t w = unit.width();
};

TEST_P(Encrypted, ArithmeticOnPaddedValues) {
    Trial t;
    const auto a = t.matrix(unit, h + 17, w + 11);
    const auto b = t.matrix(unit, h + 17, w + 11, false);
    const auto u = t.row(unit, h + 17);
    const auto v = t.row(unit, h + 17);
    const auto x = t.column(unit, w / 2);
    const auto y = t.column(unit, w / 2);
    std::mt19937_64 random(9);
    const Dense c = random_dense(h + 17, w + 11, random);
    const Dense pi = filled(h + 17, w + 11, std::numbers::pi);
    t.expect(a.value + b.value, elementwise(a.clear, b.clear, std::plus<>()));
    t.expect(a.value - c, elementwise(a.clear, c, std::minus<>()));
    t.expect(sum_columns(std::numbers::pi - a.value), column_sums(elementwise(pi, a.clear, std::minus<>())));
    t.expect(u.value - v.value, elementwise(u.clear, v.clear, std::minus<>()));
    t.expect(sum(std::vector{x.value, -y.value, x.value}),
             elementwise(x.clear, y.clear, [](double p, double q) { return 2 * p - q; }));
    t.expect(std::numbers::pi * a.value, scaled(a.clear, std::numbers::pi));
    check_encrypted(t, 1);
}

TEST_P(Encrypted, HadamardProducts) {
    Trial t;
    const auto a = t.matrix(unit, h + 17, w);
    const auto b = t.matrix(unit, h + 17, w);
    const auto u = t.row(unit, h + 17);
    const auto x = t.column(unit, w);
    const auto s = t.scalar(unit);
    t.expect(hadamard(a.value, b.value), product(a.clear, b.clear));
    t.expect(hadamard(a.value, a.value), product(a.clear, a.clear));
    t.expect(hadamard(u.value, u.value), product(u.clear, u.clear));
    t.expect(hadamard(x.value, x.value), product(x.clear, x.clear));
    t.expect(hadamard(u.value, b.value), product(b.clear, times(transposed(u.clear), filled(1, w, 1))));
    t.expect(hadamard(b.value, x.value), product(b.clear, times(filled(h + 17, 1, 1), transposed(x.clear))));
    t.expect(hadamard(a.value, b.clear), product(a.clear, b.clear));
    t.expect(multiply(s.value, x.value), scaled(x.clear, s.clear(0, 0)));
    t.expect(outer(u.value, x.value), times(transposed(u.clear), transposed(x.clear)));
    check_encrypted(t, 1);
}

TEST_P(Encrypted, SumsAndProductsWithVectors) {
    Trial t;
    const auto m = t.matrix(unit, h + 17, w + 11);
    const auto u = t.row(unit, h + 17);
    const auto x = t.column(unit, w + 11);
    t.expect(sum_rows(m.value), row_sums(m.clear));
    t.expect(sum_columns(m.value), column_sums(m.clear));
    t.expect(spread(sum_columns(m.value)), column_sums(m.clear));
    t.expect(multiply(u.value, m.value), transposed(times(u.clear, m.clear)));
    t.expect(multiply(m.value, x.value), transposed(times(m.clear, x.clear)));
    t.expect(dot(u.value, u.value), times(u.clear, transposed(u.clear)));
    t.expect(dot(x.value, x.value), times(transposed(x.clear), x.clear));
    check_encrypted(t, 1);
}

TEST_P(Encrypted, ProductsInARow) {
    Trial t;
    const auto m = t.matrix(unit, h, 2 * w);
    const auto x = t.column(unit, 2 * w);
    const Dense image = scaled(times(m.clear, x.clear), 0.25);
    t.expect(multiply(multiply(m.value, x.value) * 0.25, m.value), times(transposed(m.clear), image));
    check_encrypted(t, 3, 1e-2);
}

TEST_P(Encrypted, MatricesByDiagonals) {
    if (w > 64) GTEST_SKIP() << "256 diagonals, and the same as 64";
    Trial t;
    const auto m = t.input<Kind::diagonals>(Layout::diagonals(unit, w, w - 3));
    const auto x = t.column(unit, w - 3);
    t.expect(multiply(m.value, x.value), times(m.clear, x.clear));
    check_encrypted(t, 1);
}

TEST_P(Encrypted, PublicMatrices) {
    Trial t;
    std::mt19937_64 random(9);
    const auto m = t.matrix(unit, 16, 16, false);
    const auto u = t.row(unit, h);
    const auto x = t.column(unit, w);
    const Dense d = random_dense(16, 16, random);
    const Dense down = random_dense(h, 5, random);
    const Dense along = random_dense(5, w, random);
    t.expect(multiply(d, m.value), times(d, m.clear));
    t.expect(multiply(m.value, d), times(m.clear, d));
    t.expect(multiply(u.value, down), transposed(times(u.clear, down)));
    t.expect(multiply(along, x.value), transposed(times(along, x.clear)));
    t.expect(multiply_by_diagonals(u.value, down), times(u.clear, down));
    t.expect(multiply_by_diagonals(along, x.value), times(along, x.clear));
    check_encrypted(t, 1);
}

TEST_P(Encrypted, MatrixProducts) {
    Trial t;
    const auto a = t.matrix(unit, h / 2, 7);
    const auto b = t.matrix(unit, 7, w + 11);
    const auto c = t.matrix(unit, 6, 7, false);
    const auto d = t.matrix(unit, 7, 5);
    const auto e = t.matrix(unit, 4, 7, false);
    const auto f = t.matrix(unit, 7, 9);
    t.expect(multiply(a.value, b.value), times(a.clear, b.clear));
    t.expect(transposed_times(f.value, d.value, ProductForm::diagonals), times(transposed(f.clear), d.clear));
    t.expect(times_transposed(c.value, e.value, ProductForm::diagonals), times(c.clear, transposed(e.clear)));
    check_encrypted(t, 3, 1e-2);
}

TEST_P(Encrypted, MatrixProductsByVectors) {
    Trial t;
    const auto a = t.matrix(unit, h + 1, 4);
    const auto b = t.matrix(unit, h + 1, w);
    const auto c = t.matrix(unit, h, w);
    const auto d = t.matrix(unit, 3, w);
    t.expect(transposed_times(a.value, b.value, ProductForm::vectors), times(transposed(a.clear), b.clear));
    t.expect(times_transposed(c.value, d.value, ProductForm::vectors), times(c.clear, transposed(d.clear)));
    check_encrypted(t, 3, 1e-2);
}

TEST_P(Encrypted, ElementsInOtherPlaces) {
    Trial t;
    const auto m = t.matrix(unit, 8, 8);
    const auto n = t.matrix(unit, 8, 5);
    const auto u = t.row(unit, 12);
    const auto x = t.column(unit, 12);
    t.expect(transpose(m.value), transposed(m.clear));
    t.expect(transpose(u.value), transposed(u.clear));
    t.expect(transpose(x.value), transposed(x.clear));
    t.expect(with_unit(x.value, unit.transposed()), x.clear);
    t.expect(with_unit(m.value, unit.transposed()), m.clear);
    t.expect(sum_rows(beside(m.value, n.value)), [&] {
        Dense sums = row_sums(m.clear);
        std::vector<double> values(sums.values().begin(), sums.values().end());
        const Dense more = row_sums(n.clear);
        values.insert(values.end(), more.values().begin(), more.values().end());
        return Dense::column(std::move(values));
    }());
    check_encrypted(t, 1);
}

INSTANTIATE_TEST_SUITE_P(Units, Encrypted, ::testing::Values(Unit::make(64, 64), Unit::make(16, 256)),
                         [](const auto& test) {
                             return std::to_string(test.param.height()) + "x" + std::to_string(test.param.width());
                         });

}  // namespace
}  // namespace tacit::linalg
