#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "tacit/ckks/ciphertext.hpp"

namespace tacit::ckks {

/// Equal doubles everywhere, types included.
inline bool identical(const Ciphertext& a, const Ciphertext& b) {
    if (!(a.type() == b.type()) || a.limbs() != b.limbs()) return false;
    const std::size_t n = a.parameters().ring_dimension();
    for (std::size_t j = 0; j <= static_cast<std::size_t>(a.type().degree); ++j) {
        for (std::size_t i = 0; i < a.limbs(); ++i) {
            if (!std::equal(a.poly(j).limb(i), a.poly(j).limb(i) + n, b.poly(j).limb(i))) return false;
        }
    }
    return true;
}

inline std::vector<Ciphertext> clones(const std::vector<Ciphertext>& ciphertexts) {
    std::vector<Ciphertext> copies;
    for (const Ciphertext& ciphertext : ciphertexts) copies.push_back(ciphertext.clone());
    return copies;
}

}  // namespace tacit::ckks
