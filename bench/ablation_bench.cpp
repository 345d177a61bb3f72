// What each technique of the search and of the engine saves when MNIST is trained, six minibatches of 128 x 196 from
// zero. For each: the circuit without it, in the smallest ring that is secure for it, beside the whole in interleaved
// rounds. One JSON object per line: ablation_bench [--predict] [ROUNDS]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "learn/baseline_circuit.hpp"
#include "machine.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/circuit/passes.hpp"
#include "tacit/circuit/rotations.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/compile/cost.hpp"
#include "tacit/learn/clear_training.hpp"
#include "tacit/learn/metrics.hpp"
#include "tacit/learn/training_circuit.hpp"
#include "tacit/runtime/executor.hpp"
#include "tensor/search.hpp"

namespace {

using namespace tacit;
using compile::Step;
using compile::TimedOperation;

/// The job: what is trained, and the result to expect.
struct Job {
    learn::TrainingRecipe recipe{};
    tensor::Program program = learn::training_program(recipe);
    tensor::ClearInputs inputs{};
    std::vector<double> expected{};
};

Job mnist() {
    Job job;
    const auto split = learn::embedded_mnist();
    const auto standardiser = learn::fit_standardiser(split.training);
    for (auto& z : learn::draw_minibatches(learn::standardised(split.training, standardiser), job.recipe, 1)) {
        job.inputs.matrices.push_back({z.rows, z.width, std::move(z.values)});
    }
    job.expected = evaluate(job.program, job.inputs).front();
    return job;
}

/// One circuit with its ring.
struct Variant {
    std::string without;
    tensor::Lowered lowered;
    compile::ManagedCircuit managed;
    ckks::Parameters parameters;
};

Variant searched(const Job& job, std::string without, const tensor::Requirements& requirements,
                 const tensor::Techniques& techniques = {}) {
    tensor::Compiled made = tensor::compile(job.program, requirements, techniques);
    return {std::move(without), std::move(made.lowered), std::move(made.managed), std::move(made.parameters)};
}

/// A circuit in the smallest ring that holds it, as it was written for `slots`.
Variant in_ring(std::string without, tensor::Lowered lowered, std::size_t slots) {
    auto managed = compile::manage(lowered.circuit, slots);
    auto parameters = ckks::Parameters::create({.depth = managed.depth(), .min_slots = slots});
    return {std::move(without), std::move(lowered), std::move(managed), std::move(parameters)};
}

Variant published(const Job& job) {
    constexpr std::size_t slots = 32768;
    return in_ring("the search: published order [HHCP19]", learn::write_baseline(job.recipe, slots), slots);
}

Variant passed(const Variant& whole, std::string name,
               const std::function<circuit::Circuit(const circuit::Circuit&)>& pass) {
    tensor::Lowered lowered = whole.lowered;
    lowered.circuit = pass(lowered.circuit);
    return in_ring(std::move(name), std::move(lowered), whole.managed.slots());
}

double predicted(const Variant& v, const compile::Calibration& calibration) {
    return compile::predict_duration(compile::Plan(v.managed, v.parameters), v.parameters, calibration).seconds;
}

/// What a run needs.
class Runner {
public:
    Runner(const Job& job, const Variant& v)
        : job_(job), v_(v), keys_(ckks::generate_keys(v.parameters, v.managed.key_request())) {
        const ckks::Encryptor encryptor(keys_.secret_key);
        tensor::Packer pack(job.program, v.lowered, job.inputs);
        for (std::size_t i = 0; i < v.lowered.inputs.size(); ++i) {
            inputs_.push_back(encryptor.encrypt(pack(v.lowered.inputs[i]), v.managed.input_levels()[i]));
        }
    }

