// What the service does: it never sees a secret key, and this file includes nothing that could read one.
#include <sys/resource.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "base/stopwatch.hpp"
#include "learn/segment_inputs.hpp"
#include "math/kernels.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/compile/counts.hpp"
#include "tacit/runtime/executor.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

namespace {

/// The most memory this process ever held.
std::uint64_t peak_memory_bytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

/// Turns "instructions done" into work done over all steps of the training: transforms, as instructions are done about
/// in the order of the plan.
runtime::Progress weighed(const compile::Plan& plan, const ckks::Parameters& parameters,
                          const TrainingCircuit& training, const WorkProgress& progress) {
    const std::vector<std::size_t> transforms = compile::transforms(plan, parameters);
    std::vector<std::size_t> work;
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        for (const std::uint32_t i : plan.task(task).instructions)
            work.push_back(transforms[i] + 1);  // none is for nothing
    }
    std::partial_sum(work.begin(), work.end(), work.begin());
    const auto units = [](int steps) { return static_cast<std::size_t>(steps) * progress_per_step; };
    const std::size_t before = units(training.segment.first), here = units(training.segment.steps),
                      total = units(training.recipe.steps());
    if (progress) progress(before, total);
    return [=, work = std::move(work)](std::size_t done) {
        throw_if_interrupted();
        if (progress) progress(before + here * work[done - 1] / work.back(), total);
    };
}

void fill_in_program(StatisticsRecord& s, const OpenJob& job, const compile::ManagedCircuit& program) {
    using compile::Step;
    s.job = job.record.job;
    s.segments = job.segments();
    s.method = to_string(job.record.method);
    s.minibatches = job.record.recipe.minibatches;
    s.minibatch_size = job.record.recipe.minibatch_size;
    s.depth = std::max(s.depth, program.depth());
    s.log_ring_dimension = job.parameters.log_ring_dimension();
    s.log2_modulus = job.parameters.log2_modulus_with_special();
    s.security_bits = job.parameters.security_bits();
    s.products += program.count(Step::mul);
    s.constant_products += program.count(Step::mul_constant);
    s.additions += program.count(Step::add) + program.count(Step::sub) + program.count(Step::add_constant);
    s.relinearisations += program.count(Step::relinearize_rescale);
    s.rotations += program.count(Step::rotate);
    s.conjugations += program.count(Step::conjugate);
}

void fill_in_keys(StatisticsRecord& s, const fs::path& upload, const ckks::EvaluationKeys& keys) {
    s.keys = keys.galois_keys().size() + (keys.relinearization() != nullptr ? 1 : 0);
    s.key_memory_bytes = keys.memory_bytes();
    s.key_file_bytes = fs::file_size(upload / file_names::evaluation_keys);
}

void fill_in_inputs(StatisticsRecord& s, const SegmentInputs& inputs) {
    s.inputs_fingerprint = inputs_fingerprint(s.inputs_fingerprint, inputs.fingerprint);
    std::uint64_t memory = 0;
    for (const auto& input : inputs.ciphertexts) memory += input.memory_bytes();
    s.inputs += inputs.ciphertexts.size();
    s.input_memory_bytes = std::max(s.input_memory_bytes, memory);
    s.input_file_bytes += inputs.row_bytes;
    s.state_file_bytes += inputs.state_bytes;
}

/// The newest state, if it waits to be refreshed.
std::optional<NeedsRefresh> waiting(const OpenJob& job, const fs::path& upload, const fs::path& result) {
    const auto state = newest(result, file_names::state, job.segments());
    if (!state || newest(upload, file_names::refreshed, job.segments()).value_or(-1) >= *state) return std::nullopt;
    const std::vector<ckks::CiphertextType> types(job.plan(*state).program.outputs().size(), ckks::CiphertextType{});
    static_cast<void>(read_state_of(job, *state, result / file_names::state(*state), types));
    return NeedsRefresh{*state, job.segments()};
}

TrainingOutcome write_result(const fs::path& result, const OpenJob& job, int segment, StatisticsRecord statistics,
                             std::span<const ckks::Ciphertext> outputs) {
    if (segment + 1 < job.segments()) {
        const fs::path path = result / file_names::state(segment);
        write_state(path, {job.record.job, segment, {}, statistics}, outputs);
        return NeedsRefresh{segment, job.segments()};
    }
    CiphertextFileWriter file(result / file_names::weights);
    for (const auto& output : outputs) file.write(output);
    statistics.outputs = outputs.size();
    statistics.output_file_bytes = file.bytes();
    remove_stale(result / file_names::weights);  // old weights never stand beside new statistics
    write_record(result / file_names::statistics, statistics);
    file.commit();
    return statistics;
}

}  // namespace

TrainingOutcome train(const fs::path& upload_folder, const fs::path& result_folder, const WorkProgress& progress) {
    const auto start = SteadyClock::now();
    const OpenJob job = open_job(upload_folder);
    make_folder(result_folder);
    static_cast<void>(AtomicFile::open(result_folder / file_names::weights));  // better refused now than after the work
    if (const auto state = waiting(job, upload_folder, result_folder)) return *state;
    const int segment = newest(upload_folder, file_names::refreshed, job.segments()).value_or(-1) + 1;
    const TrainingPlan plan = job.plan(segment);
    SegmentInputs inputs = read_inputs(job, plan, segment, upload_folder, result_folder);
    throw_if_interrupted();
    const ckks::EvaluationKeys keys = read_keys(job, plan, upload_folder);
    throw_if_interrupted();
    StatisticsRecord statistics = std::move(inputs.so_far);
    fill_in_program(statistics, job, plan.program);
    fill_in_keys(statistics, upload_folder, keys);
    fill_in_inputs(statistics, inputs);
    statistics.seconds_loading += seconds_since(start);
    const auto begin = SteadyClock::now();
    const compile::Plan tasks(plan.program, job.parameters);
    const auto outputs = runtime::execute(tasks, keys, std::move(inputs.ciphertexts),
                                          weighed(tasks, job.parameters, plan.training, progress));
    statistics.seconds += seconds_since(begin);
    statistics.kernels = kernel_name();
    statistics.threads = thread_count();
    statistics.peak_memory_bytes = std::max(statistics.peak_memory_bytes, peak_memory_bytes());
    return write_result(result_folder, job, segment, std::move(statistics), outputs);
}

const char* kernel_name() { return math::kernels().name; }

}  // namespace tacit::learn
