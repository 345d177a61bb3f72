// What the service does: it never sees a secret key, and this file includes nothing that could read one.
#include <sys/resource.h>

#include <numeric>

#include "base/stopwatch.hpp"
#include "learn/role_files.hpp"
#include "math/kernels.hpp"
#include "ring/automorphism.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/ckks/serialization.hpp"
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

CiphertextFile read_inputs(const fs::path& folder, const OpenJob& job) {
    const fs::path path = folder / file_names::inputs;
    require_file(path, "encrypt");
    std::vector<ckks::CiphertextType> types;
    for (const int level : job.plan.program.input_levels()) types.push_back({.level = level});
    return read_ciphertexts(path, job.parameters, types);
}

/// The executor would notice too, but does not know the file.
void check_keys(const fs::path& path, const OpenJob& job, const ckks::EvaluationKeys& keys) {
    const ckks::KeyRequest request = job.plan.program.key_request();
    const auto refuse = [&](const std::string& what) {
        fail(ErrorCode::missing_key,
             "'{}' has no key {}, which the {} circuit needs; run `tacit keygen` for this method", path.string(), what,
             to_string(job.record.method));
    };
    if (request.relinearization && keys.relinearization() == nullptr) refuse("for products");
    for (const int steps : request.rotations) {
        const auto element = ring::galois_element(steps, job.parameters.log_ring_dimension());
        if (keys.galois(element) == nullptr) refuse(fmt::format("for rotations by {}", steps));
    }
    const auto conjugation = ring::conjugation_element(job.parameters.log_ring_dimension());
    if (request.conjugation && keys.galois(conjugation) == nullptr) refuse("for conjugation");
}

ckks::EvaluationKeys read_keys(const fs::path& folder, const OpenJob& job) {
    const fs::path path = folder / file_names::evaluation_keys;
    require_file(path, "keygen");
    ckks::EvaluationKeys keys = value_at(path, ckks::read_evaluation_keys(path, job.parameters));
    check_keys(path, job, keys);
    return keys;
}

/// Turns "instructions done" into transforms done: instructions are done about in the order of the plan.
runtime::Progress weighed(const compile::Plan& plan, const ckks::Parameters& parameters, const WorkProgress& progress) {
    const std::vector<std::size_t> transforms = compile::transforms(plan, parameters);
    std::vector<std::size_t> work;
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        for (const std::uint32_t i : plan.task(task).instructions)
            work.push_back(transforms[i] + 1);  // none is for nothing
    }
    std::partial_sum(work.begin(), work.end(), work.begin());
    return [work = std::move(work), progress](std::size_t done) {
        throw_if_interrupted();
        if (progress) progress(work[done - 1], work.back());
    };
}

void fill_in_program(StatisticsRecord& s, const OpenJob& job) {
    using compile::Step;
    const compile::ManagedCircuit& program = job.plan.program;
    s.job = job.record.job;
    s.method = to_string(job.record.method);
    s.minibatches = job.record.recipe.minibatches;
    s.minibatch_size = job.record.recipe.minibatch_size;
    s.depth = program.depth();
    s.log_ring_dimension = job.parameters.log_ring_dimension();
    s.log2_modulus = job.parameters.log2_modulus_with_special();
    s.security_bits = job.parameters.security_bits();
    s.products = program.count(Step::mul);
    s.constant_products = program.count(Step::mul_constant);
    s.additions = program.count(Step::add) + program.count(Step::sub) + program.count(Step::add_constant);
    s.relinearisations = program.count(Step::relinearize_rescale);
    s.rotations = program.count(Step::rotate);
    s.conjugations = program.count(Step::conjugate);
}

void fill_in_sizes(StatisticsRecord& s, const fs::path& upload, const ckks::EvaluationKeys& keys,
                   const CiphertextFile& inputs) {
    s.keys = keys.galois_keys().size() + (keys.relinearization() != nullptr ? 1 : 0);
    s.key_memory_bytes = keys.memory_bytes();
    s.key_file_bytes = fs::file_size(upload / file_names::evaluation_keys);
    s.inputs_fingerprint = inputs.fingerprint;
    s.inputs = inputs.ciphertexts.size();
    for (const auto& input : inputs.ciphertexts) s.input_memory_bytes += input.memory_bytes();
    s.input_file_bytes = fs::file_size(upload / file_names::inputs);
}

}  // namespace

StatisticsRecord train(const fs::path& upload_folder, const fs::path& result_folder, const WorkProgress& progress) {
    const auto start = SteadyClock::now();
    const OpenJob job = open_job(upload_folder);
    make_folder(result_folder);
    CiphertextFileWriter file(result_folder / file_names::weights);
    auto inputs = read_inputs(upload_folder, job);
    throw_if_interrupted();
    const ckks::EvaluationKeys keys = read_keys(upload_folder, job);
    throw_if_interrupted();
    StatisticsRecord statistics;
    fill_in_program(statistics, job);
    fill_in_sizes(statistics, upload_folder, keys, inputs);
    statistics.seconds_loading = seconds_since(start);
    const auto begin = SteadyClock::now();
    const compile::Plan plan(job.plan.program, job.parameters);
    const auto outputs =
        runtime::execute(plan, keys, std::move(inputs.ciphertexts), weighed(plan, job.parameters, progress));
    statistics.seconds = seconds_since(begin);
    statistics.kernels = kernel_name();
    statistics.threads = thread_count();
    statistics.peak_memory_bytes = peak_memory_bytes();
    for (const auto& output : outputs) file.write(output);
    statistics.outputs = outputs.size();
    statistics.output_file_bytes = file.bytes();
    remove_stale(result_folder / file_names::weights);  // old weights never stand beside new statistics
    write_record(result_folder / file_names::statistics, statistics);
    file.commit();
    return statistics;
}

void check_upload(const fs::path& upload_folder) {
    const OpenJob job = open_job(upload_folder);
    static_cast<void>(read_inputs(upload_folder, job));
    static_cast<void>(read_keys(upload_folder, job));
}

const char* kernel_name() { return math::kernels().name; }

}  // namespace tacit::learn
