#pragma once

namespace tacit::ckks {

/// What the attackers that security counts against compute with.
enum class Attacks {
    classical,  ///< lattice sieves on ordinary computers, cost model [MATZOV22]
    quantum,    ///< sieves with quantum random walks [CL21], whose memory is taken to be free: the most cautious model
};

/// The largest log2(QP) at which ring learning with errors over dimension N = 2^log_ring_dimension keeps
/// `security_bits` against these attacks: uniform ternary secret, sigma = 3.19. Classical: Table 5.2 of the 2024
/// guidelines [BCC24]; quantum: the column beside it that the guidelines' scripts give, about a fifth below the
/// classical one, and below that of the 2018 standard [HES18]. 0 where a table has no entry (no secure modulus, or N
/// not covered). security_bits is 128, 192 or 256; log_ring_dimension from 10 to 17. tools/security_estimate.py
/// recomputes both.
[[nodiscard]] int max_log_modulus(int log_ring_dimension, int security_bits, Attacks attacks = Attacks::classical);

inline constexpr int min_log_ring_dimension = 10;
inline constexpr int max_log_ring_dimension = 17;

}  // namespace tacit::ckks
