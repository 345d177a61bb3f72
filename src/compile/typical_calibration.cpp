#include "tacit/base/hash.hpp"
#include "tacit/compile/cost.hpp"

namespace tacit::compile {

namespace {

/// Seconds of one transform over N log2 N, and what a pass over a limb takes beside a transform of it.
constexpr double seconds_per_step = 2.3e-10;
constexpr double product_passes = 1.2, constant_product_passes = 0.9, addition_passes = 1, digit_passes = 0.7;

/// In transforms of one prime.
double transforms(TimedOperation operation, double limbs, double special, double digits) {
    const double row = limbs + special;
    switch (operation) {
        case TimedOperation::add: return addition_passes * limbs;
        case TimedOperation::negate:
        case TimedOperation::add_number:
        case TimedOperation::add_vector: return addition_passes * limbs / 2;
        case TimedOperation::mul: return product_passes * limbs;
        case TimedOperation::mul_number:
        case TimedOperation::mul_vector: return constant_product_passes * limbs;
        case TimedOperation::relinearize_rescale:
        case TimedOperation::rotate: return (digits + 2) * row;
        case TimedOperation::rotate_more: return 2 * row;
        case TimedOperation::rescale:
        case TimedOperation::drop_level: return 2 * limbs;
        case TimedOperation::encode: return limbs;
        case TimedOperation::sum_rotation: return digit_passes * digits * row;
        case TimedOperation::sum_factor: return (1 + constant_product_passes / 2) * row;
    }
    return 0;
}

}  // namespace

Calibration typical_calibration(const ckks::Parameters& parameters) {
    Calibration made;
    made.parameters = to_hex(parameters.fingerprint());
    made.threads = 1;
    const double unit =
        seconds_per_step * static_cast<double>(parameters.ring_dimension()) * parameters.log_ring_dimension();
    const auto special = static_cast<double>(parameters.special_primes().size());
    for (int level = 0; level <= parameters.depth(); ++level) {
        made.levels.push_back(level);
        for (std::size_t i = 0; i < timed_operations; ++i) {
            const double work = transforms(static_cast<TimedOperation>(i), static_cast<double>(parameters.limbs(level)),
                                           special, static_cast<double>(parameters.digits(level)));
            made.seconds[i].push_back(unit * work);
        }
    }
    return made;
}

}  // namespace tacit::compile
