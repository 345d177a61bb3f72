#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tacit/base/hash.hpp"
#include "tacit/ckks/keys.hpp"
#include "tacit/compile/cost.hpp"
#include "tacit/compile/plan.hpp"

namespace tacit::cluster {

/// What it takes to bring bytes from one machine to another: seconds_per_message + bytes / bytes_per_second, one
/// message after the other out of each machine and into each. The defaults are a 10 Gbit/s Ethernet.
struct Network {
    double seconds_per_message = 5e-5;
    double bytes_per_second = 1.1e9;
};

/// What a run by a schedule should take, by the calibration and the network.
struct Prediction {
    double seconds = 0;          ///< until rank 0 has the outputs
    double serial_seconds = 0;   ///< of all tasks, one after the other
    std::vector<double> busy{};  ///< seconds of computing, by rank
    std::uint64_t messages = 0;  ///< ciphertexts that go from one rank to another
    std::uint64_t bytes = 0;     ///< of them
};

/// Which machine (rank) does which tasks of a plan.
struct Schedule {
    compile::Plan plan;  ///< the sums in an order by rank: compile::regroup_sums
    int ranks = 1;
    std::vector<std::uint32_t> rank_of{};  ///< of every task of the plan; inputs are wherever they are read
    Prediction predicted{};

    /// Of everything that the ranks of one run have to agree on.
    [[nodiscard]] Digest digest() const;
};

/// Deals the tasks of a plan out to `ranks` machines, the same on every machine for the same arguments.
///
/// Tasks that hang together stay together: those joined by values that few others read and by short sums, as all that
/// happens to one tile of a minibatch is. What many read, and long sums, are the cuts: there each machine adds up what
/// it has, the sums meet in one machine, and what follows from them goes to all who need it (an all-reduce, with the
/// work between). The parts are dealt out by their seconds, the largest first, where the machine is done earliest with
/// what would have to be sent counted; several meanings of "many" are tried, and one machine alone, each by a
/// simulation of the run, and the quickest wins.
///
/// Throws invalid_argument unless ranks is in [1, 1024], for a plan with refreshes, and as compile::predict_duration.
/// Cost: a few times making the plan.
[[nodiscard]] Schedule make_schedule(const compile::Plan& plan, const ckks::Parameters& parameters,
                                     const compile::Calibration& calibration, int ranks, const Network& network = {});

/// What a rank has to load before it runs its tasks.
struct Needs {
    std::vector<std::size_t> inputs{};  ///< numbers of the circuit's inputs, ascending
    ckks::KeyRequest keys{};
};
[[nodiscard]] Needs needs_of(const Schedule& schedule, int rank);

}  // namespace tacit::cluster
