#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "mpc/okvs.hpp"
#include "mpc/psi_elements.hpp"
#include "tacit/mpc/psi.hpp"

namespace tacit::mpc {

/// More elements, and two of the sender's and the receiver's could agree in 71 bits of their hashes more often than
/// with probability 2^-40.
inline constexpr std::uint64_t largest_for_vole = std::uint64_t{1} << 31;

/// How the receiver's elements are dealt out to bins by their hashes, so that memory holds one of them: each bin has a
/// key-value store of the same size, whatever it holds.
class PsiBins {
public:
    /// For the size that the receiver announced. A set of that size does not fit with probability below 2^-40.
    explicit PsiBins(std::uint64_t elements);

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    /// Elements of the receiver in one bin.
    [[nodiscard]] std::uint64_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] const okvs::Shape& shape() const noexcept { return shape_; }
    /// Does not decrease in the order of PsiElements.
    [[nodiscard]] std::uint64_t bin_of(const PsiElements::Element& element) const noexcept;
    [[nodiscard]] okvs::Key key(const PsiElements::Element& element) const noexcept;

private:
    std::uint64_t count_;
    std::uint64_t capacity_;
    okvs::Shape shape_;
};

/// The code words that the rows of a bin's store say, where each element has 71 bits of its hash as its value. Throws
/// internal if the elements do not fit.
[[nodiscard]] std::vector<Block> code_words(const PsiBins& bins, std::span<const PsiElements::Element> elements);
/// The code word of an element's value.
[[nodiscard]] Block code_word(const PsiElements::Element& element) noexcept;

/// PsiProtocol::vole; the terms have been checked. Throws as intersect().
[[nodiscard]] PsiResult intersect_by_vole(party::Party& me, const PsiTerms& terms, const PsiSource& elements,
                                          const PsiOptions& options);

}  // namespace tacit::mpc
