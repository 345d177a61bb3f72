#pragma once

#include "tacit/ckks/keys.hpp"

namespace tacit::ckks {

/// Row i of the secret key, s modulo prime i in the evaluation domain; for the scheme's own use.
struct SecretKeyRows {
    explicit SecretKeyRows(const SecretKey& key)
        : residues(key.residues(SecretKeyAccess())), n(key.parameters().ring_dimension()) {}
    [[nodiscard]] const double* operator[](std::size_t prime) const { return residues.data() + prime * n; }

    static SecretKey make(const Parameters& parameters, SecretBuffer residues) {
        return SecretKey(parameters, std::move(residues));
    }

    std::span<const double> residues;
    std::size_t n;
};

}  // namespace tacit::ckks
