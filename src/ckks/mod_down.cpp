#include "ckks/mod_down.hpp"

#include <algorithm>
#include <array>

#include "ckks/row_groups.hpp"
#include "math/kernels.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks {

namespace {

/// The dropped rows of one polynomial in coefficients, prepared for conversion, and the overflow row.
struct DroppedPart {
    DroppedPart(std::size_t n, std::size_t count) : prepared(n, count) {
        for (std::size_t i = 0; i < count; ++i) rows.push_back(prepared.limb(i));
        if (count > 1) overflow = AlignedBuffer(n);
    }
    ring::CoefficientPoly prepared;
    std::vector<const double*> rows;
    AlignedBuffer overflow;
};

void prepare(const Context& context, const RowSource& source, std::vector<DroppedPart>& parts, std::size_t kept,
             const ring::BaseConverter& dropped) {
    const auto groups = row_groups(kept, kept + dropped.source_count());
    parallel_for(0, groups.size(), [&](std::size_t task) {
        const Rows in = source(groups[task]);
        parallel_for(0, groups[task].size() * parts.size(), [&](std::size_t inner) {
            const std::size_t k = inner / parts.size();
            const std::size_t p = inner % parts.size();
            const std::size_t i = groups[task][k] - kept;
            math::kernels().ntt_inverse(parts[p].prepared.limb(i), in.rows[p][k], dropped.source_factor(i),
                                        context.ring().table(dropped.source(i)));
        });
    });
}

void compute_overflows(std::vector<DroppedPart>& parts, const ring::BaseConverter& dropped, std::size_t n) {
    constexpr std::size_t most = 4096;  // coefficients per task
    const std::size_t step = std::min(most, n);
    parallel_for(0, parts.size() * (n / step), [&](std::size_t task) {
        DroppedPart& part = parts[task % parts.size()];
        const std::size_t begin = task / parts.size() * step;
        std::vector<const double*> rows;
        for (const double* row : part.rows) rows.push_back(row + begin);
        dropped.overflow(part.overflow.data() + begin, rows.data(), step);
    });
}

/// Some rows of one polynomial, minus what the dropped rows stand for, over D.
void divide_rows(const Context& context, ring::EvaluationPoly& out, const std::vector<const double*>& in,
                 const DroppedPart& part, const ring::BaseConverter& dropped, std::span<const std::size_t> rows,
                 const std::uint32_t* index) {
    const std::size_t n = context.dimension();
    ring::CoefficientPoly converted(n, rows.size());
    std::vector<double*> targets;
    for (std::size_t k = 0; k < rows.size(); ++k) targets.push_back(converted.limb(k));
    dropped.convert(targets, part.rows.data(), part.overflow.data(), rows, n);
    for (std::size_t k = 0; k < rows.size(); ++k) {
        const math::NttTable& table = context.ring().table(rows[k]);
        math::kernels().ntt_forward_top(targets[k], table);
        for (std::size_t block = 0; block < table.blocks(); ++block) {
            const std::size_t begin = block * (n / table.blocks());
            const std::array<const double*, 2> next{in[k] + begin, out.limb(rows[k]) + begin};
            math::kernels().ntt_forward_block(targets[k], block, table, next.data(), next.size());
        }
        math::kernels().sub_mul_scalar(out.limb(rows[k]), in[k], targets[k], dropped.inverse_product(rows[k]), index, n,
                                       context.ring().modulus(rows[k]));
    }
}

}  // namespace

void mod_down(const Context& context, const RowSource& source, std::span<ring::EvaluationPoly* const> out,
              std::size_t kept, const ring::BaseConverter& dropped, const std::uint32_t* index) {
    std::vector<DroppedPart> parts;
    for (std::size_t i = 0; i < out.size(); ++i) parts.emplace_back(context.dimension(), dropped.source_count());
    prepare(context, source, parts, kept, dropped);
    if (dropped.source_count() > 1) compute_overflows(parts, dropped, context.dimension());
    const auto groups = row_groups(0, kept);
    parallel_for(0, groups.size(), [&](std::size_t task) {
        const Rows in = source(groups[task]);
        parallel_for(0, out.size(), [&](std::size_t i) {
            divide_rows(context, *out[i], in.rows[i], parts[i], dropped, groups[task], index);
        });
    });
}

}  // namespace tacit::ckks