    /// Seconds of one run.
    void run() {
        std::vector<ckks::Ciphertext> inputs;
        for (const auto& input : inputs_) inputs.push_back(input.clone());
        const auto start = std::chrono::steady_clock::now();
        const auto outputs = runtime::execute(v_.managed, keys_.evaluation_keys, std::move(inputs));
        seconds_ = std::min(seconds_, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        const ckks::Decryptor decryptor(keys_.secret_key);
        std::vector<std::vector<std::complex<double>>> decrypted;
        for (const auto& output : outputs) decrypted.push_back(decryptor.decrypt_complex(output));
        const auto weights = unpack(job_.program, v_.lowered, decrypted).front();
        double largest = 0;
        error_ = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            error_ = std::max(error_, std::fabs(weights[i] - job_.expected[i]));
            largest = std::max(largest, std::fabs(job_.expected[i]));
        }
        error_ /= largest;
    }
    /// The least since the last call.
    [[nodiscard]] double take_seconds() { return std::exchange(seconds_, std::numeric_limits<double>::infinity()); }
    [[nodiscard]] double relative_error() const { return error_; }

private:
    const Job& job_;
    const Variant& v_;
    ckks::KeySet keys_;
    std::vector<ckks::Ciphertext> inputs_;
    double seconds_ = std::numeric_limits<double>::infinity();
    double error_ = 0;
};

nlohmann::ordered_json counts(const Variant& v, const Variant& whole) {
    const double seconds = predicted(v, compile::typical_calibration(v.parameters));
    const double least = predicted(whole, compile::typical_calibration(whole.parameters));
    return {{"without", v.without},
            {"depth", v.managed.depth()},
            {"log_n", v.parameters.log_ring_dimension()},
            {"rotations", v.managed.count(Step::rotate)},
            {"conjugations", v.managed.count(Step::conjugate)},
            {"relinearisations", v.managed.count(Step::relinearize_rescale)},
            {"inputs", v.lowered.inputs.size()},
            {"grid", {v.lowered.grid.height, v.lowered.grid.width}},
            {"predicted_s", seconds},
            {"predicted_ratio", seconds / least}};
}

/// What the engine does below the circuit, by its predicted time alone: the operations are charged without it.
nlohmann::ordered_json charged(const Variant& whole, const std::string& without, double more) {
    const double seconds = predicted(whole, compile::typical_calibration(whole.parameters));
    return {{"without", without}, {"predicted_s", seconds + more}, {"predicted_ratio", (seconds + more) / seconds}};
}

double without_hoisting(const Variant& whole) {
    auto calibration = compile::typical_calibration(whole.parameters);
    const double hoisted = predicted(whole, calibration);
    calibration.seconds[static_cast<std::size_t>(TimedOperation::rotate_more)] =
        calibration.seconds[static_cast<std::size_t>(TimedOperation::rotate)];
    return predicted(whole, calibration) - hoisted;
}

/// Every product relinearised and rescaled at once, not sums of them.
double without_lazy_relinearisation(const Variant& whole) {
    const auto calibration = compile::typical_calibration(whole.parameters);
    double more = 0;
    for (const compile::Instruction& i : whole.managed.instructions()) {
        const double one =
            calibration.at(TimedOperation::relinearize_rescale, i.type.level + (i.step == Step::mul ? 0 : 1));
        if (i.step == Step::mul) more += one;
        if (i.step == Step::relinearize_rescale) more -= one;
    }
    return more;
}

/// Every operation at the highest level.
double without_level_drops(const Variant& whole) {
    auto calibration = compile::typical_calibration(whole.parameters);
    const double dropped = predicted(whole, calibration);
    for (auto& seconds : calibration.seconds) std::ranges::fill(seconds, seconds.back());
    calibration.seconds[static_cast<std::size_t>(TimedOperation::drop_level)].assign(calibration.levels.size(), 0);
    return predicted(whole, calibration) - dropped;
}

std::vector<Variant> variants(const Job& job, const Variant& whole) {
    using tensor::Association;
    using tensor::Summation;
    std::vector<Variant> all;
    all.push_back(published(job));
    all.push_back(searched(job, "multiplying out, mask-free sums",
                           {.summation = Summation::masked, .association = Association::as_written}));
    all.push_back(searched(job, "multiplying out", {.association = Association::as_written}));
    all.push_back(searched(job, "choice by term", {.association = Association::multiplied_out}));
    all.push_back(searched(job, "mask-free sums", {.summation = Summation::masked}));
    all.push_back(searched(job, "products by owners", {}, {.owner_products = false}));
    all.push_back(searched(job, "folding into polynomials", {}, {.folded_polynomials = false}));
    all.push_back(searched(job, "conversions in imaginary parts", {}, {.carried_conversions = false}));
    all.push_back(searched(job, "output halves in one ciphertext", {}, {.paired_outputs = false}));
    all.push_back(searched(job, "choice of the grid: as wide as a sample", {}, {.grid = tensor::Grid{64, 256}}));
    all.push_back(searched(job, "all of these",
                           {.summation = Summation::masked, .association = Association::as_written},
                           {false, false, false, false, tensor::Grid{64, 256}}));
    all.push_back(passed(whole, "nothing, but balance", circuit::balance));
    all.push_back(passed(whole, "nothing, but factor_rotations", circuit::factor_rotations));
    return all;
}

void report(const Job& job, const Variant& v, const Variant& whole, Runner* beside, int rounds) {
    auto line = counts(v, whole);
    if (beside != nullptr) {
        Runner runner(job, v);
        for (int round = 0; round < rounds; ++round) {  // interleaved, so that both meet the same machine
            runner.run();
            beside->run();
        }
        const double seconds = runner.take_seconds();
        line.update({{"measured_s", seconds},
                     {"measured_ratio", seconds / beside->take_seconds()},
                     {"relative_error", runner.relative_error()},
                     {"threads", thread_count()},
                     {"machine", machine::name()},
                     {"commit", machine::commit()}});
    }
    std::cout << line.dump() << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
    bool predict_only = false;
    int rounds = 5;
    for (int i = 1; i < argc; ++i) {
        if (std::string_view(argv[i]) == "--predict")
            predict_only = true;
        else
            rounds = std::stoi(argv[i]);
    }
    const Job job = mnist();
    const Variant whole = searched(job, "nothing", {});
    std::optional<Runner> beside;
    if (!predict_only) beside.emplace(job, whole);
    Runner* const runner = beside ? &*beside : nullptr;
    report(job, whole, whole, runner, rounds);
    for (const Variant& v : variants(job, whole)) report(job, v, whole, runner, rounds);
    std::cout << charged(whole, "hoisting", without_hoisting(whole)).dump() << '\n'
              << charged(whole, "lazy relinearisation", without_lazy_relinearisation(whole)).dump() << '\n'
              << charged(whole, "level drops", without_level_drops(whole)).dump() << std::endl;
}
