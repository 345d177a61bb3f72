#include "ckks/expand.hpp"

#include "ring/samplers.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks {

ring::EvaluationPoly expand_uniform(const Context& context, const Seed& seed, std::uint64_t first_stream,
                                    std::size_t limbs) {
    ring::EvaluationPoly poly(context.dimension(), limbs);
    parallel_for(0, limbs, [&](std::size_t i) {
        Rng rng(seed, first_stream + i);
        ring::sample_uniform(poly.limb(i), context.dimension(), context.ring().modulus(i), rng);
    });
    return poly;
}

}  // namespace tacit::ckks
