#pragma once

#include "tacit/ckks/ciphertext.hpp"

namespace tacit::ckks {

/// What operations of Evaluator demand of their operands; each throws invalid_argument that names the operation, the
/// types and the remedy.
void check_equal(const char* operation, const CiphertextType& a, const CiphertextType& b);
/// A factor of a product: scale power 1, and no larger degree.
void check_factor(const char* operation, const CiphertextType& type, int max_degree);
void check_degree(const char* operation, const CiphertextType& type, int degree, const char* remedy);

/// b scaled, refused where it would wrap around the modulus.
[[nodiscard]] long double scaled_scalar(const char* operation, const Parameters& parameters, double b, int level,
                                        int scale_power);

}  // namespace tacit::ckks
