#include "ckks/rotation_sums.hpp"

#include <algorithm>

#include "ckks/coefficients.hpp"
#include "math/kernels.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks {

void RotationSums::add(std::size_t sum, const RotatedTerm& term, const GaloisKey* key) {
    sums_ = std::max(sums_, sum + 1);
    auto source = std::ranges::find(sources_, term.value, &Source::value);
    if (source == sources_.end()) source = sources_.insert(source, Source{term.value, std::nullopt, {}});
    if (key != nullptr && !source->digits) source->digits.emplace(context_, term.value->poly(1));
    auto rotation = std::ranges::find(source->rotations, key, &Rotation::key);
    if (rotation == source->rotations.end()) rotation = source->rotations.insert(rotation, Rotation{key, {}});
    rotation->uses.push_back({sum, &term});
}

/// One row of all sums: what the terms of one value add to it.
class RotationSums::Row {
public:
    Row(const Context& context, std::size_t row, std::size_t limbs)
        : table_(context.ring().table(context.prime_of_row(row, limbs))),
          row_(row),
          prime_(context.prime_of_row(row, limbs)),
          special_(row >= limbs),
          special_product_(special_ ? 0 : context.special_product(prime_)),
          factor_(table_.size()),
          turned0_(table_.size()),
          turned1_(table_.size()) {}

    /// sums[2 i] and sums[2 i + 1] are the rows of sum i.
    void add(const Source& source, const std::vector<const double*>& digits, std::span<double* const> sums) {
        for (const Rotation& rotation : source.rotations) {
            if (rotation.key == nullptr && special_) continue;  // P c is 0 there
            bool first = true;
            for (const Use& use : rotation.uses) {
                const bool unfinished = prepare_factor(*use.term);
                for (std::size_t block = 0; block < table_.blocks(); ++block) {
                    const std::size_t from = source_block(rotation, block);
                    if (unfinished) finish_factor(block, from, first ? rotation.key : nullptr);
                    if (first) turn(source, rotation.key, digits, from);
                    const std::size_t at = block * length();
                    math::kernels().mul_add2(sums[2 * use.sum] + at, sums[2 * use.sum + 1] + at, factor_.data() + at,
                                             turned0_.data() + (rotation.key == nullptr ? at : 0),
                                             turned1_.data() + (rotation.key == nullptr ? at : 0),
                                             rotation.key == nullptr ? nullptr : rotation.key->index().data() + at,
                                             length(), modulus());
                }
                first = false;
            }
        }
    }

private:
    [[nodiscard]] const math::Modulus& modulus() const { return table_.modulus(); }
    [[nodiscard]] std::size_t length() const { return table_.size() / table_.blocks(); }

    /// Automorphisms take whole blocks of the bit-reversed order to blocks.
    [[nodiscard]] std::size_t source_block(const Rotation& rotation, std::size_t block) const {
        return rotation.key == nullptr ? block : rotation.key->index()[block * length()] / length();
    }

    /// The factor's row; whether its blocks are still to be transformed.
    bool prepare_factor(const RotatedTerm& term) {
        const std::size_t n = table_.size();
        const double sign = term.subtracted ? -1 : 1;
        if (const auto* vector = std::get_if<const IntegerPlaintext*>(&term.factor)) {
            const IntegerPlaintext& plain = **vector;
            reduce_coefficients(factor_.data(), n, plain.re(), plain.im(), plain.below_2_51(), modulus());
            if (term.subtracted) math::kernels().mul_scalar(factor_.data(), factor_.data(), -1, n, modulus());
            math::kernels().ntt_forward_top(factor_.data(), table_);
            return true;
        }
        double value = sign;
        if (const auto* number = std::get_if<double>(&term.factor)) {
            const long double scaled = sign * *number * term.value->parameters().exact_scale(term.value->level());
            value = balanced_residue(scaled, modulus());
        }
        std::fill_n(factor_.data(), n, value);  // a constant polynomial has the same value at every point
        return false;
    }

    /// One block of the factor's transform; what `turn` will read of the key comes into the cache meanwhile.
    void finish_factor(std::size_t block, std::size_t from, const GaloisKey* key) {
        std::vector<const double*> ahead;
        if (key != nullptr) {
            for (std::size_t j = 0; j < key->key().digits(); ++j) {
                ahead.push_back(key->key().b(j).limb(prime_) + from * length());
                ahead.push_back(key->key().a(j).limb(prime_) + from * length());
            }
        }
        math::kernels().ntt_forward_block(factor_.data(), block, table_, ahead.data(), ahead.size());
    }

    /// One block of (P c0 + d0, d1), or of P (c0, c1) without a key.
    void turn(const Source& source, const GaloisKey* key, const std::vector<const double*>& digits, std::size_t block) {
        const std::size_t at = block * length();
        double* const out0 = turned0_.data() + at;
        double* const out1 = turned1_.data() + at;
        if (key == nullptr) {
            math::kernels().mul_scalar(out0, source.value->poly(0).limb(row_) + at, special_product_, length(),
                                       modulus());
            math::kernels().mul_scalar(out1, source.value->poly(1).limb(row_) + at, special_product_, length(),
                                       modulus());
            return;
        }
        std::vector<const double*> d, b, a;
        for (std::size_t j = 0; j < digits.size(); ++j) {
            d.push_back(digits[j] + at);
            b.push_back(key->key().b(j).limb(prime_) + at);
            a.push_back(key->key().a(j).limb(prime_) + at);
        }
        const double* const plus0 = special_ ? nullptr : source.value->poly(0).limb(row_) + at;
        math::kernels().inner_product2(out0, out1, d.data(), b.data(), a.data(), d.size(), plus0, nullptr,
                                       special_product_, length(), modulus());
    }

    const math::NttTable& table_;
    std::size_t row_;
    std::size_t prime_;
    bool special_;
    double special_product_;
    AlignedBuffer factor_;
    AlignedBuffer turned0_, turned1_;
};

RowSource RotationSums::rows() const {
    return [this](std::span<const std::size_t> rows) {
        const std::size_t polys = 2 * sums_;
        Rows out{std::vector(polys, std::vector<const double*>(rows.size())),
                 ring::EvaluationPoly::zero(context_.dimension(), polys * rows.size())};
        for (const Source& source : sources_) {
            const auto raised = source.digits ? source.digits->raised(rows)
                                              : DigitDecomposition::RaisedRows{
                                                    std::vector<std::vector<const double*>>(rows.size()), {}};
            parallel_for(0, rows.size(), [&](std::size_t k) {
                std::vector<double*> sums;
                for (std::size_t i = 0; i < polys; ++i) sums.push_back(out.storage.limb(k * polys + i));
                Row(context_, rows[k], limbs()).add(source, raised.digits[k], sums);
                for (std::size_t i = 0; i < polys; ++i) out.rows[i][k] = sums[i];
            });
        }
        return out;
    };
}

}  // namespace tacit::ckks
