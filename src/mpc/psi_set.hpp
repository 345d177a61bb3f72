#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mpc/psi_checkpoint.hpp"
#include "mpc/psi_elements.hpp"
#include "mpc/ristretto.hpp"

namespace tacit::mpc {

/// A party's elements as the other one gets to see them: points H(element) multiplied by a secret, in ascending order,
/// which says nothing of the elements or their order; random points among them fill up to a padded size.
class PsiSet {
public:
    /// Masks all elements with the run's secret, which `checkpoint` then keeps; of a stopped run, takes them from
    /// there. Throws as intersect().
    PsiSet(party::Party& me, PsiElements elements, const PsiOptions& options, const PsiCheckpoint& checkpoint,
           const PsiCheckpoint::Run& run, bool stopped);

    [[nodiscard]] const ristretto::Scalar& secret() const noexcept { return secret_; }
    [[nodiscard]] std::uint64_t elements() const noexcept { return count_; }
    [[nodiscard]] std::uint64_t announced() const noexcept { return masked_.size(); }
    void rewind() { masked_.rewind(); }
    [[nodiscard]] bool read(MaskedElement& masked) { return masked_.read(masked); }
    /// The rows whose elements were announced at these positions, each below announced(); padding has none. Both
    /// ascending.
    [[nodiscard]] std::vector<std::uint64_t> rows_at(std::vector<std::uint64_t> positions);

private:
    void mask_all(const PsiProgress& progress);
    void mask_some(std::span<const PsiElements::Element> distinct);
    void pad(Rng& rng, std::uint64_t size);

    ristretto::Scalar secret_;
    PsiElements elements_;
    RecordSorter<MaskedElement> masked_;
    std::uint64_t count_ = 0;  ///< of distinct elements
};

}  // namespace tacit::mpc
