// `tacit train` on several machines, one rank each: mpirun -n RANKS tacit_ranks --upload upload --result result
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "tacit/base/interrupt.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/base/progress.hpp"
#include "tacit/cluster/execute.hpp"
#include "tacit/cluster/schedule.hpp"
#include "tacit/cluster/world.hpp"
#include "tacit/compile/cost.hpp"
#include "tacit/learn/roles.hpp"

namespace {

using namespace tacit;

constexpr const char* footer = R"(
The service's part of a training (see `tacit train --help`) where one machine is too small. Every rank sees the same
folders; the result is that of `tacit train`, to the last bit, and rank 0 writes it. Exit status 3: the training waits
for `tacit refresh`, as `tacit train` would. MPI traffic is neither encrypted nor authenticated: run it inside one
service's own network alone. docs/cluster.md has how work is dealt out and what to expect.

Examples:
  mpirun -n 4 tacit_ranks --upload upload --result result --threads 1          (one machine)
  mpirun --host alpha:1,beta:1 --bind-to none --map-by node tacit_ranks --upload /shared/upload --result /shared/result)";

struct Options {
    std::string upload;
    std::string result;
    int threads = 0;
    int timeout = 60;
};

/// This rank's part of a segment.
class Rank : public learn::SegmentExecutor {
public:
    explicit Rank(cluster::World& world) : world_(world) {}

    std::optional<learn::SegmentShare> share(const compile::Plan& plan, const ckks::Parameters& parameters) override {
        schedule_ = cluster::make_schedule(plan, parameters, compile::typical_calibration(parameters), world_.ranks());
        cluster::Needs needs = cluster::needs_of(*schedule_, world_.rank());
        return learn::SegmentShare{std::move(needs.keys), std::move(needs.inputs)};
    }

    std::optional<std::vector<ckks::Ciphertext>> execute(const compile::Plan&, const ckks::Parameters&,
                                                         const ckks::EvaluationKeys& keys,
                                                         std::map<std::size_t, ckks::Ciphertext> inputs,
                                                         const Digest& job,
                                                         const runtime::Progress& progress) override {
        auto result = cluster::execute(world_, *schedule_, keys, std::move(inputs), job, progress);
        traffic_ = result.traffic;
        if (world_.rank() != 0) return std::nullopt;
        return std::move(result.outputs);
    }

    /// What rank 0 tells about the run.
    [[nodiscard]] const cluster::Prediction& predicted() const { return schedule_->predicted; }
    [[nodiscard]] const cluster::Traffic& traffic() const { return traffic_; }

private:
    cluster::World& world_;
    std::optional<cluster::Schedule> schedule_{};
    cluster::Traffic traffic_{};
};

int report(const learn::TrainingOutcome& outcome, const Rank& rank, int ranks) {
    if (const auto* const wait = std::get_if<learn::NeedsRefresh>(&outcome)) {
        fmt::print("segment {} of {} is done; its state waits for `tacit refresh`\n", wait->segment + 1,
                   wait->segments);
        return 3;
    }
    fmt::print(
        "{:.2f} s on {} ranks ({:.2f} s of work for one thread, by the typical calibration); {} ciphertexts, "
        "{:.1f} MB between ranks\n",
        rank.traffic().seconds, ranks, rank.predicted().serial_seconds, rank.predicted().messages,
        static_cast<double>(rank.predicted().bytes) / 1e6);
    return 0;
}

int train(const Options& options) {
    const InterruptGuard guard;
    cluster::World world{std::chrono::seconds(options.timeout)};
    try {
        std::optional<ThreadLimit> limit;
        if (options.threads > 0) limit.emplace(options.threads);
        Rank rank(world);
        const auto outcome = learn::train_by(rank, options.upload, options.result);
        return outcome && world.rank() == 0 ? report(*outcome, rank, world.ranks()) : 0;
    } catch (const Error& error) {  // said before the world ends all ranks
        fmt::print(stderr, "tacit_ranks: {}: {}\n", to_string(error.code()), error.what());
        world.fail(error.what());
    } catch (const std::exception& error) {
        fmt::print(stderr, "tacit_ranks: {}\n", error.what());
        world.fail(error.what());
    }
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Trains on encrypted data, on several machines"};
    app.name("tacit_ranks");
    app.footer(footer);
    Options options;
    app.add_option("--upload", options.upload, "Folder with program, parameters, keys and inputs")->required();
    app.add_option("--result", options.result, "Folder for the encrypted weights")->required();
    app.add_option("--threads", options.threads, "Threads of each rank; 0: all cores")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    app.add_option("--timeout", options.timeout, "Seconds of silence after which a rank is given up")
        ->check(CLI::Range(1, 86400))
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        return train(options);
    } catch (const std::exception& error) {  // MPI did not start
        fmt::print(stderr, "tacit_ranks: {}\n", error.what());
    }
    return 2;
}
