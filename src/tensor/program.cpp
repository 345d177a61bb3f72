#include "tacit/tensor/program.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/fail.hpp"
#include "tensor/linear_form.hpp"
#include "tensor/recording.hpp"

namespace tacit::tensor {

namespace {

using Kind = VectorNode::Kind;
constexpr std::size_t largest_degree = 63;

void require_same(const std::shared_ptr<detail::Recording>& a, const std::shared_ptr<detail::Recording>& b,
                  const char* operation) {
    if (a != b) {
        fail(ErrorCode::invalid_argument, "{}: the operands belong to two tracers; make both with one", operation);
    }
    a->require_open();
}

void require_finite(const char* operation, double value) {
    if (!std::isfinite(value)) {
        fail(ErrorCode::invalid_argument, "{}: the factor {} is not finite; use finite numbers", operation, value);
    }
}

void require_size(const std::string& name, std::size_t size) {
    if (size == 0) fail(ErrorCode::invalid_argument, "tensor input '{}': a size is 0; it has to be positive", name);
}

polynomial::Polynomial without_rounding(const polynomial::Polynomial& p) {
    if (p.basis() == polynomial::Basis::power) return p;
    const auto c = p.coefficients();
    double largest = 0;
    for (const double x : c) largest = std::max(largest, std::abs(x));
    std::size_t kept = c.size();
    while (kept > 1 && std::abs(c[kept - 1]) < std::ldexp(largest, -50)) --kept;
    return polynomial::Polynomial::chebyshev({c.begin(), c.begin() + static_cast<std::ptrdiff_t>(kept)}, p.interval());
}

void require_all_finite(const std::string& name, const std::vector<double>& values) {
    if (std::ranges::all_of(values, [](double x) { return std::isfinite(x); })) return;
    fail(ErrorCode::invalid_argument, "public input '{}': a value is not finite; use finite numbers", name);
}

}  // namespace

namespace detail {

void Recording::require_open() const {
    if (finished_) fail(ErrorCode::invalid_argument, "tensor: the program is finished and takes no more operations");
}

std::uint32_t Recording::add_matrix(MatrixInfo info) {
    require_open();
    require_size(info.name, std::min(info.rows, info.columns));
    program_.matrices_.push_back(std::move(info));
    return static_cast<std::uint32_t>(program_.matrices_.size() - 1);
}

std::uint32_t Recording::add_vector(VectorInfo info) {
    require_open();
    require_size(info.name, info.size);
    program_.vectors_.push_back(std::move(info));
    return static_cast<std::uint32_t>(program_.vectors_.size() - 1);
}

std::uint32_t Recording::push(VectorNode node) {
    require_open();
    program_.nodes_.push_back(std::move(node));
    return static_cast<std::uint32_t>(program_.nodes_.size() - 1);
}

void Recording::output(std::uint32_t node) {
    require_open();
    program_.outputs_.push_back(node);
}

Program Recording::finish() {
    require_open();
    if (program_.outputs_.empty()) fail(ErrorCode::invalid_argument, "tensor: a program needs an output; name one");
    finished_ = true;
    return std::move(program_);
}

}  // namespace detail

Tracer::Tracer() : recording_(std::make_shared<detail::Recording>()) {}

Matrix Tracer::matrix(std::string name, std::size_t rows, std::size_t columns, Owner owner) {
    const std::uint32_t number = recording_->add_matrix({std::move(name), rows, columns, owner, {}});
    return {recording_, {{number, false}}};
}

Vector Tracer::vector(std::string name, std::size_t size, Owner owner) {
    const std::uint32_t number = recording_->add_vector({std::move(name), size, owner, {}});
    return {recording_, recording_->push({.kind = Kind::input, .size = size, .lhs = number})};
}

Matrix Tracer::public_matrix(std::string name, ClearMatrix values) {
    if (values.values.size() != values.rows * values.columns) {
        fail(ErrorCode::invalid_argument, "public matrix '{}': {} values for {} x {}; give rows * columns of them",
             name, values.values.size(), values.rows, values.columns);
    }
    require_all_finite(name, values.values);
    MatrixInfo info{std::move(name), values.rows, values.columns, {}, {}};
    info.known = std::move(values);
    return {recording_, {{recording_->add_matrix(std::move(info)), false}}};
}

Vector Tracer::public_vector(std::string name, std::vector<double> values) {
    require_all_finite(name, values);
    const std::size_t size = values.size();
    const std::uint32_t number = recording_->add_vector({std::move(name), size, {}, std::move(values)});
    return {recording_, recording_->push({.kind = Kind::input, .size = size, .lhs = number})};
}

Vector Tracer::zeros(std::size_t size) {
    require_size("zeros", size);
    return {recording_, recording_->push({.kind = Kind::zero, .size = size})};
}

void Tracer::output(const Vector& value) {
    require_same(recording_, value.recording_, "output");
    recording_->output(value.node_);
}

Program Tracer::finish() && { return recording_->finish(); }

std::size_t Matrix::rows() const { return recording_->program().rows(chain_.front()); }
std::size_t Matrix::columns() const { return recording_->program().columns(chain_.back()); }

Matrix transpose(const Matrix& a) { return {a.recording_, transposed(a.chain_)}; }

Matrix operator*(const Matrix& a, const Matrix& b) {
    require_same(a.recording_, b.recording_, "matrix product");
    if (a.columns() != b.rows()) {
        fail(ErrorCode::invalid_argument, "matrix product: {} x {} times {} x {}; the inner sizes have to be equal",
             a.rows(), a.columns(), b.rows(), b.columns());
    }
    Chain chain = a.chain_;
    chain.insert(chain.end(), b.chain_.begin(), b.chain_.end());
    return {a.recording_, std::move(chain)};
}

std::size_t Vector::size() const { return recording_->size(node_); }

Vector operator*(const Matrix& a, const Vector& x) {
    require_same(a.recording_, x.recording_, "matrix times vector");
    if (a.columns() != x.size()) {
        fail(ErrorCode::invalid_argument,
             "matrix times vector: {} x {} times {} entries; the inner sizes have to agree", a.rows(), a.columns(),
             x.size());
    }
    VectorNode node{.kind = Kind::product, .size = a.rows(), .lhs = x.node_};
    node.chain = a.chain_;
    return {x.recording_, x.recording_->push(std::move(node))};
}

Vector operator+(const Vector& a, const Vector& b) {
    require_same(a.recording_, b.recording_, "vector sum");
    if (a.size() != b.size()) {
        fail(ErrorCode::invalid_argument, "vector sum: {} and {} entries; the sizes have to be equal", a.size(),
             b.size());
    }
    VectorNode node{.kind = Kind::add, .size = a.size(), .lhs = a.node_, .rhs = b.node_};
    return {a.recording_, a.recording_->push(std::move(node))};
}

Vector operator-(const Vector& a, const Vector& b) { return a + (-1.0) * b; }

Vector operator*(double c, const Vector& a) {
    a.recording_->require_open();
    require_finite("scalar times vector", c);
    return {a.recording_, a.recording_->push({.kind = Kind::scale, .size = a.size(), .lhs = a.node_, .factor = c})};
}

Vector polynomial(const polynomial::Polynomial& p, const Vector& a, circuit::Location where) {
    a.recording_->require_open();
    polynomial::Polynomial kept = without_rounding(p);
    if (kept.degree() > largest_degree) {
        fail(ErrorCode::invalid_argument, "{}polynomial: degree {}, the limit is {}; fit one of a lower degree",
             prefix(where), kept.degree(), largest_degree);
    }
    VectorNode node{.kind = Kind::polynomial, .size = a.size(), .lhs = a.node_};
    node.entrywise = std::move(kept);
    node.where = where;
    return {a.recording_, a.recording_->push(std::move(node))};
}

Vector polynomial(std::vector<double> coefficients, const Vector& a, circuit::Location where) {
    return polynomial(polynomial::Polynomial::power(std::move(coefficients)), a, where);
}

}  // namespace tacit::tensor
