#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "cluster/routes.hpp"
#include "cluster/world_impl.hpp"
#include "runtime/run.hpp"
#include "tacit/cluster/execute.hpp"

namespace tacit::cluster {

/// Moves values between a rank's run and the other ranks, on the main thread, while the run computes on others.
class Exchange {
public:
    Exchange(World::Impl& world, const Schedule& schedule, const Routes& routes, const ckks::Parameters& parameters,
             const runtime::Portion& portion);

    /// From any thread: a value that others need was made.
    void left(std::uint32_t value);
    /// To be called again and again: starts what can start, ends what is done. Whether there was anything to do.
    bool step(runtime::Run& run);
    /// Whether everything that was left has gone out.
    [[nodiscard]] bool all_sent();

    [[nodiscard]] const Traffic& traffic() const noexcept { return traffic_; }

private:
    struct Transfer {
        std::uint32_t value;
        std::optional<ckks::Ciphertext> incoming;
        MPI_Request request;
    };
    void send(runtime::Run& run, std::uint32_t value);
    void receive(std::uint32_t value);
    bool finish(std::vector<Transfer>& transfers, runtime::Run& run);

    World::Impl& world_;
    const compile::Plan& plan_;
    const Routes& routes_;
    ckks::Parameters parameters_;
    std::size_t ahead_;
    std::vector<std::pair<std::size_t, std::uint32_t>> expected_{};  // (place of the first reader, value), ascending
    std::size_t next_expected_ = 0;
    std::vector<Transfer> incoming_;
    std::vector<Transfer> outgoing_;
    Traffic traffic_;

    std::mutex mutex_;  // of what follows
    std::deque<std::uint32_t> made_;
};

}  // namespace tacit::cluster
