#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "mpc/record_sorter.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/mpc/psi.hpp"

namespace tacit::mpc {

/// A party's distinct elements by their hashes, which belong to one session, in ascending order of these.
class PsiElements {
public:
    struct Element {
        std::array<std::byte, 64> hash;
        std::uint64_t row;     ///< of the first that is equal to it
        std::uint64_t weight;  ///< of all equal ones
        friend auto operator<=>(const Element&, const Element&) = default;
    };

    /// Reads all elements. Throws as intersect().
    PsiElements(const Digest& session, const PsiSource& elements, std::uint64_t sort_bytes);

    /// Rows, equal elements included.
    [[nodiscard]] std::uint64_t rows() const noexcept { return sorted_.size(); }
    /// Of all elements and weights.
    [[nodiscard]] Digest digest();
    void rewind();
    /// The next element; false at the end. Throws invalid_argument if its weight does not fit.
    [[nodiscard]] bool read(Element& element);
    /// The rows, ascending, of elements by their numbers, from 0 in the order of read(); also ascending.
    [[nodiscard]] std::vector<std::uint64_t> rows_of(const std::vector<std::uint64_t>& numbers);

private:
    void read_ahead();

    RecordSorter<Element> sorted_;
    std::optional<Element> ahead_;  ///< was read, is not yet part of what read() gave
};

}  // namespace tacit::mpc
