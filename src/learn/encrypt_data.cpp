// The customer's rows, encrypted for every segment.
#include <algorithm>
#include <utility>

#include "learn/customer_files.hpp"
#include "learn/warm_start.hpp"
#include "tacit/ckks/encryptor.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

namespace {

/// What the file of a segment's rows holds: equal lists, equal contents.
struct RowInputs {
    std::size_t height = 0;
    std::size_t width = 0;
    std::vector<std::pair<tensor::InputBlock, int>> blocks{};  ///< with their levels
    friend bool operator==(const RowInputs&, const RowInputs&) = default;
};

/// Factors of the blocks are minibatches, and vectors after those of the start their targets; both are numbered by the
/// circuit.
void number_as_in_recipe(tensor::InputBlock& block, const TrainingCircuit& training) {
    const auto minibatches = minibatches_of(training.recipe, training.segment);
    const std::size_t starts = state_size(training.recipe, training.segment);
    const auto outputs = static_cast<std::size_t>(training.recipe.outputs());
    for (auto* part : {&block.real, &block.imaginary}) {
        for (auto& term : part->terms) {
            for (auto& factor : term.chain) factor.matrix = static_cast<std::uint32_t>(minibatches[factor.matrix]);
            if (!term.times_vector || term.vector < starts) continue;
            const std::size_t target = term.vector - starts;
            const std::size_t in_recipe = minibatches[target / outputs] * outputs + target % outputs;
            term.vector = static_cast<std::uint32_t>(2 * outputs + in_recipe);  // no number of a start
        }
    }
}

RowInputs contents_of(const TrainingPlan& plan) {
    const tensor::Lowered& lowered = plan.training.lowered;
    RowInputs rows{lowered.grid.height, lowered.grid.width};
    for (const std::size_t input : row_inputs(plan.training)) {
        rows.blocks.emplace_back(lowered.inputs[input], plan.program.input_levels()[input]);
        number_as_in_recipe(rows.blocks.back().first, plan.training);
    }
    return rows;
}

/// Encrypts the rows of one segment after the other.
class RowEncryption {
public:
    RowEncryption(const OpenJob& job, const ckks::SecretKey& secret, tensor::ClearInputs rows, TrainingState start,
                  fs::path upload_folder, WorkProgress progress)
        : job_(job),
          encryptor_(secret),
          rows_(std::move(rows)),
          start_(std::move(start)),
          folder_(std::move(upload_folder)),
          progress_(std::move(progress)) {}

    /// The file of the next segment, not committed yet.
    CiphertextFileWriter next() {
        const auto segment = static_cast<int>(done_.size());
        const TrainingPlan plan = job_.plan(segment);
        RowInputs rows = contents_of(plan);
        const auto equal = std::ranges::find(done_, rows);
        const auto earlier = static_cast<int>(equal - done_.begin());
        CiphertextFileWriter file(folder_ / file_names::segment_inputs(segment));
        if (equal == done_.end()) {
            write(file, plan);
            summary_.ciphertexts += rows.blocks.size();
        } else {
            file.write_copy_of(folder_ / file_names::segment_inputs(earlier));
            ++summary_.copied_files;
        }
        ++summary_.files;
        summary_.file_bytes += file.bytes();
        const std::string before = fingerprints_.empty() ? std::string() : fingerprints_.back();
        fingerprints_.push_back(inputs_fingerprint(before, file.fingerprint()));
        done_.push_back(std::move(rows));
        report(progress_, units(plan.training.segment.first + plan.training.segment.steps), all_units());
        return file;
    }
    [[nodiscard]] const std::vector<std::string>& fingerprints() const { return fingerprints_; }
    [[nodiscard]] const EncryptionSummary& summary() const { return summary_; }

private:
    static std::size_t units(int steps) { return static_cast<std::size_t>(steps) * progress_per_step; }
    [[nodiscard]] std::size_t all_units() const { return units(job_.record.recipe.steps()); }
    void write(CiphertextFileWriter& file, const TrainingPlan& plan) {
        InputPacker pack(plan.training, rows_, plan.training.segment.first == 0 ? start_ : TrainingState{});
        const std::vector<std::size_t> inputs = row_inputs(plan.training);
        const Segment segment = plan.training.segment;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            report(progress_, units(segment.first) + units(segment.steps) * i / inputs.size(), all_units());
            file.write(encryptor_.encrypt(pack(inputs[i]), plan.program.input_levels()[inputs[i]]));
        }
    }

    const OpenJob& job_;
    ckks::Encryptor encryptor_;
    tensor::ClearInputs rows_;
    TrainingState start_;
    fs::path folder_;
    WorkProgress progress_;
    std::vector<RowInputs> done_{};
    std::vector<std::string> fingerprints_{};
    EncryptionSummary summary_{};
};

}  // namespace

EncryptionSummary encrypt_data(const fs::path& private_folder, const fs::path& upload_folder,
                               const WorkProgress& progress) {
    const OpenJob job = open_job(private_folder);
    check_same_job(upload_folder, job);
    const ckks::SecretKey secret = read_key(private_folder, job.parameters);
    const fs::path data_path = private_folder / file_names::data;
    require_file(data_path, "keygen");
    const auto data = value_at(data_path, read_record<DataRecord>(data_path));
    const DataSplit split = load_same_data(data);
    const TrainingRecipe& recipe = job.record.recipe;
    PreprocessingRecord preprocessing{data, fit_standardiser(split.training, recipe.algorithm), {}};
    RowEncryption rows(
        job, secret, training_rows(standardised(split.training, preprocessing.standardiser), recipe, data.choice.seed),
        start_of(data, split, preprocessing.standardiser, recipe), upload_folder, progress);
    // Old inputs never stand beside new preprocessing, and the new ones are whole only with it.
    if (job.segments() > 1) remove_old_inputs(upload_folder);
    for (int segment = 0; segment + 1 < job.segments(); ++segment) rows.next().commit();
    CiphertextFileWriter last = rows.next();
    preprocessing.inputs_fingerprints = rows.fingerprints();
    if (job.segments() == 1) remove_old_inputs(upload_folder);
    write_record(private_folder / file_names::preprocessing, preprocessing, FileMode::owner_only);
    last.commit();
    EncryptionSummary summary = rows.summary();
    summary.data = split.training.name;
    summary.rows = split.training.rows();
    summary.rows_used = static_cast<std::size_t>(recipe.minibatches * (recipe.minibatch_size - recipe.zero_rows));
    return summary;
}

}  // namespace tacit::learn
