#include "ckks/key_switch.hpp"

#include <algorithm>

#include "math/kernels.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks {

DigitDecomposition::DigitDecomposition(const Context& context, const ring::EvaluationPoly& poly)
    : context_(&context),
      poly_(&poly),
      limbs_(poly.limbs()),
      digits_(context.digits(poly.limbs())),
      prepared_(context.dimension(), poly.limbs()) {
    const std::size_t n = context.dimension();
    const std::size_t alpha = context.chain().digit_limbs;
    parallel_for(0, limbs_, [&](std::size_t i) {
        const std::size_t digit = i / alpha;
        const auto& converter = context.digit_converter(digit, std::min(alpha, limbs_ - digit * alpha));
        double* row = prepared_.limb(i);
        std::copy_n(poly.limb(i), n, row);
        math::kernels().ntt_inverse(row, context.ring().table(i));
        math::kernels().mul_scalar(row, row, converter.source_factor(i - digit * alpha), n, context.ring().modulus(i));
    });
}

bool DigitDecomposition::in_digit(std::size_t row, std::size_t digit) const {
    return row < limbs_ && row / context_->chain().digit_limbs == digit;
}

void DigitDecomposition::raise(std::size_t digit, std::size_t row, double* out) const {
    const std::size_t alpha = context_->chain().digit_limbs;
    const std::size_t begin = digit * alpha;
    const auto& converter = context_->digit_converter(digit, std::min(alpha, limbs_ - begin));
    std::vector<const double*> rows;
    for (std::size_t i = 0; i < converter.source_count(); ++i) rows.push_back(prepared_.limb(begin + i));
    const std::size_t prime = prime_of_row(row);
    converter.convert(out, rows.data(), nullptr, prime, context_->dimension());
    math::kernels().ntt_forward(out, context_->ring().table(prime));
}

void DigitDecomposition::raise_all() {
    for (std::size_t digit = 0; digit < digits_; ++digit) raised_.emplace_back(context_->dimension(), row_count());
    parallel_for(0, digits_ * row_count(), [&](std::size_t task) {
        const std::size_t digit = task % digits_;
        const std::size_t row = task / digits_;
        if (!in_digit(row, digit)) raise(digit, row, raised_[digit].limb(row));
    });
}

ExtendedPair DigitDecomposition::inner_product(const KeySwitchKey& key) const {
    const std::size_t n = context_->dimension();
    ExtendedPair out{{n, row_count()}, {n, row_count()}};
    parallel_for(0, row_count(), [&](std::size_t row) {
        const std::size_t prime = prime_of_row(row);
        ring::EvaluationPoly scratch(n, raised_.empty() ? digits_ : 0);
        std::vector<const double*> digit(digits_), b(digits_), a(digits_);
        for (std::size_t j = 0; j < digits_; ++j) {
            if (in_digit(row, j)) {
                digit[j] = poly_->limb(row);
            } else if (!raised_.empty()) {
                digit[j] = raised_[j].limb(row);
            } else {
                raise(j, row, scratch.limb(j));
                digit[j] = scratch.limb(j);
            }
            b[j] = key.b(j).limb(prime);
            a[j] = key.a(j).limb(prime);
        }
        math::kernels().inner_product2(out.c0.limb(row), out.c1.limb(row), digit.data(), b.data(), a.data(), digits_, n,
                                       context_->ring().modulus(prime));
    });
    return out;
}

}  // namespace tacit::ckks
