#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "tacit/ckks/evaluator.hpp"
#include "tacit/compile/plan.hpp"
#include "tacit/runtime/checkpoint.hpp"

namespace tacit::runtime {

/// Called after each instruction with the number done so far; from several threads, one at a time.
using Progress = std::function<void(std::size_t done)>;

/// Gives a ciphertext of the same slots under the same parameters, at `level` with scale power 1 and degree 1, for one
/// at level 0: for instance by sending it to the owner of the key (runtime/refresh.hpp is that side). Called from
/// several threads, perhaps at once; what it throws ends the run.
using Refresh = std::function<ckks::Ciphertext(const ckks::Ciphertext& worn, int level)>;

/// Runs a plan on ciphertexts: the homomorphic meaning.
///
/// Tasks whose operands are there run side by side on all cores, those first that stand first in the plan and at most
/// 4 T places ahead of one that is not done, T threads; a value is freed after its last use. So one thread holds
/// Plan::most_alive ciphertexts, and more threads at most what 4 T - 1 tasks leave beyond that. A vector constant is
/// encoded once for every level and scale power at which it is met, and freed likewise; factors of the plan's sums are
/// encoded by the sum. The result does not depend on the number of threads, to the last bit. `inputs`
/// are in the order of the circuit's inputs, each at its level of `program.input_levels()`, and are consumed.
///
/// A circuit may have been managed for fewer slots than the parameters have, n instead of N/2. Then every input has to
/// repeat with period n, as Encryptor makes it of n values, and so do all results: rotations, which move values
/// cyclically over N/2 slots, then move them cyclically over n.
///
/// Throws, before any work is done, invalid_argument for a wrong number or level of inputs, too few slots, or refreshes
/// without a function for them, parameter_mismatch, and missing_key if the keys do not suffice; invalid_argument if a
/// refreshed ciphertext is not of the type asked for. What `progress` throws ends the run.
///
/// With `checkpoints` a run that was stopped goes on later and gives the same bits; see there. Progress then begins
/// with what was done. Throws parameter_mismatch if it shall go on from another run, and io_failure if one cannot be
/// written: the one before stays.
[[nodiscard]] std::vector<ckks::Ciphertext> execute(const compile::Plan& plan, const ckks::EvaluationKeys& keys,
                                                    std::vector<ckks::Ciphertext> inputs, const Progress& progress = {},
                                                    const Refresh& refresh = {}, Checkpoints checkpoints = {});
/// The same for a program whose plan is used once, made for the parameters of the keys.
[[nodiscard]] std::vector<ckks::Ciphertext> execute(const compile::ManagedCircuit& program,
                                                    const ckks::EvaluationKeys& keys,
                                                    std::vector<ckks::Ciphertext> inputs, const Progress& progress = {},
                                                    const Refresh& refresh = {});

}  // namespace tacit::runtime
