#include "tacit/cluster/execute.hpp"

#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "base/fail.hpp"
#include "base/stopwatch.hpp"
#include "cluster/exchange.hpp"
#include "ring/automorphism.hpp"

namespace tacit::cluster {

using ckks::Ciphertext;

namespace {

void check_keys(const ckks::KeyRequest& request, const ckks::EvaluationKeys& keys, int rank) {
    const int log_n = keys.parameters().log_ring_dimension();
    const auto refuse = [&](const std::string& what) {
        fail(ErrorCode::missing_key,
             "cluster: the tasks of rank {} need a key {}, which is not there; load what "
             "needs_of says",
             rank, what);
    };
    if (request.relinearization && keys.relinearization() == nullptr) refuse("for products");
    if (request.conjugation && keys.galois(ring::conjugation_element(log_n)) == nullptr) refuse("for conjugation");
    for (const int steps : request.rotations) {
        if (keys.galois(ring::galois_element(steps, log_n)) == nullptr) {
            refuse(fmt::format("for rotations by {}", steps));
        }
    }
}

void check_inputs(const Needs& needs, const Schedule& schedule, const ckks::Parameters& parameters,
                  const std::map<std::size_t, Ciphertext>& inputs, int rank) {
    for (const std::size_t number : needs.inputs) {
        const auto found = inputs.find(number);
        if (found == inputs.end()) {
            fail(ErrorCode::invalid_argument,
                 "cluster: the tasks of rank {} read input {}, which is not there; load what needs_of says", rank,
                 number);
        }
        const ckks::CiphertextType wanted{schedule.plan.program().input_levels()[number], 1, 1};
        if (!(found->second.parameters() == parameters)) {
            fail(ErrorCode::parameter_mismatch,
                 "cluster: input {} was encrypted under other parameters than the keys; encrypt it again", number);
        }
        if (!(found->second.type() == wanted)) {
            fail(ErrorCode::invalid_argument,
                 "cluster: input {} has {} but the circuit wants {}; encrypt it at that level", number,
                 to_string(found->second.type()), to_string(wanted));
        }
    }
}

Digest common_digest(const Schedule& schedule, const ckks::Parameters& parameters, const Digest& job) {
    Hasher hasher;
    hasher.update(schedule.digest());
    hasher.update(parameters.fingerprint());
    hasher.update(job);
    return hasher.finish();
}

/// A rank's run with its exchange.
struct RankRun {
    RankRun(World& world, const Schedule& schedule, const ckks::EvaluationKeys& keys, const runtime::Progress& progress)
        : routes(find_routes(schedule.plan, schedule.rank_of)),
          portion(portion_of(schedule.plan, schedule.rank_of, routes, static_cast<std::uint32_t>(world.rank()))),
          exchange(world.impl(), schedule, routes, keys.parameters(), portion),
          run(schedule.plan, keys, with_exchange(portion), progress) {}

    /// Gives the inputs to the run, in the place of the tasks that pass them on.
    void pass(const Schedule& schedule, std::map<std::size_t, Ciphertext> inputs) {
        const auto& all = schedule.plan.program().instructions();
        for (const std::uint32_t value : portion.arriving) {
            if (all[value].step != compile::Step::input) continue;
            run.arrive(value, std::move(inputs.at(static_cast<std::size_t>(all[value].attribute))));
        }
    }

    /// Moves values until the run is over here, all is sent, and all ranks are that far.
    std::vector<Ciphertext> compute(World::Impl& world) {
        auto outputs = std::async(std::launch::async, [&] { return run.run(); });
        try {
            return exchange_until_over(world, outputs);
        } catch (...) {
            run.stop(std::current_exception());
            if (outputs.valid()) outputs.wait();
            throw;
        }
    }

    Routes routes;
    runtime::Portion portion;
    Exchange exchange;
    runtime::Run run;

private:
    runtime::Portion with_exchange(runtime::Portion own) {
        own.left = [this](std::uint32_t value) { exchange.left(value); };
        return own;
    }
    std::vector<Ciphertext> exchange_until_over(World::Impl& world, std::future<std::vector<Ciphertext>>& outputs) {
        std::optional<std::vector<Ciphertext>> found;
        for (bool left = false; !left || !world.all_left();) {
            const bool busy = exchange.step(run);
            world.keep_in_touch();
            const bool over = !found && outputs.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
            if (over) found = outputs.get();  // throws what the run threw
            if (found && !left && exchange.all_sent()) {
                world.leave();
                left = true;
            }
            if (!busy) rest();
        }
        world.forget_who_left();
        return *std::move(found);
    }
};

ClusterResult checked_run(World& world, const Schedule& schedule, const ckks::EvaluationKeys& keys,
                          std::map<std::size_t, Ciphertext> inputs, const Digest& job,
                          const runtime::Progress& progress) {
    if (schedule.ranks != world.ranks()) {
        fail(ErrorCode::parameter_mismatch,
             "cluster: the schedule is for {} ranks, mpirun started {}; make it for these", schedule.ranks,
             world.ranks());
    }
    const Needs needs = needs_of(schedule, world.rank());
    check_keys(needs.keys, keys, world.rank());
    check_inputs(needs, schedule, keys.parameters(), inputs, world.rank());
    auto rank_run = std::make_unique<RankRun>(world, schedule, keys, progress);
    rank_run->pass(schedule, std::move(inputs));
    world.agree("the job, its program or its schedule", common_digest(schedule, keys.parameters(), job));
    const auto begin = SteadyClock::now();
    world.impl().start_watch();
    try {
        ClusterResult result{rank_run->compute(world.impl()), rank_run->exchange.traffic()};
        result.traffic.seconds = seconds_since(begin);
        result.traffic.seconds_in_tasks = rank_run->run.seconds_in_tasks();
        return result;
    } catch (...) {
        // MPI may still read and write there: it stays until this process ends, which is soon.
        static_cast<void>(rank_run.release());
        throw;
    }
}

}  // namespace

ClusterResult execute(World& world, const Schedule& schedule, const ckks::EvaluationKeys& keys,
                      std::map<std::size_t, Ciphertext> inputs, const Digest& job, const runtime::Progress& progress) {
    try {
        return checked_run(world, schedule, keys, std::move(inputs), job, progress);
    } catch (const std::exception& error) {
        world.fail(error.what());
        throw;
    }
}

}  // namespace tacit::cluster
