#include "math/fft_table.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "base/fail.hpp"
#include "math/bit_reversal.hpp"

namespace tacit::math {

namespace {

struct Twiddle {
    double re;
    double im;
};

Twiddle node_twiddle(std::size_t k) {
    const int depth = std::countr_zero(std::bit_floor(k));
    const std::size_t j = k - (std::size_t{1} << depth);
    const long double angle = std::numbers::pi_v<long double> *
                              static_cast<long double>(4 * reverse_bits(j, depth) + 1) /
                              static_cast<long double>(std::size_t{4} << depth);
    return {static_cast<double>(std::cos(angle)), static_cast<double>(std::sin(angle))};
}

int checked(int log_slots) {
    if (log_slots < 4 || log_slots > 24) {
        fail(ErrorCode::invalid_argument, "a transform of 2^{} slots is not supported; choose 2^4 to 2^24", log_slots);
    }
    return log_slots;
}

}  // namespace

FftTable::FftTable(int log_slots)
    : log_slots_(checked(log_slots)),
      nodes_re_(size() / 4),
      nodes_im_(size() / 4),
      leaves_(std::max<std::size_t>(size(), 64)) {
    nodes_re_.data()[0] = nodes_im_.data()[0] = 0;
    for (std::size_t k = 1; k < size() / 4; ++k) {
        const Twiddle w = node_twiddle(k);
        nodes_re_.data()[k] = w.re;
        nodes_im_.data()[k] = w.im;
    }
    for (std::size_t i = 0; i < size() / 4; ++i) {
        const std::size_t k = size() / 4 + i;
        const Twiddle w = node_twiddle(k);
        const Twiddle child = node_twiddle(2 * k);
        double* const group = leaves_.data() + i / 16 * 64 + i % 16;
        group[0] = w.re;
        group[16] = w.im;
        group[32] = child.re;
        group[48] = child.im;
    }
}

}  // namespace tacit::math
