#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "tacit/ckks/keys.hpp"
#include "tacit/cluster/schedule.hpp"
#include "tacit/cluster/world.hpp"
#include "tacit/runtime/executor.hpp"

namespace tacit::cluster {

/// What a rank did.
struct Traffic {
    std::uint64_t messages_sent = 0;
    std::uint64_t bytes_sent = 0;
    double seconds = 0;           ///< from the agreement to the end of all ranks
    double seconds_in_tasks = 0;  ///< of this rank's threads, together: the rest they waited
};

struct ClusterResult {
    std::vector<ckks::Ciphertext> outputs{};  ///< on rank 0; none on others
    Traffic traffic{};
};

/// Runs a schedule, called by all ranks of the world: the bits are those of runtime::execute with the plan that the
/// schedule was made from, on one machine, for every number of ranks and threads.
///
/// `inputs` by their numbers and `keys` are what needs_of says, or more. `job` is what else has to be the same on all
/// ranks, such as a hash of the files that they read. Ciphertexts move as raw residues, each to a rank once, while
/// other tasks run. A rank takes a value from the network when one of its next tasks reads it, and holds what is alive
/// for its own tasks alone.
///
/// Throws parameter_mismatch if the ranks have different schedules or jobs, or a schedule for another number of ranks;
/// missing_key and invalid_argument before any work is done; unreachable if another rank stops or falls silent; what
/// `progress` throws, called with the instructions of this rank. The other ranks are told why.
[[nodiscard]] ClusterResult execute(World& world, const Schedule& schedule, const ckks::EvaluationKeys& keys,
                                    std::map<std::size_t, ckks::Ciphertext> inputs, const Digest& job,
                                    const runtime::Progress& progress = {});

}  // namespace tacit::cluster
