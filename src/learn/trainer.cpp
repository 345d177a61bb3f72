// What the service does: it never sees a secret key, and this file includes nothing that could read one.
#include "learn/trainer.hpp"

#include <algorithm>
#include <utility>

#include "base/stopwatch.hpp"
#include "learn/training_progress.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

namespace {

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

void fill_in_keys(StatisticsRecord& s, const ckks::EvaluationKeys& keys, std::uint64_t file_bytes) {
    s.keys = keys.galois_keys().size() + (keys.relinearization() != nullptr ? 1 : 0);
    s.key_memory_bytes = keys.memory_bytes();
    s.key_file_bytes = file_bytes;
}

void fill_in_inputs(StatisticsRecord& s, const SegmentInputs& inputs) {
    s.inputs_fingerprint = inputs_fingerprint(s.inputs_fingerprint, inputs.fingerprint);
    std::uint64_t memory = 0;
    for (const auto& [number, input] : inputs.ciphertexts) memory += input.memory_bytes();
    s.inputs += inputs.ciphertexts.size();
    s.input_memory_bytes = std::max(s.input_memory_bytes, memory);
    s.input_file_bytes += inputs.row_bytes;
    s.state_file_bytes += inputs.state_bytes;
}

}  // namespace

Trainer::Trainer(SegmentExecutor& executor, fs::path upload_folder, fs::path result_folder)
    : executor_(executor),
      upload_(std::move(upload_folder)),
      result_(std::move(result_folder)),
      job_(open_job(upload_)) {
    make_folder(result_);
    static_cast<void>(AtomicFile::open(result_ / file_names::weights));  // better refused now than after the work
}

/// The newest state, if it waits to be refreshed.
std::optional<NeedsRefresh> Trainer::waiting() const {
    const auto state = newest(result_, file_names::state, job_.segments());
    if (!state || last_refreshed(upload_, job_.segments()).value_or(-1) >= *state) return std::nullopt;
    const std::vector<ckks::CiphertextType> types(job_.plan(*state).program.outputs().size(), ckks::CiphertextType{});
    static_cast<void>(read_state_of(job_, *state, result_ / file_names::state(*state), types));
    return NeedsRefresh{*state, job_.segments()};
}

void Trainer::prepare(int segment) {
    const auto start = SteadyClock::now();
    TrainingPlan plan = job_.plan(segment);
    compile::Plan tasks(plan.program, job_.parameters);
    Prepared made{segment, std::move(plan), std::move(tasks)};
    made.share = executor_.share(made.tasks, job_.parameters);
    std::error_code error;
    if (fs::exists(upload_ / file_names::segment_inputs(segment), error)) {
        made.rows = read_rows(job_, made.plan, segment, upload_, made.share);
    }
    made.seconds = seconds_since(start);
    prepared_ = std::move(made);
}

Trainer::Prepared Trainer::take(int segment) {
    if (!prepared_ || prepared_->number != segment) prepare(segment);
    Prepared taken = *std::exchange(prepared_, std::nullopt);
    if (!taken.rows) taken.rows = read_rows(job_, taken.plan, segment, upload_, taken.share);
    return taken;
}

void Trainer::load_keys(const Prepared& segment) {
    if (!keys_ || segment.share) {
        keys_.emplace(read_keys(job_, upload_, segment.share));
        key_file_bytes_ = fs::file_size(upload_ / file_names::evaluation_keys);
    }
    check_keys(job_, segment.share ? segment.share->keys : segment.plan.program.key_request(), *keys_, upload_);
}

/// Names the program and everything that is computed on.
Digest Trainer::digest_of(const Prepared& segment, const SegmentInputs& inputs) const {
    const auto& program = job_.record.segments[static_cast<std::size_t>(segment.number)].circuit_fingerprint;
    Hasher hasher;
    hasher.update(std::as_bytes(std::span(program)));
    hasher.update(std::as_bytes(std::span(inputs.fingerprint)));
    return hasher.finish();
}

StatisticsRecord Trainer::statistics_of(const Prepared& segment, const SegmentInputs& inputs) const {
    StatisticsRecord statistics = inputs.so_far;
    fill_in_program(statistics, job_, segment.plan.program);
    fill_in_keys(statistics, *keys_, key_file_bytes_);
    fill_in_inputs(statistics, inputs);
    return statistics;
}

std::optional<TrainingOutcome> Trainer::advance(const TrainingProgress& progress) {
    if (const auto wait = waiting()) return *wait;
    const int number = last_refreshed(upload_, job_.segments()).value_or(-1) + 1;
    double loading = prepared_ && prepared_->number == number ? prepared_->seconds : 0;
    auto start = SteadyClock::now();
    Prepared segment = take(number);
    load_keys(segment);
    SegmentInputs inputs = *std::move(segment.rows);
    add_state(inputs, job_, segment.plan, number, upload_, result_, segment.share);
    throw_if_interrupted();
    StatisticsRecord statistics = statistics_of(segment, inputs);
    loading += seconds_since(start);
    statistics.seconds_loading += loading;
    start = SteadyClock::now();
    const Digest job = digest_of(segment, inputs);
    const auto outputs = executor_.execute(segment.tasks, job_.parameters, *keys_, std::move(inputs.ciphertexts), job,
                                           weighed(segment.tasks, job_, number, segment.plan, progress));
    if (!outputs) return std::nullopt;
    statistics.seconds += seconds_since(start);
    statistics.kernels = kernel_name();
    statistics.threads = thread_count();
    statistics.peak_memory_bytes = std::max(statistics.peak_memory_bytes, peak_memory_bytes());
    return write_result(number, std::move(statistics), *outputs);
}

TrainingOutcome Trainer::write_result(int segment, StatisticsRecord statistics,
                                      std::span<const ckks::Ciphertext> outputs) const {
    if (segment + 1 < job_.segments()) {
        const fs::path path = result_ / file_names::state(segment);
        write_state(path, {job_.record.job, segment, {}, statistics}, outputs);
        return NeedsRefresh{segment, job_.segments()};
    }
    CiphertextFileWriter file(result_ / file_names::weights);
    for (const auto& output : outputs) file.write(output);
    statistics.outputs = outputs.size();
    statistics.output_file_bytes = file.bytes();
    remove_stale(result_ / file_names::weights);  // old weights never stand beside new statistics
    write_record(result_ / file_names::statistics, statistics);
    file.commit();
    return statistics;
}

}  // namespace tacit::learn
