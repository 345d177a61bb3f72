#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/fail.hpp"
#include "mpc/bch_code.hpp"
#include "mpc/psi_vole.hpp"
#include "tacit/base/int128.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::mpc {

namespace {

constexpr std::uint64_t elements_per_bin = 1u << 16;

std::uint64_t word(const PsiElements::Element& element, std::size_t i) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, element.hash.data() + 8 * i, sizeof word);
    return word;
}

/// The 71 bits that stand for an element.
Block value_of(const PsiElements::Element& element) noexcept { return {word(element, 5), word(element, 6)}; }

/// For each of the two ways in which one bin can fail.
double security(std::uint64_t bins) { return 41 + std::log2(static_cast<double>(bins)); }

/// A bin gets more of n elements with probability below 2^-security: Chernoff's bound, exp(-d^2 mean / (2 + d)) for
/// (1 + d) mean.
std::uint64_t capacity_of(std::uint64_t elements, std::uint64_t bins) {
    if (bins == 1) return elements;
    const double mean = static_cast<double>(elements) / static_cast<double>(bins);
    const double exponent = security(bins) * std::log(2.0);
    const double excess = (exponent + std::sqrt(exponent * exponent + 8 * exponent * mean)) / 2;
    return static_cast<std::uint64_t>(std::ceil(mean + excess));
}

}  // namespace

PsiBins::PsiBins(std::uint64_t elements)
    : count_(std::max<std::uint64_t>(elements / elements_per_bin, 1)),
      capacity_(capacity_of(elements, count_)),
      shape_(okvs::Shape::for_keys(capacity_, security(count_))) {}

std::uint64_t PsiBins::bin_of(const PsiElements::Element& element) const noexcept {
    const std::uint64_t first = __builtin_bswap64(word(element, 0));  // as bytes are compared
    return static_cast<std::uint64_t>((static_cast<UInt128>(first) * count_) >> 64);
}

okvs::Key PsiBins::key(const PsiElements::Element& element) const noexcept {
    return shape_.key({word(element, 1), word(element, 2), word(element, 3), word(element, 4)});
}

Block code_word(const PsiElements::Element& element) noexcept { return bch::encode(value_of(element)); }

std::vector<Block> code_words(const PsiBins& bins, std::span<const PsiElements::Element> elements) {
    std::vector<okvs::Key> keys(elements.size());
    std::vector<Block> values(elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i) {
        keys[i] = bins.key(elements[i]);
        values[i] = value_of(elements[i]);
    }
    std::vector<Block> rows(bins.shape().rows());
    if (elements.size() > bins.capacity() || !okvs::encode(bins.shape(), keys, values, rows)) {
        fail(ErrorCode::internal,
             "{} elements do not fit into a bin for {}, which happens once in 2^40 runs; run again", elements.size(),
             bins.capacity());
    }
    constexpr std::size_t batch = 1024;
    parallel_for(0, (rows.size() + batch - 1) / batch, [&](std::size_t b) {
        const auto part = std::span(rows).subspan(b * batch, std::min(batch, rows.size() - b * batch));
        for (Block& row : part) row = bch::encode(row);
    });
    return rows;
}

}  // namespace tacit::mpc
