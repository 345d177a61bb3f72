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
constexpr std::size_t rows_per_task = 4;

void compute_overflow(DroppedPart& part, const ring::BaseConverter& dropped, std::size_t begin, std::size_t n) {
    std::vector<const double*> rows;
    for (const double* row : part.rows) rows.push_back(row + begin);
    dropped.overflow(part.overflow.data() + begin, rows.data(), n);
}

/// Rows [begin, end) of a polynomial, minus what the dropped rows stand for, over D.
void divide_rows(const Context& context, ring::EvaluationPoly& poly, const DroppedPart& part,
                 const ring::BaseConverter& dropped, std::size_t begin, std::size_t end) {
    const std::size_t n = context.dimension();
    ring::CoefficientPoly converted(n, end - begin);
    std::vector<double*> out;
    std::vector<std::size_t> primes;
    for (std::size_t i = begin; i < end; ++i) {
        out.push_back(converted.limb(i - begin));
        primes.push_back(i);
    }
    dropped.convert(out, part.rows.data(), part.overflow.data(), primes, n);
    for (std::size_t i = begin; i < end; ++i) {
        double* row = converted.limb(i - begin);
        math::kernels().ntt_forward(row, context.ring().table(i));
        math::kernels().sub_mul_scalar(poly.limb(i), poly.limb(i), row, dropped.inverse_product(i), n,
                                       context.ring().modulus(i));
    }
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
    // One polynomial after the other: its dropped rows stay in the cache. A task finishes a few rows at once.
    const std::size_t tasks_per_poly = (kept + rows_per_task - 1) / rows_per_task;
    parallel_for(0, polys.size() * tasks_per_poly, [&](std::size_t task) {
        const std::size_t poly = task / tasks_per_poly;
        const std::size_t begin = task % tasks_per_poly * rows_per_task;
        divide_rows(context, *polys[poly], parts[poly], dropped, begin, std::min(begin + rows_per_task, kept));
        for (std::size_t i = begin; finish && i < std::min(begin + rows_per_task, kept); ++i) finish(poly, i);
    });
    for (ring::EvaluationPoly* poly : polys) poly->truncate(kept);
}

}  // namespace tacit::ckks
