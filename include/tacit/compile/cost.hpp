#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/ckks/parameters.hpp"
#include "tacit/compile/plan.hpp"

namespace tacit::compile {

/// What takes a time of its own.
enum class TimedOperation : std::uint8_t {
    add,         ///< of two ciphertexts of degree 1
    negate,      ///< of degree 1
    add_number,  ///< the same number in every slot
    add_vector,  ///< an encoded vector of slots
    mul,         ///< of two ciphertexts
    mul_number,
    mul_vector,
    relinearize_rescale,
    rescale,       ///< of degree 1
    drop_level,    ///< to the level below
    rotate,        ///< or conjugate
    rotate_more,   ///< a further rotation of the same value, its decomposition shared
    encode,        ///< a vector of slots
    sum_rotation,  ///< a further rotation of the same value in a sum with one division by P
    sum_factor,    ///< a vector that multiplies a rotation in such a sum, its encoding included
};
inline constexpr std::size_t timed_operations = 15;

/// "add", "mul_vector", ...
[[nodiscard]] const char* to_string(TimedOperation operation) noexcept;

/// Times of the operations on one machine under one parameter set; runtime::calibrate measures it.
struct Calibration {
    /// ckks::Parameters::fingerprint in hexadecimal.
    std::string parameters{};
    /// With how many threads the operations ran side by side.
    int threads = 0;
    /// The levels that were measured, ascending; times of those between are interpolated.
    std::vector<int> levels{};
    /// seconds[operation][i] of one operation that starts at levels[i], all threads busy with the like.
    std::array<std::vector<double>, timed_operations> seconds{};

    /// Seconds of one operation that starts at this level. Precondition: at least one level, none of them missing.
    [[nodiscard]] double at(TimedOperation operation, int level) const;
    friend bool operator==(const Calibration&, const Calibration&) = default;
};

/// A calibration without a measurement, the same on every machine: the number-theoretic transforms of each operation,
/// and its passes over memory counted in transforms, at the speed of one thread of a recent server
/// (docs/performance.md). Good for comparing circuits and rings; for the time of a run measure with runtime::calibrate.
/// Cost: microseconds.
[[nodiscard]] Calibration typical_calibration(const ckks::Parameters& parameters);

/// One line of JSON: {"format": "tacit calibration", "version": 1, "parameters": "...", "threads": 2, "levels": [...],
/// "seconds": {"add": [...], ...}}.
[[nodiscard]] std::string to_json(const Calibration& calibration);
/// What `to_json` wrote, or `malformed_input` with the flaw. Text may come from anywhere, up to 1 MiB.
[[nodiscard]] Expected<Calibration> parse_calibration(std::string_view json);

/// Bytes in memory of what a run needs.
struct Memory {
    std::size_t key_bytes = 0;
    std::size_t input_bytes = 0;
    std::size_t output_bytes = 0;
    /// Ciphertexts alive at once, inputs included, one task after the other as the plan orders them: what a run on one
    /// thread holds. On T threads tasks start at most 4 T ahead of the first that is not done (T > 1), and what those
    /// leave may come on top.
    std::size_t peak_ciphertext_bytes = 0;
    /// Encoded vector constants alive at once, each from its first to its last use.
    std::size_t peak_plaintext_bytes = 0;
    /// Keys, ciphertexts and encoded constants.
    [[nodiscard]] std::size_t peak_bytes() const noexcept {
        return key_bytes + peak_ciphertext_bytes + peak_plaintext_bytes;
    }
};

/// From sizes alone. `invalid_argument` for parameters that do not fit the circuit, as predict_noise.
[[nodiscard]] Memory predict_memory(const Plan& plan, const ckks::Parameters& parameters);
/// The same for a program whose plan is used once.
[[nodiscard]] Memory predict_memory(const ManagedCircuit& program, const ckks::Parameters& parameters);

/// The time of a run by the calibration.
struct Duration {
    double seconds = 0;
    std::vector<double> by_level{};  ///< of the operations that start there, level 0 first
};

/// The sum over all tasks but refreshes, whose time is not the machine's. For circuits whose work keeps the calibrated
/// number of threads busy: a run overlaps instructions, and every larger operation has parallel parts.
/// `invalid_argument` as predict_memory and for a calibration under other parameters.
[[nodiscard]] Duration predict_duration(const Plan& plan, const ckks::Parameters& parameters,
                                        const Calibration& calibration);

/// The seconds of each task, of which predict_duration is the sum: what a schedule over several machines is made from.
/// The encoding of a vector constant counts for the first task that meets it. Errors as predict_duration.
[[nodiscard]] std::vector<double> predict_tasks(const Plan& plan, const ckks::Parameters& parameters,
                                                const Calibration& calibration);

}  // namespace tacit::compile
