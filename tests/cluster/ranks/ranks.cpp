// ranks MODE THREADS: one of the processes that mpirun starts for the tests of the layer cluster.
//   same       many programs: bits as on one machine
//   mismatch   rank 1 has another program
//   stops      rank 1 throws amid its tasks
//   silent     rank 1 stops without a word
//   dies       rank 1 is killed
// Every rank prints what happened to it and ends with status 0 if that is what should.
#include <fmt/format.h>
#include <signal.h>

#include <cstdlib>
#include <string>

#include "../../circuit/random_circuit.hpp"
#include "../../ckks/identical.hpp"
#include "../tiled.hpp"
#include "ckks/make_parameters.hpp"
#include "tacit/base/error.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/cluster/execute.hpp"

namespace {

using namespace tacit;

/// The same program, keys and inputs on every rank.
struct Job {
    explicit Job(const circuit::Circuit& circuit)
        : program(compile::manage(circuit, 512)),
          parameters(ckks::insecure_parameters_for_tests(
              {.depth = program.depth(), .integer_bits = 8, .log_ring_dimension = 10})),
          plan(program, parameters),
          rng(Seed{}),
          secret_key(ckks::SecretKey::generate(parameters, rng)),
          seed(rng.new_seed()) {}

    [[nodiscard]] ckks::EvaluationKeys keys() const {
        Rng random(seed);
        return ckks::EvaluationKeys::generate(secret_key, program.key_request(), random);
    }
    [[nodiscard]] ckks::Ciphertext input(std::size_t number) const {
        Rng random(seed, 1000 + number);
        const ckks::Encoder encoder(parameters);
        const std::vector<double> values(512, 0.01 * static_cast<double>(number + 1));
        return ckks::Encryptor(secret_key).encrypt(encoder.encode(values, program.input_levels()[number]), random);
    }
    [[nodiscard]] cluster::Schedule schedule(int ranks) const {
        // A network for which everything is worth sending.
        return cluster::make_schedule(plan, parameters, compile::typical_calibration(parameters), ranks,
                                      {.seconds_per_message = 1e-7, .bytes_per_second = 1e12});
    }
    cluster::ClusterResult run(cluster::World& world, const runtime::Progress& progress = {}) const {
        const cluster::Schedule found = schedule(world.ranks());
        std::map<std::size_t, ckks::Ciphertext> inputs;
        for (const std::size_t number : needs_of(found, world.rank()).inputs) inputs.emplace(number, input(number));
        return execute(world, found, keys(), std::move(inputs), Digest{}, progress);
    }
    [[nodiscard]] std::vector<ckks::Ciphertext> expected() const {
        std::vector<ckks::Ciphertext> inputs;
        for (std::size_t i = 0; i < program.input_levels().size(); ++i) inputs.push_back(input(i));
        return runtime::execute(plan, keys(), std::move(inputs));
    }

    compile::ManagedCircuit program;
    ckks::Parameters parameters;
    compile::Plan plan;
    Rng rng;
    ckks::SecretKey secret_key;
    Seed seed;
};

/// How many outputs differ from one machine's; on rank 0.
std::size_t wrong(cluster::World& world, const Job& job) {
    const auto found = job.run(world);
    if (world.rank() != 0) return found.outputs.size();
    const auto expected = job.expected();
    std::size_t differ = expected.size() != found.outputs.size();
    for (std::size_t i = 0; differ == 0 && i < expected.size(); ++i) {
        differ += !identical(expected[i], found.outputs[i]);
    }
    return differ;
}

int same(cluster::World& world) {
    std::size_t differ = 0;
    std::uint64_t sent = 0;
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        const Job job(circuit::RandomCircuit(seed, {.magnitude = 60, .depth = 4}).draw(20));
        differ += wrong(world, job);
    }
    const Job job(cluster::tiled<16>());
    for (int round = 0; round < 3; ++round) differ += wrong(world, job);
    sent = job.run(world).traffic.messages_sent;
    if (world.ranks() > 1 && sent == 0) ++differ;  // every rank has something to say
    fmt::print("rank {} of {}: {} differ, {} values sent\n", world.rank(), world.ranks(), differ, sent);
    return differ == 0 ? 0 : 1;
}

/// Runs a program; after a few tasks rank 1 does something bad.
template <class Bad>
int disturbed(cluster::World& world, const Bad& bad) {
    const Job job(cluster::tiled<16>());
    try {
        static_cast<void>(job.run(world, [&](std::size_t done) {
            if (world.rank() == 1 && done == 20) bad();
        }));
    } catch (const Error& error) {
        fmt::print("rank {}: {}: {}\n", world.rank(), to_string(error.code()), error.what());
        std::fflush(stdout);
        return 1;
    }
    fmt::print("rank {}: nothing happened\n", world.rank());
    return 0;
}

int mismatch(cluster::World& world) {
    const Job job(world.rank() == 1 ? cluster::tiled<15>() : cluster::tiled<16>());
    try {
        static_cast<void>(job.run(world));
    } catch (const Error& error) {
        fmt::print("rank {}: {}: {}\n", world.rank(), to_string(error.code()), error.what());
        std::fflush(stdout);
        return 1;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const std::string mode = argv[1];
    const ThreadLimit limit(std::atoi(argv[2]));
    cluster::World world(std::chrono::seconds(mode == "silent" ? 3 : 60));
    if (mode == "same") return same(world);
    if (mode == "mismatch") return mismatch(world);
    if (mode == "stops") return disturbed(world, [] { throw Error(ErrorCode::interrupted, "the test says stop"); });
    if (mode == "silent") return disturbed(world, [] { raise(SIGSTOP); });
    if (mode == "dies") return disturbed(world, [] { raise(SIGKILL); });
    return 2;
}
