#include "ckks/key_switch.hpp"

#include <algorithm>

#include "math/kernels.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks {

namespace {
constexpr std::size_t rows_per_task = 4;
}

DigitDecomposition::DigitDecomposition(const Context& context, const ring::EvaluationPoly& poly)
    : context_(&context), poly_(&poly), limbs_(poly.limbs()), digits_(context.digits(poly.limbs())) {
    const ring::CoefficientPoly prepared = prepare();
    for (std::size_t digit = 0; digit < digits_; ++digit) raised_.emplace_back(context.dimension(), row_count());
    // One digit after the other: its prepared rows stay in the cache. A task raises a few rows at once.
    std::vector<std::vector<std::size_t>> foreign(digits_);
    for (std::size_t digit = 0; digit < digits_; ++digit) {
        for (std::size_t row = 0; row < row_count(); ++row) {
            if (!in_digit(row, digit)) foreign[digit].push_back(row);
        }
    }
    const std::size_t tasks_per_digit = (row_count() + rows_per_task - 1) / rows_per_task;
    parallel_for(0, digits_ * tasks_per_digit, [&](std::size_t task) {
        const std::vector<std::size_t>& rows = foreign[task / tasks_per_digit];
        const std::size_t begin = std::min(rows.size(), task % tasks_per_digit * rows_per_task);
        raise(prepared, task / tasks_per_digit,
              std::span(rows).subspan(begin, std::min(rows_per_task, rows.size() - begin)));
    });
}

/// Coefficients, multiplied by what base conversion wants.
ring::CoefficientPoly DigitDecomposition::prepare() const {
    const std::size_t n = context_->dimension();
    const std::size_t alpha = context_->chain().digit_limbs;
    ring::CoefficientPoly prepared(n, limbs_);
    parallel_for(0, limbs_, [&](std::size_t i) {
        const std::size_t digit = i / alpha;
        const auto& converter = context_->digit_converter(digit, std::min(alpha, limbs_ - digit * alpha));
        double* row = prepared.limb(i);
        std::copy_n(poly_->limb(i), n, row);
        math::kernels().ntt_inverse(row, context_->ring().table(i));
        math::kernels().mul_scalar(row, row, converter.source_factor(i - digit * alpha), n,
                                   context_->ring().modulus(i));
    });
    return prepared;
}

void DigitDecomposition::raise(const ring::CoefficientPoly& prepared, std::size_t digit,
                               std::span<const std::size_t> rows) {
    const std::size_t alpha = context_->chain().digit_limbs;
    const std::size_t begin = digit * alpha;
    const auto& converter = context_->digit_converter(digit, std::min(alpha, limbs_ - begin));
    std::vector<const double*> sources;
    for (std::size_t i = 0; i < converter.source_count(); ++i) sources.push_back(prepared.limb(begin + i));
    std::vector<double*> out;
    std::vector<std::size_t> primes;
    for (const std::size_t row : rows) {
        out.push_back(raised_[digit].limb(row));
        primes.push_back(prime_of_row(row));
    }
    converter.convert(out, sources.data(), nullptr, primes, context_->dimension());
    for (std::size_t i = 0; i < rows.size(); ++i)
        math::kernels().ntt_forward(out[i], context_->ring().table(primes[i]));
}

ExtendedPair DigitDecomposition::inner_product(const KeySwitchKey& key, const ring::EvaluationPoly* c0,
                                               const ring::EvaluationPoly* c1) const {
    const std::size_t n = context_->dimension();
    ExtendedPair out{{n, row_count()}, {n, row_count()}};
    parallel_for(0, row_count(), [&](std::size_t row) {
        multiply_row(out, key, row);
        if (row >= limbs_) return;  // P c is 0 modulo the special primes
        const math::Modulus& q = context_->ring().modulus(row);
        const double special = context_->special_product(row);
        if (c0 != nullptr) math::kernels().mul_scalar_add(out.c0.limb(row), c0->limb(row), special, n, q);
        if (c1 != nullptr) math::kernels().mul_scalar_add(out.c1.limb(row), c1->limb(row), special, n, q);
    });
    return out;
}

void DigitDecomposition::multiply_row(ExtendedPair& out, const KeySwitchKey& key, std::size_t row) const {
    const std::size_t prime = prime_of_row(row);
    std::vector<const double*> digit, b, a;
    for (std::size_t j = 0; j < digits_; ++j) {
        digit.push_back(in_digit(row, j) ? poly_->limb(row) : raised_[j].limb(row));
        b.push_back(key.b(j).limb(prime));
        a.push_back(key.a(j).limb(prime));
    }
    math::kernels().inner_product2(out.c0.limb(row), out.c1.limb(row), digit.data(), b.data(), a.data(), digits_,
                                   context_->dimension(), context_->ring().modulus(prime));
}

}  // namespace tacit::ckks
