#include "tacit/ckks/security.hpp"

#include <array>

#include "base/fail.hpp"

namespace tacit::ckks {

namespace {

// [BCC24] Table 5.2, ternary secret; columns log2 N = 10..17.
using Limits = std::array<int, 8>;
constexpr Limits limits_128{26, 53, 106, 214, 430, 868, 1747, 3523};
constexpr Limits limits_192{0, 36, 73, 147, 297, 597, 1199, 2411};
constexpr Limits limits_256{0, 27, 56, 114, 230, 462, 929, 1866};
// The same scripts with the cost model [CL21]; 256 bits at 2^17 are not published.
constexpr Limits quantum_limits_128{20, 40, 80, 161, 322, 644, 1289, 2578};
constexpr Limits quantum_limits_192{0, 29, 59, 119, 239, 479, 959, 1920};
constexpr Limits quantum_limits_256{0, 22, 47, 95, 192, 385, 773, 0};

const Limits& limits(int security_bits, Attacks attacks) {
    const bool classical = attacks == Attacks::classical;
    switch (security_bits) {
        case 128: return classical ? limits_128 : quantum_limits_128;
        case 192: return classical ? limits_192 : quantum_limits_192;
        case 256: return classical ? limits_256 : quantum_limits_256;
        default:
            fail(ErrorCode::invalid_argument, "security of {} bits is not tabulated; use 128, 192 or 256",
                 security_bits);
    }
}

}  // namespace

int max_log_modulus(int log_ring_dimension, int security_bits, Attacks attacks) {
    if (log_ring_dimension < min_log_ring_dimension || log_ring_dimension > max_log_ring_dimension) return 0;
    return limits(security_bits, attacks)[static_cast<std::size_t>(log_ring_dimension - min_log_ring_dimension)];
}

}  // namespace tacit::ckks
