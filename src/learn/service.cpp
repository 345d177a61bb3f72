// What the service is asked for: it never sees a secret key, and this file includes nothing that could read one.
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "base/stopwatch.hpp"
#include "learn/trainer.hpp"
#include "math/kernels.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/runtime/checkpoint.hpp"
#include "tacit/runtime/executor.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

namespace {

/// This machine alone, with checkpoints.
class ThisMachine : public SegmentExecutor {
public:
    ThisMachine(fs::path checkpoint, const TrainingRun& run) : file_(std::move(checkpoint)), run_(run) {}

    std::optional<SegmentShare> share(const compile::Plan&, const ckks::Parameters&) override { return std::nullopt; }

    std::optional<std::vector<ckks::Ciphertext>> execute(const compile::Plan& plan, const ckks::Parameters&,
                                                         const ckks::EvaluationKeys& keys,
                                                         std::map<std::size_t, ckks::Ciphertext> numbered,
                                                         const Digest&, const runtime::Progress& progress) override {
        std::vector<ckks::Ciphertext> inputs;
        for (auto& [number, input] : numbered) inputs.push_back(std::move(input));
        runtime::Checkpoints checkpoints{
            .file = file_, .every = run_.checkpoint_every, .most_bytes = run_.checkpoint_bytes};
        checkpoints.from = last_checkpoint(plan, keys, inputs);
        return runtime::execute(plan, keys, std::move(inputs), progress, {}, std::move(checkpoints));
    }

private:
    /// Where a run of this segment was stopped. A damaged one, or one of another run, is worth nothing and is replaced.
    [[nodiscard]] std::optional<runtime::Checkpoint> last_checkpoint(const compile::Plan& plan,
                                                                     const ckks::EvaluationKeys& keys,
                                                                     std::span<const ckks::Ciphertext> inputs) const {
        std::error_code error;
        if (!fs::exists(file_, error)) return std::nullopt;
        auto found = runtime::read_checkpoint(file_, plan, keys, inputs);
        return found ? std::optional(*std::move(found)) : std::nullopt;
    }

    fs::path file_;
    const TrainingRun& run_;
};

/// Whether the file is there before so much time has passed.
bool await_file(const fs::path& path, std::chrono::milliseconds patience) {
    const auto start = SteadyClock::now();
    std::error_code error;
    while (!fs::exists(path, error)) {
        throw_if_interrupted();
        if (SteadyClock::now() - start >= patience) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return true;
}

}  // namespace

std::optional<TrainingOutcome> train_by(SegmentExecutor& executor, const fs::path& upload_folder,
                                        const fs::path& result_folder, const TrainingProgress& progress) {
    return Trainer(executor, upload_folder, result_folder).advance(progress);
}

TrainingOutcome train(const fs::path& upload_folder, const fs::path& result_folder, const TrainingProgress& progress,
                      const TrainingRun& run) {
    const fs::path checkpoint = result_folder / file_names::checkpoint;
    ThisMachine here(checkpoint, run);
    Trainer trainer(here, upload_folder, result_folder);
    for (;;) {
        TrainingOutcome outcome = trainer.advance(progress).value();
        remove_stale(checkpoint);
        const auto* const wait = std::get_if<NeedsRefresh>(&outcome);
        if (wait == nullptr || run.refresh_patience.count() == 0) return outcome;
        if (run.waiting) run.waiting(*wait);
        trainer.prepare(wait->segment + 1);
        if (!await_file(upload_folder / file_names::refreshed(wait->segment), run.refresh_patience)) return outcome;
    }
}

void check_upload(const fs::path& upload_folder) {
    const OpenJob job = open_job(upload_folder);
    if (const auto refreshed = last_refreshed(upload_folder, job.segments())) {
        SegmentInputs inputs;
        add_state(inputs, job, job.plan(*refreshed + 1), *refreshed + 1, upload_folder, {});
        return;
    }
    const ckks::EvaluationKeys keys = read_keys(job, upload_folder);
    for (int segment = 0; segment < job.segments(); ++segment) {
        const TrainingPlan plan = job.plan(segment);
        check_keys(job, plan.program.key_request(), keys, upload_folder);
        static_cast<void>(read_rows(job, plan, segment, upload_folder));
    }
}

const char* kernel_name() { return math::kernels().name; }

}  // namespace tacit::learn
