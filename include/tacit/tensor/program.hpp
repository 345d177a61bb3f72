#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tacit/circuit/circuit.hpp"
#include "tacit/polynomial/polynomial.hpp"

namespace tacit::tensor {

namespace detail {
class Recording;
}

/// A matrix in the clear [rows x columns], row-major.
struct ClearMatrix {
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::vector<double> values{};
    [[nodiscard]] double operator()(std::size_t r, std::size_t c) const { return values[r * columns + c]; }
};

/// Whose input it is. What one owner knows it may multiply in the clear before it encrypts; what belongs to different
/// owners meets under encryption only.
enum class Owner : std::int32_t {};

struct MatrixInfo {
    std::string name{};
    std::size_t rows = 0;
    std::size_t columns = 0;
    Owner owner{};
    /// A public matrix is part of the program: everybody knows it, and it is no input.
    std::optional<ClearMatrix> known{};
};

struct VectorInfo {
    std::string name{};
    std::size_t size = 0;
    Owner owner{};
    std::optional<std::vector<double>> known{};  ///< as of a matrix
};

/// One matrix of a product, as given or transposed.
struct Factor {
    std::uint32_t matrix = 0;
    bool transposed = false;
    friend auto operator<=>(const Factor&, const Factor&) = default;
};

/// A product of matrices, the leftmost first; empty: the identity.
using Chain = std::vector<Factor>;

/// One vector of a program. Operands are positions of earlier nodes.
struct VectorNode {
    enum class Kind : std::uint8_t { input, zero, add, scale, product, polynomial };
    Kind kind = Kind::zero;
    std::size_t size = 0;
    std::uint32_t lhs = 0, rhs = 0;                     ///< input: its number in lhs
    double factor = 1;                                  ///< scale
    Chain chain{};                                      ///< product: chain * lhs
    std::optional<polynomial::Polynomial> entrywise{};  ///< polynomial: of every entry of lhs
    circuit::Location where{};
};

/// A computation on encrypted matrices and vectors, as a user writes it: which products come first, how vectors lie in
/// slots and who computes what is not said. Immutable; made by `Tracer`.
class Program {
public:
    [[nodiscard]] std::span<const MatrixInfo> matrices() const noexcept { return matrices_; }
    [[nodiscard]] std::span<const VectorInfo> vectors() const noexcept { return vectors_; }
    [[nodiscard]] std::span<const VectorNode> nodes() const noexcept { return nodes_; }
    [[nodiscard]] std::span<const std::uint32_t> outputs() const noexcept { return outputs_; }
    [[nodiscard]] std::size_t rows(const Factor& f) const {
        return f.transposed ? matrices_[f.matrix].columns : matrices_[f.matrix].rows;
    }
    [[nodiscard]] std::size_t columns(const Factor& f) const {
        return f.transposed ? matrices_[f.matrix].rows : matrices_[f.matrix].columns;
    }

private:
    friend class detail::Recording;
    std::vector<MatrixInfo> matrices_;
    std::vector<VectorInfo> vectors_;
    std::vector<VectorNode> nodes_;
    std::vector<std::uint32_t> outputs_;
};

class Vector;

/// A product of encrypted matrices that is not known yet.
class Matrix {
public:
    [[nodiscard]] std::size_t rows() const;
    [[nodiscard]] std::size_t columns() const;
    friend Matrix transpose(const Matrix& a);
    friend Matrix operator*(const Matrix& a, const Matrix& b);
    friend Vector operator*(const Matrix& a, const Vector& x);

private:
    friend class Tracer;
    Matrix(std::shared_ptr<detail::Recording> recording, Chain chain)
        : recording_(std::move(recording)), chain_(std::move(chain)) {}
    std::shared_ptr<detail::Recording> recording_;
    Chain chain_;
};
[[nodiscard]] Matrix transpose(const Matrix& a);

/// A vector that is not known yet; has the operators of linear algebra.
class Vector {
public:
    [[nodiscard]] std::size_t size() const;
    friend Vector operator*(const Matrix& a, const Vector& x);
    friend Vector operator+(const Vector& a, const Vector& b);
    friend Vector operator-(const Vector& a, const Vector& b);
    friend Vector operator*(double c, const Vector& a);
    friend Vector polynomial(const polynomial::Polynomial& p, const Vector& a, circuit::Location where);

private:
    friend class Tracer;
    friend class detail::Recording;
    Vector(std::shared_ptr<detail::Recording> recording, std::uint32_t node)
        : recording_(std::move(recording)), node_(node) {}
    std::shared_ptr<detail::Recording> recording_;
    std::uint32_t node_;
};
/// p of every entry, in either basis, up to degree 63. Leading Chebyshev coefficients below 2^-50 of the largest are
/// rounding and left out.
[[nodiscard]] Vector polynomial(const polynomial::Polynomial& p, const Vector& a,
                                circuit::Location where = circuit::Location::here());
/// c[0] + c[1] x + c[2] x^2 + ... of every entry; up to degree 63, but from about 15 on a fit wants the Chebyshev
/// basis.
[[nodiscard]] Vector polynomial(std::vector<double> coefficients, const Vector& a,
                                circuit::Location where = circuit::Location::here());

/// Makes programs: declare inputs, compute with ordinary operators and loops, name the outputs.
///
/// Errors are `invalid_argument`: shapes that do not fit, sizes of 0, numbers that are not finite, values of another
/// tracer, a degree above 63.
class Tracer {
public:
    Tracer();
    [[nodiscard]] Matrix matrix(std::string name, std::size_t rows, std::size_t columns, Owner owner = {});
    [[nodiscard]] Vector vector(std::string name, std::size_t size, Owner owner = {});
    /// Known to everybody: an owner multiplies it with what it knows itself, the server by plaintext otherwise.
    [[nodiscard]] Matrix public_matrix(std::string name, ClearMatrix values);
    [[nodiscard]] Vector public_vector(std::string name, std::vector<double> values);
    [[nodiscard]] Vector zeros(std::size_t size);
    void output(const Vector& value);
    /// The program; at least one output is needed. The tracer is unusable afterwards.
    [[nodiscard]] Program finish() &&;

private:
    std::shared_ptr<detail::Recording> recording_;
};

/// What the owners put in: one value for each matrix and vector of a program that is not public, in their order.
struct ClearInputs {
    std::vector<ClearMatrix> matrices{};
    std::vector<std::vector<double>> vectors{};
};

/// The program as it is written, on numbers: the reference for everything that is made from it. Throws
/// invalid_argument if number or shapes of the inputs do not fit.
[[nodiscard]] std::vector<std::vector<double>> evaluate(const Program& program, const ClearInputs& inputs);

}  // namespace tacit::tensor
