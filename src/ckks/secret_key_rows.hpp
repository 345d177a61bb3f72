#pragma once

#include "tacit/ckks/keys.hpp"

namespace tacit::ckks {

/// Row i of the secret key, s modulo prime i in the evaluation domain; for the scheme's own use.
struct SecretKeyRows {
    explicit SecretKeyRows(const SecretKey& key)
        : residues(key.residues(SecretKeyAccess())), n(key.parameters().ring_dimension()) {}
    [[nodiscard]] const double* operator[](std::size_t prime) const { return residues.data() + prime * n; }

    /// The key of these N ternary coefficients (64-byte aligned). Cost: one transform per prime.
    [[nodiscard]] static SecretKey transformed(const Parameters& parameters, const double* coefficients);

    std::span<const double> residues;
    std::size_t n;
};

}  // namespace tacit::ckks
