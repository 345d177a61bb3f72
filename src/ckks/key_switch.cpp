#include "ckks/key_switch.hpp"

#include <algorithm>

#include "ckks/row_groups.hpp"
#include "math/kernels.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks {

DigitDecomposition::DigitDecomposition(const Context& context, const ring::EvaluationPoly& poly)
    : context_(&context),
      poly_(&poly),
      limbs_(poly.limbs()),
      digits_(context.digits(poly.limbs())),
      prepared_(context.dimension(), poly.limbs()) {
    const std::size_t alpha = context.chain().digit_limbs;
    parallel_for(0, limbs_, [&](std::size_t i) {
        const std::size_t digit = i / alpha;
        const auto& converter = context.digit_converter(digit, std::min(alpha, limbs_ - digit * alpha));
        math::kernels().ntt_inverse(prepared_.limb(i), poly.limb(i), converter.source_factor(i - digit * alpha),
                                    context.ring().table(i));
    });
}

void DigitDecomposition::raise(std::size_t digit, std::span<const std::size_t> rows,
                               std::span<double* const> out) const {
    const std::size_t alpha = context_->chain().digit_limbs;
    const std::size_t begin = digit * alpha;
    const auto& converter = context_->digit_converter(digit, std::min(alpha, limbs_ - begin));
    std::vector<const double*> sources;
    for (std::size_t i = 0; i < converter.source_count(); ++i) sources.push_back(prepared_.limb(begin + i));
    std::vector<std::size_t> primes;
    for (const std::size_t row : rows) primes.push_back(prime_of_row(row));
    converter.convert(out, sources.data(), nullptr, primes, context_->dimension());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        math::kernels().ntt_forward_top(out[i], context_->ring().table(primes[i]));
    }
}

void DigitDecomposition::keep_raised() {
    std::vector<ring::EvaluationPoly> raised;
    for (std::size_t digit = 0; digit < digits_; ++digit) raised.emplace_back(context_->dimension(), row_count());
    const auto groups = row_groups(0, row_count());
    // One digit after the other: its prepared rows stay in the cache.
    parallel_for(0, digits_ * groups.size(), [&](std::size_t task) {
        const std::size_t digit = task / groups.size();
        std::vector<std::size_t> rows;
        std::vector<double*> out;
        for (const std::size_t row : groups[task % groups.size()]) {
            if (in_digit(row, digit)) continue;
            rows.push_back(row);
            out.push_back(raised[digit].limb(row));
        }
        raise(digit, rows, out);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const math::NttTable& table = context_->ring().table(prime_of_row(rows[i]));
            for (std::size_t block = 0; block < table.blocks(); ++block) {
                math::kernels().ntt_forward_block(out[i], block, table, nullptr, 0);
            }
        }
    });
    raised_ = std::move(raised);
}

std::size_t DigitDecomposition::storage_per_row() const {
    return raised_.empty() ? std::max<std::size_t>(digits_, 2) : 2;
}

auto DigitDecomposition::digit_rows(std::span<const std::size_t> rows, ring::EvaluationPoly& storage) const
    -> std::vector<std::vector<DigitRow>> {
    std::vector<std::vector<DigitRow>> found(rows.size(), std::vector<DigitRow>(digits_));
    std::vector<std::size_t> used(rows.size());
    std::vector<std::vector<std::size_t>> missing(digits_);
    std::vector<std::vector<double*>> out(digits_);
    for (std::size_t digit = 0; digit < digits_; ++digit) {
        for (std::size_t k = 0; k < rows.size(); ++k) {
            if (in_digit(rows[k], digit)) {
                found[k][digit] = {poly_->limb(rows[k]), nullptr};
            } else if (!raised_.empty()) {
                found[k][digit] = {raised_[digit].limb(rows[k]), nullptr};
            } else {
                missing[digit].push_back(rows[k]);
                out[digit].push_back(storage.limb(k * storage_per_row() + used[k]++));
                found[k][digit] = {out[digit].back(), out[digit].back()};
            }
        }
    }
    parallel_for(0, digits_, [&](std::size_t digit) { raise(digit, missing[digit], out[digit]); });
    return found;
}

