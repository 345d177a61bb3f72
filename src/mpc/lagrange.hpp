#pragma once

#include <bit>
#include <span>
#include <utility>
#include <vector>

#include "tacit/mpc/secret_vector.hpp"

namespace tacit::mpc {

/// Polynomials of degree below n by their values at w^0 .. w^(n-1), w a root of unity of order n, a power of two.
template <class F>
class Lagrange {
public:
    explicit Lagrange(std::size_t size) : size_(size), roots_(size), steps_(size) {
        const F root = root_of_unity(size);
        const F step = root_of_unity(2 * size);
        roots_[0] = steps_[0] = F(1);
        for (std::size_t i = 1; i < size; ++i) {
            roots_[i] = roots_[i - 1] * root;
            steps_[i] = steps_[i - 1] * step;
        }
        inverse_size_ = F(size).inverse();
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// The values at the roots of order 2n: [n] -> [2n], what was given at the even places.
    void doubled(std::span<const F> values, std::span<F> out) const {
        SecretVector<F> odd(values.begin(), values.end());
        transform(odd);
        // The inverse transform runs backwards through the same places.
        for (std::size_t i = 1; i < size_ - i; ++i) std::swap(odd[i], odd[size_ - i]);
        for (std::size_t i = 0; i < size_; ++i) odd[i] *= inverse_size_ * steps_[i];
        transform(odd);
        for (std::size_t i = 0; i < size_; ++i) {
            out[2 * i] = values[i];
            out[2 * i + 1] = odd[i];
        }
    }

    /// Weights c such that P(x) = sum_i c[i] P(w^i); x is public and no root of unity of order n. Cost: one inversion
    /// and about 5 products for each value.
    [[nodiscard]] std::vector<F> weights(const F& x) const {
        // c[i] = (x^n - 1) / n * w^i / (x - w^i), all inverses by one: before[i] is the product of those before i.
        std::vector<F> before(size_);
        F product(1);
        for (std::size_t i = 0; i < size_; ++i) {
            before[i] = product;
            product *= x - roots_[i];
        }
        F inverse = product.inverse();
        const F factor = (x.power(size_) - F(1)) * inverse_size_;
        for (std::size_t i = size_; i-- > 0;) {
            before[i] *= inverse * factor * roots_[i];
            inverse *= x - roots_[i];
        }
        return before;
    }

    /// The value at the last root of a polynomial whose degree is below n - 1, from the others [n - 1]: its coefficient
    /// of x^(n-1), which is sum_i P(w^i) w^i / n, is zero.
    [[nodiscard]] F last_value(std::span<const F> others) const {
        F sum;
        for (std::size_t i = 0; i < others.size(); ++i) sum += others[i] * roots_[i];
        return -sum * root_of_unity(size_);
    }

    [[nodiscard]] static F root_of_unity(std::size_t order) {
        F root = F::generator();
        for (int i = std::countr_zero(order); i < F::log_roots; ++i) root *= root;
        return root;
    }

private:
    /// Coefficients to values, in place.
    void transform(std::span<F> a) const {
        const int bits = std::countr_zero(size_);
        for (std::size_t i = 0; i < size_; ++i) {
            std::size_t reversed = 0;
            for (int b = 0; b < bits; ++b) reversed |= ((i >> b) & 1) << (bits - 1 - b);
            if (i < reversed) std::swap(a[i], a[reversed]);
        }
        for (std::size_t half = 1; half < size_; half *= 2) {
            for (std::size_t begin = 0; begin < size_; begin += 2 * half) {
                for (std::size_t i = 0; i < half; ++i) {
                    const F u = a[begin + i];
                    const F v = a[begin + i + half] * roots_[i * (size_ / (2 * half))];
                    a[begin + i] = u + v;
                    a[begin + i + half] = u - v;
                }
            }
        }
    }

    std::size_t size_;
    std::vector<F> roots_;  // powers of a root of order n
    std::vector<F> steps_;  // the first n powers of a root of order 2n
    F inverse_size_;
};

}  // namespace tacit::mpc
