#pragma once

namespace tacit::ckks {

/// The largest log2(QP) at which ring learning with errors over dimension N = 2^log_ring_dimension keeps
/// `security_bits` of classical security: uniform ternary secret, sigma = 3.19, MATZOV cost model, Table 5.2
/// of the 2024 guidelines [BCC24]. 0 where the table has no entry (no secure modulus, or N not covered).
/// security_bits is 128, 192 or 256; log_ring_dimension from 10 to 17.
[[nodiscard]] int max_log_modulus(int log_ring_dimension, int security_bits);

inline constexpr int min_log_ring_dimension = 10;
inline constexpr int max_log_ring_dimension = 17;

}  // namespace tacit::ckks
