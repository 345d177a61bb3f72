// What the service does: it never sees a secret key, and this file includes nothing that could read one.
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
#include "tacit/runtime/checkpoint.hpp"
#include "tacit/runtime/executor.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

namespace {

/// What "so many instructions are done" means, as they are done about in the order of the plan.
struct Milestones {
    std::vector<std::size_t> work;  ///< transforms up to each instruction
    std::vector<int> levels_left;   ///< of the deepest value until then
};

Milestones milestones(const compile::Plan& plan, const ckks::Parameters& parameters, const TrainingPlan& training) {
    const std::vector<std::size_t> transforms = compile::transforms(plan, parameters);
    Milestones m;
    int deepest = training.program.depth();
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        for (const std::uint32_t i : plan.task(task).instructions) {
            m.work.push_back(transforms[i] + 1);  // none is for nothing
            deepest = std::min(deepest, training.program.instructions()[i].type.level);
            m.levels_left.push_back(deepest);
        }
    }
    std::partial_sum(m.work.begin(), m.work.end(), m.work.begin());
    return m;
}

/// Turns "instructions done" into work done over all steps of the training.
runtime::Progress weighed(const compile::Plan& tasks, const OpenJob& job, int segment, const TrainingPlan& plan,
                          const TrainingProgress& progress) {
    const auto units = [](int steps) { return static_cast<std::size_t>(steps) * progress_per_step; };
    const std::size_t before = units(plan.training.segment.first), here = units(plan.training.segment.steps);
    TrainingWork work{.done = before,
                      .total = units(plan.training.recipe.steps()),
                      .segment = segment,
                      .segments = job.segments(),
                      .levels_left = plan.program.depth(),
                      .levels = plan.program.depth()};
    if (progress) progress(work);
    return [=, m = milestones(tasks, job.parameters, plan)](std::size_t done) mutable {
        throw_if_interrupted();
        work.done = before + here * m.work[done - 1] / m.work.back();
        work.levels_left = m.levels_left[done - 1];
        if (progress) progress(work);
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

/// Where a run of this segment was stopped. A damaged one, or one of another run, is worth nothing and is replaced.
std::optional<runtime::Checkpoint> last_checkpoint(const fs::path& file, const compile::Plan& plan,
                                                   const ckks::EvaluationKeys& keys,
                                                   std::span<const ckks::Ciphertext> inputs) {
    std::error_code error;
    if (!fs::exists(file, error)) return std::nullopt;
    auto found = runtime::read_checkpoint(file, plan, keys, inputs);
    return found ? std::optional(*std::move(found)) : std::nullopt;
}

/// A segment that is ready to be computed.
struct OpenSegment {
    SteadyClock::time_point start = SteadyClock::now();
    OpenJob job;
    int number;
    TrainingPlan plan;
    SegmentInputs inputs;
    ckks::EvaluationKeys keys;
    compile::Plan tasks;
    fs::path result_folder;
    StatisticsRecord statistics{};

    OpenSegment(OpenJob&& opened, const fs::path& upload, const fs::path& result)
        : job(std::move(opened)),
          number(newest(upload, file_names::refreshed, job.segments()).value_or(-1) + 1),
          plan(job.plan(number)),
          inputs(read_inputs(job, plan, number, upload, result)),
          keys(read_keys(job, plan, upload)),
          tasks(plan.program, job.parameters),
          result_folder(result) {
        throw_if_interrupted();
        statistics = std::move(inputs.so_far);
        fill_in_program(statistics, job, plan.program);
        fill_in_keys(statistics, upload, keys);
        fill_in_inputs(statistics, inputs);
        statistics.seconds_loading += seconds_since(start);
        start = SteadyClock::now();
    }

    [[nodiscard]] runtime::Progress weighed(const TrainingProgress& progress) const {
        return learn::weighed(tasks, job, number, plan, progress);
    }
    [[nodiscard]] TrainingOutcome finish(std::span<const ckks::Ciphertext> outputs) && {
        statistics.seconds += seconds_since(start);
        statistics.kernels = kernel_name();
        statistics.threads = thread_count();
        statistics.peak_memory_bytes = std::max(statistics.peak_memory_bytes, peak_memory_bytes());
        return write_result(result_folder, job, number, std::move(statistics), outputs);
    }
};

/// The job of the folder, unless its newest state waits to be refreshed.
std::variant<NeedsRefresh, OpenJob> open_training(const fs::path& upload, const fs::path& result) {
    OpenJob job = open_job(upload);
    make_folder(result);
    static_cast<void>(AtomicFile::open(result / file_names::weights));  // better refused now than after the work
    if (const auto state = waiting(job, upload, result)) return *state;
    return job;
}

/// Names the program and everything that is computed on.
Digest digest_of(const OpenSegment& segment) {
    const auto& program = segment.job.record.segments[static_cast<std::size_t>(segment.number)].circuit_fingerprint;
    Hasher hasher;
    hasher.update(std::as_bytes(std::span(program)));
    hasher.update(std::as_bytes(std::span(segment.inputs.fingerprint)));
    return hasher.finish();
}

}  // namespace

std::optional<TrainingOutcome> train_by(const SegmentExecutor& execute, const fs::path& upload_folder,
                                        const fs::path& result_folder, const TrainingProgress& progress) {
    auto opened = open_training(upload_folder, result_folder);
    if (const auto* const wait = std::get_if<NeedsRefresh>(&opened)) return *wait;
    OpenSegment segment(std::get<OpenJob>(std::move(opened)), upload_folder, result_folder);
    const Digest job = digest_of(segment);
    const auto outputs = execute(segment.tasks, segment.job.parameters, segment.keys,
                                 std::move(segment.inputs.ciphertexts), job, segment.weighed(progress));
    if (!outputs) return std::nullopt;
    return std::move(segment).finish(*outputs);
}

TrainingOutcome train(const fs::path& upload_folder, const fs::path& result_folder, const TrainingProgress& progress,
                      std::chrono::milliseconds checkpoint_every) {
    const fs::path file = result_folder / file_names::checkpoint;
    const SegmentExecutor here = [&](const compile::Plan& plan, const ckks::Parameters&,
                                     const ckks::EvaluationKeys& keys, std::vector<ckks::Ciphertext> inputs,
                                     const Digest&, const runtime::Progress& advanced) {
        runtime::Checkpoints checkpoints{.file = file, .every = checkpoint_every};
        checkpoints.from = last_checkpoint(file, plan, keys, inputs);
        return runtime::execute(plan, keys, std::move(inputs), advanced, {}, std::move(checkpoints));
    };
    TrainingOutcome outcome = train_by(here, upload_folder, result_folder, progress).value();
    remove_stale(file);
    return outcome;
}

void check_upload(const fs::path& upload_folder) {
    const OpenJob job = open_job(upload_folder);
    const int next = newest(upload_folder, file_names::refreshed, job.segments()).value_or(-1) + 1;
    if (next >= job.segments()) {
        fail(ErrorCode::parameter_mismatch, "'{}' refreshes segment {} of {}, and the last one is not refreshed",
             (upload_folder / file_names::refreshed(next - 1)).string(), next, job.segments());
    }
    const fs::path no_states;
    for (int segment = next; segment < job.segments(); ++segment) {
        const TrainingPlan plan = job.plan(segment);
        static_cast<void>(read_keys(job, plan, upload_folder));
        if (segment == next) {
            static_cast<void>(read_inputs(job, plan, segment, upload_folder, no_states));
        } else {
            static_cast<void>(read_rows(job, plan, segment, upload_folder));
        }
    }
}

const char* kernel_name() { return math::kernels().name; }

}  // namespace tacit::learn
