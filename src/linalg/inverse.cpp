#include "tacit/linalg/inverse.hpp"

#include <cmath>

#include "base/fail.hpp"
#include "tacit/linalg/matrix_product.hpp"

namespace tacit::linalg {

namespace {

/// matrix + factor * I
Matrix plus_identity(const Matrix& matrix, double factor, Location where) {
    Dense identity(matrix.layout().rows(), matrix.layout().rows(), where);
    for (std::size_t i = 0; i < identity.rows(); ++i) identity(i, i) = factor;
    return Located<Matrix>(matrix, where) + identity;
}

void check(const Matrix& matrix, double bound, int iterations, Location where) {
    const bool square = matrix.layout().rows() == matrix.layout().columns();
    if (!square || !(bound > 0) || !std::isfinite(bound) || iterations < 1 || iterations > 30) {
        fail(ErrorCode::invalid_argument,
             "{}inverse: a {}, bound {}, {} iterations; the matrix is square, the bound positive, iterations 1 to 30",
             prefix(where), print(matrix.layout()), bound, iterations);
    }
}

}  // namespace

Matrix inverse_positive_definite(const Matrix& matrix, double bound, int iterations, Location where) {
    check(matrix, bound, iterations, where);
    // The factor 1 / bound goes into the first term, I / bound + R / bound = (2 I - A / bound) / bound, off the longest
    // path.
    const Located<Matrix> given(matrix, where);
    Matrix power = plus_identity(given * (-1 / bound), 1, where);
    Matrix result = plus_identity(given * (-1 / (bound * bound)), 2 / bound, where);
    for (int i = 1; i < iterations; ++i) {
        power = multiply(power, power, where);
        result = multiply(result, plus_identity(power, 1, where), where);
    }
    return result;
}

Matrix inverse(const Matrix& matrix, double bound, int iterations, Location where) {
    const Matrix gram = transposed_times(matrix, matrix, ProductForm::automatic, where);
    return times_transposed(inverse_positive_definite(gram, bound, iterations, where), matrix, ProductForm::automatic,
                            where);
}

}  // namespace tacit::linalg
