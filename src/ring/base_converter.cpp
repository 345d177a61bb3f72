#include "ring/base_converter.hpp"

#include <algorithm>
#include <utility>

#include "math/kernels.hpp"

namespace tacit::ring {

namespace {

/// The product of all sources but one (`skip`, or none) modulo p.
std::uint64_t product_modulo(const Ring& ring, const std::vector<std::size_t>& sources, std::size_t skip,
                             std::uint64_t p) {
    std::uint64_t product = 1 % p;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        if (i != skip) product = math::mul_mod(product, ring.modulus(sources[i]).value() % p, p);
    }
    return product;
}

}  // namespace

BaseConverter::BaseConverter(const Ring& ring, std::vector<std::size_t> sources,
                             const std::vector<std::size_t>& targets)
    : ring_(&ring), sources_(std::move(sources)), targets_(ring.prime_count()) {
    const std::size_t none = sources_.size();
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        const math::Modulus& s = ring.modulus(sources_[i]);
        const std::uint64_t others = product_modulo(ring, sources_, i, s.value());
        factors_.push_back(s.balanced(math::inverse_mod(others, s.value())));
        inverse_sources_.push_back(s.inverse_p());
    }
    for (const std::size_t prime : targets) {
        const math::Modulus& t = ring.modulus(prime);
        Target& constants = targets_[prime];
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            constants.c.push_back(t.balanced(product_modulo(ring, sources_, i, t.value())));
        }
        const std::uint64_t product = product_modulo(ring, sources_, none, t.value());
        constants.minus_product = -t.balanced(product);
        constants.inverse = t.balanced(math::inverse_mod(product, t.value()));
    }
}

void BaseConverter::overflow(double* out, const double* const* rows, std::size_t n) const {
    math::kernels().overflow(out, rows, inverse_sources_.data(), sources_.size(), n);
}

void BaseConverter::convert(std::span<double* const> out, const double* const* rows, const double* overflow_row,
                            std::span<const std::size_t> target_primes, std::size_t n) const {
    constexpr std::size_t chunk = 256;
    std::vector<const double*> sources(sources_.size());
    for (std::size_t begin = 0; begin < n; begin += chunk) {
        const std::size_t count = std::min(chunk, n - begin);
        for (std::size_t i = 0; i < sources.size(); ++i) sources[i] = rows[i] + begin;
        for (std::size_t t = 0; t < out.size(); ++t) {
            const Target& constants = target(target_primes[t]);
            math::kernels().convert(out[t] + begin, sources.data(), constants.c.data(), sources.size(),
                                    overflow_row == nullptr ? nullptr : overflow_row + begin, constants.minus_product,
                                    count, ring_->modulus(target_primes[t]));
        }
    }
}

}  // namespace tacit::ring
