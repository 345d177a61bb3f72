#include "ckks/mod_down.hpp"

#include <algorithm>
#include <vector>

#include "math/kernels.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks {

namespace {

/// The dropped rows of one polynomial in coefficients, prepared for conversion, and the overflow row.
struct DroppedPart {
    std::vector<const double*> rows;
    AlignedBuffer overflow;
};

constexpr std::size_t chunk = 4096;  // coefficients per task of the overflow

void compute_overflow(DroppedPart& part, const ring::BaseConverter& dropped, std::size_t begin, std::size_t n) {
    std::vector<const double*> rows;
    for (const double* row : part.rows) rows.push_back(row + begin);
    dropped.overflow(part.overflow.data() + begin, rows.data(), n);
}

}  // namespace

void mod_down(const Context& context, std::span<ring::EvaluationPoly* const> polys, std::size_t kept,
              const ring::BaseConverter& dropped, const RowFinisher& finish) {
    const std::size_t n = context.dimension();
    const std::size_t sources = dropped.source_count();
    const auto& k = math::kernels();
    parallel_for(0, polys.size() * sources, [&](std::size_t task) {
        const std::size_t i = task % sources;
        double* row = polys[task / sources]->limb(kept + i);
        k.ntt_inverse(row, context.ring().table(dropped.source(i)));
        k.mul_scalar(row, row, dropped.source_factor(i), n, context.ring().modulus(dropped.source(i)));
    });
    std::vector<DroppedPart> parts(polys.size());
    for (std::size_t i = 0; i < polys.size(); ++i) {
        for (std::size_t j = 0; j < sources; ++j) parts[i].rows.push_back(polys[i]->limb(kept + j));
        if (sources > 1) parts[i].overflow = AlignedBuffer(n);
    }
    if (sources > 1) {
        const std::size_t step = std::min(chunk, n);
        parallel_for(0, polys.size() * (n / step), [&](std::size_t task) {
            compute_overflow(parts[task % polys.size()], dropped, task / polys.size() * step, step);
        });
    }
    // One polynomial after the other: its dropped rows stay in the cache.
    parallel_for(0, polys.size() * kept, [&](std::size_t task) {
        const std::size_t i = task % kept;
        const DroppedPart& part = parts[task / kept];
        double* row = polys[task / kept]->limb(i);
        AlignedBuffer converted(n);
        dropped.convert(converted.data(), part.rows.data(), part.overflow.data(), i, n);
        k.ntt_forward(converted.data(), context.ring().table(i));
        k.sub_mul_scalar(row, row, converted.data(), dropped.inverse_product(i), n, context.ring().modulus(i));
        if (finish) finish(task / kept, i);
    });
    for (ring::EvaluationPoly* poly : polys) poly->truncate(kept);
}

}  // namespace tacit::ckks
