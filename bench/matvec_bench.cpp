// A public matrix times an encrypted vector by its diagonals, for every split into baby steps and giant steps: the plan
// that the compiler makes, against hoisted rotations, products and sums. One JSON object per split:
//   matvec_bench [--diagonals D] [--depth L] [--rounds R] [--threads T]
#include <CLI/CLI.hpp>
#include <algorithm>
#include <ctime>
#include <functional>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "machine.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/compile/counts.hpp"
#include "tacit/runtime/executor.hpp"

namespace {

using namespace tacit;

struct Options {
    int diagonals = 64;
    int depth = 6;
    int rounds = 5;
    int threads = 1;
};

/// A diagonal of as many values as there are slots, no two alike.
std::vector<double> diagonal(int number, std::size_t slots) {
    constexpr std::size_t period = 4099;
    std::vector<double> values(slots);
    for (std::size_t j = 0; j < slots; ++j) {
        values[j] = static_cast<double>((7 * j + 13 * static_cast<std::size_t>(number)) % period) / period;
    }
    return values;
}

/// sum_g rotate(sum_b p_gb * rotate(x, b), g * babies), at the highest of `depth` levels.
circuit::Circuit make_circuit(const Options& options, int babies, std::size_t slots) {
    return circuit::trace<1>([&](auto x) {
        std::optional<circuit::Expr> total;
        for (int giant = 0; giant < options.diagonals; giant += babies) {
            std::optional<circuit::Expr> inner;
            for (int baby = 0; baby < babies; ++baby) {
                const auto turned = baby == 0 ? x : rotate(x, baby);
                const auto term = turned * circuit::values(diagonal(giant + baby, slots));
                inner = inner ? *inner + term : term;
            }
            const auto outer = giant == 0 ? *inner : rotate(*inner, giant);
            total = total ? *total + outer : outer;
        }
        for (int level = 1; level < options.depth; ++level) total = *total * 0.5;
        return *total;
    });
}

/// The same by operations of the evaluator; only the rotations of x share anything.
void ordinary(const ckks::Evaluator& evaluator, const ckks::Encoder& encoder, const ckks::Ciphertext& x,
              const std::vector<std::vector<double>>& matrix, int babies) {
    const int diagonals = static_cast<int>(matrix.size());
    std::vector<int> steps;
    for (int baby = 0; baby < babies; ++baby) steps.push_back(baby);
    const auto turned = evaluator.rotate_hoisted(x, steps);
    std::optional<ckks::Ciphertext> total;
    for (int giant = 0; giant < diagonals; giant += babies) {
        std::optional<ckks::Ciphertext> inner;
        for (int baby = 0; baby < babies; ++baby) {
            const auto plain = encoder.encode(matrix[static_cast<std::size_t>(giant + baby)], x.level());
            auto term = evaluator.mul(turned[static_cast<std::size_t>(baby)], plain);
            inner = inner ? evaluator.add(std::move(*inner), term) : std::move(term);
        }
        auto outer = evaluator.rotate(evaluator.rescale(std::move(*inner)), giant);
        total = total ? evaluator.add(std::move(*total), outer) : std::move(outer);
    }
}

/// CPU time for one thread, wall time above.
double seconds(const Options& options, const std::function<void()>& work) {
    const auto now = [&] {
        timespec t{};
        clock_gettime(options.threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
        return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
    };
    const double start = now();
    work();
    return now() - start;
}

std::size_t count_sums(const compile::Plan& plan) {
    std::size_t sums = 0;
    for (std::size_t task = 0; task < plan.tasks(); ++task) sums += plan.task(task).sums.size();
    return sums;
}

nlohmann::json report(const Options& options, const ckks::Parameters& parameters, int babies) {
    const auto program = compile::manage(make_circuit(options, babies, parameters.slots()), parameters.slots());
    const compile::Plan plan(program, parameters);
    const auto keys = ckks::generate_keys(parameters, program.key_request());
    const ckks::Encryptor encryptor(keys.secret_key);
    const ckks::Evaluator evaluator(keys.evaluation_keys);
    const auto x = encryptor.encrypt(diagonal(1, parameters.slots()), program.input_levels()[0]);
    std::vector<std::vector<double>> matrix;
    for (int i = 0; i < options.diagonals; ++i) matrix.push_back(diagonal(i, parameters.slots()));
    double planned = std::numeric_limits<double>::infinity(), usual = planned;
    for (int round = 0; round < options.rounds; ++round) {
        usual = std::min(usual, seconds(options, [&] { ordinary(evaluator, encryptor.encoder(), x, matrix, babies); }));
        std::vector<ckks::Ciphertext> inputs;
        inputs.push_back(x.clone());
        planned = std::min(planned, seconds(options, [&] {
                               static_cast<void>(runtime::execute(plan, keys.evaluation_keys, std::move(inputs)));
                           }));
    }
    return {{"machine", machine::name()},
            {"commit", machine::commit()},
            {"parameters", parameters.summary()},
            {"threads", options.threads},
            {"diagonals", options.diagonals},
            {"baby_steps", babies},
            {"keys", program.key_request().rotations.size()},
            {"sums_with_one_division", count_sums(plan)},
            {"transforms", compile::count_operations(plan, parameters).total().transforms},
            {"ordinary_s_min", usual},
            {"planned_s_min", planned}};
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Times public matrix times vector for every split; one JSON object per line");
    app.add_option("--diagonals", options.diagonals, "a power of two");
    app.add_option("--depth", options.depth, "levels; the product takes the highest");
    app.add_option("--rounds", options.rounds, "runs of each");
    app.add_option("--threads", options.threads, "threads");
    CLI11_PARSE(app, argc, argv);
    const ThreadLimit limit(options.threads);
    const auto parameters = ckks::Parameters::create({.depth = options.depth, .log_ring_dimension = 15});
    for (int babies = 8; babies <= std::min(options.diagonals, 64); babies *= 2) {
        std::cout << report(options, parameters, babies).dump() << std::endl;
    }
}
