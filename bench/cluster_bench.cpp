// Trains on several ranks, predicted and measured; rank 0 prints one JSON object:
//   mpirun -n RANKS cluster_bench [--method mask-free] [--minibatches 6] [--rows 512] [--features 512] [--threads 1]
//                                 [--rounds 3] [--predict RANKS]
// Every rank makes the same keys and the inputs that it needs; values do not matter to time. Before, rank 0 calibrates
// and the network is measured with ciphertexts between ranks 0 and 1. --predict only says what so many ranks would
// take.
#include <mpi.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "machine.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/cluster/execute.hpp"
#include "tacit/learn/training_circuit.hpp"
#include "tacit/runtime/calibrate.hpp"

namespace {

using namespace tacit;

struct Options {
    std::map<std::string, std::string> given;
    [[nodiscard]] int number(const std::string& name, int otherwise) const {
        const auto found = given.find("--" + name);
        return found == given.end() ? otherwise : std::stoi(found->second);
    }
};

/// The program, and keys and inputs that are the same on every rank.
struct Job {
    explicit Job(const Options& options)
        : program(make_program(options)),
          parameters(ckks::Parameters::create({.depth = program.depth(), .min_slots = program.slots()})),
          plan(program, parameters),
          rng(Seed{}),
          secret_key(ckks::SecretKey::generate(parameters, rng)),
          seed(rng.new_seed()) {}

    static compile::ManagedCircuit make_program(const Options& options) {
        learn::TrainingRecipe recipe;
        recipe.minibatches = options.number("minibatches", 6);
        recipe.minibatch_size = options.number("rows", 512);
        recipe.features = options.number("features", 512);
        const bool low_depth = options.given.contains("--method") && options.given.at("--method") == "low-depth";
        const auto slots = static_cast<std::size_t>(options.number("slots", 16384));
        const auto method = low_depth ? learn::Method::low_depth : learn::Method::mask_free;
        return compile::manage(learn::make_training_circuit(method, recipe, slots).lowered.circuit, slots);
    }
    [[nodiscard]] ckks::EvaluationKeys keys(const ckks::KeyRequest& request) const {
        Rng random(seed);
        return ckks::EvaluationKeys::generate(secret_key, request, random);
    }
    [[nodiscard]] ckks::Ciphertext input(std::size_t number) const {
        Rng random(seed, 1000 + number);
        const ckks::Encoder encoder(parameters);
        const std::vector<double> values(program.slots(), 0.01);
        return ckks::Encryptor(secret_key).encrypt(encoder.encode(values, program.input_levels()[number]), random);
    }

