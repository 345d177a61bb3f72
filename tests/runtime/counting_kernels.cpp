// The test program has its own kernels(), so that the linker leaves the one of the library out.
#include "runtime/counting_kernels.hpp"

#include "math/kernels_targets.hpp"

namespace tacit::math {

std::atomic<std::size_t> transforms_done = 0;

namespace {

const Kernels& counted() {
    static const Kernels best = vector_kernels().empty() ? portable_kernels() : *vector_kernels().back();
    return best;
}

}  // namespace

const Kernels& kernels() {
    static const Kernels counting = [] {
        Kernels k = counted();
        k.ntt_forward = [](double* x, const NttTable& table) {
            ++transforms_done;
            counted().ntt_forward(x, table);
        };
        k.ntt_forward_top = [](double* x, const NttTable& table) {  // once per transform in steps
            ++transforms_done;
            counted().ntt_forward_top(x, table);
        };
        k.ntt_inverse = [](double* out, const double* in, double c, const NttTable& table) {
            ++transforms_done;
            counted().ntt_inverse(out, in, c, table);
        };
        return k;
    }();
    return counting;
}

std::span<const Kernels* const> available_kernels() {
    static const Kernels* const only[] = {&kernels()};
    return only;
}

}  // namespace tacit::math
