#include "tacit/ckks/security.hpp"

#include <array>

#include "base/fail.hpp"

namespace tacit::ckks {

namespace {

// [BCC24] Table 5.2, ternary secret; columns log2 N = 10..17.
constexpr std::array<int, 8> limits_128{26, 53, 106, 214, 430, 868, 1747, 3523};
constexpr std::array<int, 8> limits_192{0, 36, 73, 147, 297, 597, 1199, 2411};
constexpr std::array<int, 8> limits_256{0, 27, 56, 114, 230, 462, 929, 1866};

}  // namespace

int max_log_modulus(int log_ring_dimension, int security_bits) {
    if (log_ring_dimension < min_log_ring_dimension || log_ring_dimension > max_log_ring_dimension) return 0;
    const auto column = static_cast<std::size_t>(log_ring_dimension - min_log_ring_dimension);
    switch (security_bits) {
        case 128: return limits_128[column];
        case 192: return limits_192[column];
        case 256: return limits_256[column];
        default:
            fail(ErrorCode::invalid_argument, "security of {} bits is not tabulated; use 128, 192 or 256",
                 security_bits);
    }
}

}  // namespace tacit::ckks