    compile::ManagedCircuit program;
    ckks::Parameters parameters;
    compile::Plan plan;
    Rng rng;
    ckks::SecretKey secret_key;
    Seed seed;
};

/// Between ranks 0 and 1, to and fro: a short message, and one as large as a product.
cluster::Network measure_network(const cluster::World& world, std::size_t bytes) {
    std::vector<char> buffer(bytes);
    const auto round_trip = [&](std::size_t size) {
        double least = 1e9;
        for (int i = 0; i < 20 && world.rank() < 2; ++i) {
            const double begin = MPI_Wtime();
            for (int turn = 0; turn < 2; ++turn) {
                if (turn == world.rank()) {
                    MPI_Send(buffer.data(), static_cast<int>(size), MPI_CHAR, 1 - world.rank(), 0, MPI_COMM_WORLD);
                } else {
                    MPI_Recv(buffer.data(), static_cast<int>(size), MPI_CHAR, 1 - world.rank(), 0, MPI_COMM_WORLD,
                             MPI_STATUS_IGNORE);
                }
            }
            least = std::min(least, (MPI_Wtime() - begin) / 2);
        }
        return least;
    };
    cluster::Network found;
    if (world.ranks() > 1) {
        found.seconds_per_message = round_trip(8);
        found.bytes_per_second = static_cast<double>(bytes) / round_trip(bytes);
    }
    MPI_Bcast(&found, sizeof found, MPI_BYTE, 0, MPI_COMM_WORLD);
    return found;
}

/// Rank 0's, on all ranks, so that they make the same schedule.
compile::Calibration calibrate_together(const cluster::World& world, const ckks::Parameters& parameters) {
    std::string json;
    if (world.rank() == 0) json = to_json(runtime::calibrate(parameters));
    auto size = static_cast<int>(json.size());
    MPI_Bcast(&size, 1, MPI_INT, 0, MPI_COMM_WORLD);
    json.resize(static_cast<std::size_t>(size));
    MPI_Bcast(json.data(), size, MPI_CHAR, 0, MPI_COMM_WORLD);
    return compile::parse_calibration(json).value();
}

nlohmann::json describe(const cluster::Prediction& predicted) {
    return {{"seconds", predicted.seconds},
            {"serial_seconds", predicted.serial_seconds},
            {"speed_up", predicted.serial_seconds / predicted.seconds},
            {"busy", predicted.busy},
            {"messages", predicted.messages},
            {"bytes", predicted.bytes}};
}

void run(cluster::World& world, const Options& options) {
    const Job job(options);
    const auto network = measure_network(world, job.parameters.ciphertext_bytes(job.parameters.depth(), 2));
    const auto calibration = calibrate_together(world, job.parameters);
    const auto schedule = make_schedule(job.plan, job.parameters, calibration, world.ranks(), network);
    const auto needs = needs_of(schedule, world.rank());
    const auto keys = job.keys(job.program.key_request());
    std::map<std::size_t, ckks::Ciphertext> loaded;
    for (const std::size_t number : needs.inputs) loaded.emplace(number, job.input(number));
    std::vector<double> seconds, busy;  // by round
    std::uint64_t sent = 0;
    for (int round = 0; round < options.number("rounds", 3); ++round) {
        std::map<std::size_t, ckks::Ciphertext> inputs;
        for (const auto& [number, input] : loaded) inputs.emplace(number, input.clone());
        const auto result = execute(world, schedule, keys, std::move(inputs), Digest{});
        seconds.push_back(result.traffic.seconds);
        busy.push_back(result.traffic.seconds_in_tasks);
        sent = result.traffic.bytes_sent;
    }
    std::uint64_t all_sent = 0, inputs = needs.inputs.size(), all_inputs = 0;
    MPI_Reduce(&sent, &all_sent, 1, MPI_UINT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
    MPI_Reduce(&inputs, &all_inputs, 1, MPI_UINT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
    std::vector<double> all_busy(busy.size() * static_cast<std::size_t>(world.ranks()));
    const auto rounds = static_cast<int>(busy.size());
    MPI_Gather(busy.data(), rounds, MPI_DOUBLE, all_busy.data(), rounds, MPI_DOUBLE, 0, MPI_COMM_WORLD);
    if (world.rank() != 0) return;
    std::cout << nlohmann::json{{"machine", machine::name()},
                                {"commit", machine::commit()},
                                {"parameters", job.parameters.summary()},
                                {"ranks", world.ranks()},
                                {"threads", thread_count()},
                                {"tasks", job.plan.tasks()},
                                {"inputs", job.program.input_levels().size()},
                                {"inputs_loaded", all_inputs},
                                {"seconds_per_message", network.seconds_per_message},
                                {"bytes_per_second", network.bytes_per_second},
                                {"bytes_sent", all_sent},
                                {"predicted", describe(schedule.predicted)},
                                {"train_s_min", *std::ranges::min_element(seconds)},
                                {"train_s", seconds},
                                {"busy_s", all_busy}}
                     .dump()
              << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) options.given[argv[i]] = argv[i + 1];
    const ThreadLimit limit(options.number("threads", 1));
    if (const int ranks = options.number("predict", 0); ranks > 0) {
        const Job job(options);
        const auto schedule =
            cluster::make_schedule(job.plan, job.parameters, compile::typical_calibration(job.parameters), ranks);
        std::cout << describe(schedule.predicted).dump() << std::endl;
        return 0;
    }
    cluster::World world;
    run(world, options);
}