DigitDecomposition::RaisedRows DigitDecomposition::raised(std::span<const std::size_t> rows) const {
    RaisedRows out{std::vector(rows.size(), std::vector<const double*>(digits_)),
                   {context_->dimension(), storage_per_row() * rows.size()}};
    const auto found = digit_rows(rows, out.storage);
    parallel_for(0, rows.size() * digits_, [&](std::size_t task) {
        const std::size_t k = task / digits_;
        const DigitRow& row = found[k][task % digits_];
        out.digits[k][task % digits_] = row.values;
        if (row.unfinished == nullptr) return;
        const math::NttTable& table = context_->ring().table(prime_of_row(rows[k]));
        for (std::size_t block = 0; block < table.blocks(); ++block) {
            math::kernels().ntt_forward_block(row.unfinished, block, table, nullptr, 0);
        }
    });
    return out;
}

namespace {

/// The inner product of one row, block by block: the last layers of a block's transforms run while the key's part,
/// which the product of the block is about to read, comes from memory.
struct RowProduct {
    const math::NttTable& table;
    std::vector<const double*> digits{};
    std::vector<double*> unfinished{};  // those of the digits whose blocks are still to be transformed
    std::vector<const double*> b{}, a{};
    const double* plus0 = nullptr;
    const double* plus1 = nullptr;
    double factor = 0;

    void run(double* out0, double* out1) {
        const std::size_t length = table.size() / table.blocks();
        for (std::size_t block = 0; block < table.blocks(); ++block) {
            finish_digits(block);
            math::kernels().inner_product2(out0, out1, digits.data(), b.data(), a.data(), digits.size(), plus0, plus1,
                                           factor, length, table.modulus());
            for (auto* rows : {&digits, &b, &a}) {
                for (const double*& row : *rows) row += length;
            }
            for (const double** row : {&plus0, &plus1}) *row = *row == nullptr ? nullptr : *row + length;
            out0 += length;
            out1 += length;
        }
    }

    void finish_digits(std::size_t block) const {
        std::vector<const double*> ahead(b);
        ahead.insert(ahead.end(), a.begin(), a.end());
        for (std::size_t i = 0; i < unfinished.size(); ++i) {
            const std::size_t begin = i * ahead.size() / unfinished.size();
            const std::size_t end = (i + 1) * ahead.size() / unfinished.size();
            math::kernels().ntt_forward_block(unfinished[i], block, table, ahead.data() + begin, end - begin);
        }
    }
};

}  // namespace

RowSource DigitDecomposition::times(const KeySwitchKey& key, const ring::EvaluationPoly* c0,
                                    const ring::EvaluationPoly* c1) const {
    return [this, &key, c0, c1](std::span<const std::size_t> rows) {
        const std::size_t n = context_->dimension();
        Rows out{{2, std::vector<const double*>(rows.size())}, {n, storage_per_row() * rows.size()}};
        const auto digits = digit_rows(rows, out.storage);
        parallel_for(0, rows.size(), [&](std::size_t k) {
            const std::size_t prime = prime_of_row(rows[k]);
            RowProduct product{context_->ring().table(prime)};
            for (std::size_t j = 0; j < digits_; ++j) {
                product.digits.push_back(digits[k][j].values);
                if (digits[k][j].unfinished != nullptr) product.unfinished.push_back(digits[k][j].unfinished);
                product.b.push_back(key.b(j).limb(prime));
                product.a.push_back(key.a(j).limb(prime));
            }
            if (rows[k] < limbs_) {  // P c is 0 modulo the special primes
                product.plus0 = c0 == nullptr ? nullptr : c0->limb(rows[k]);
                product.plus1 = c1 == nullptr ? nullptr : c1->limb(rows[k]);
                product.factor = context_->special_product(prime);
            }
            // The products take the place of raised digits: rows that are in the cache.
            double* const out0 = out.storage.limb(storage_per_row() * k);
            double* const out1 = out.storage.limb(storage_per_row() * k + 1);
            product.run(out0, out1);
            out.rows[0][k] = out0;
            out.rows[1][k] = out1;
        });
        return out;
    };
}

}  // namespace tacit::ckks
