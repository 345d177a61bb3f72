// `tacit train` on several machines, one rank each: mpirun -n RANKS tacit_ranks --upload upload --result result
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <map>
#include <optional>

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

/// What rank 0 tells about the run.
struct Run {
    cluster::Prediction predicted{};
    cluster::Traffic traffic{};
};

/// This rank's part of a segment's plan.
std::optional<std::vector<ckks::Ciphertext>> execute(cluster::World& world, Run& run, const compile::Plan& plan,
                                                     const ckks::Parameters& parameters,
                                                     const ckks::EvaluationKeys& keys,
                                                     std::vector<ckks::Ciphertext> inputs, const Digest& job,
                                                     const runtime::Progress& progress) {
    const auto schedule =
        cluster::make_schedule(plan, parameters, compile::typical_calibration(parameters), world.ranks());
    std::map<std::size_t, ckks::Ciphertext> own;
    for (const std::size_t input : cluster::needs_of(schedule, world.rank()).inputs) {
        own.emplace(input, std::move(inputs[input]));
    }
    inputs.clear();  // the other ranks' are theirs
    auto result = cluster::execute(world, schedule, keys, std::move(own), job, progress);
    run = {schedule.predicted, result.traffic};
    if (world.rank() != 0) return std::nullopt;
    return std::move(result.outputs);
}

int report(const learn::TrainingOutcome& outcome, const Run& run, int ranks) {
    if (const auto* const wait = std::get_if<learn::NeedsRefresh>(&outcome)) {
        fmt::print("segment {} of {} is done; its state waits for `tacit refresh`\n", wait->segment + 1,
                   wait->segments);
        return 3;
    }
    fmt::print(
        "{:.2f} s on {} ranks ({:.2f} s of work for one thread, by the typical calibration); {} ciphertexts, "
        "{:.1f} MB between ranks\n",
        run.traffic.seconds, ranks, run.predicted.serial_seconds, run.predicted.messages,
        static_cast<double>(run.predicted.bytes) / 1e6);
    return 0;
}

int train(const Options& options) {
    const InterruptGuard guard;
    cluster::World world{std::chrono::seconds(options.timeout)};
    try {
        std::optional<ThreadLimit> limit;
        if (options.threads > 0) limit.emplace(options.threads);
        Run run;
        const auto outcome = learn::train_by(
            [&](const auto& plan, const auto& parameters, const auto& keys, auto inputs, const Digest& job,
                const auto& progress) {
                return execute(world, run, plan, parameters, keys, std::move(inputs), job, progress);
            },
            options.upload, options.result);
        return outcome && world.rank() == 0 ? report(*outcome, run, world.ranks()) : 0;
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
