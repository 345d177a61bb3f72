#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tacit/learn/metrics.hpp"
#include "tacit/learn/records.hpp"
#include "tacit/learn/training_plan.hpp"
#include "tacit/learn/training_work.hpp"
#include "tacit/runtime/executor.hpp"

/// Encrypted training between two parties that share files alone: the customer, who owns the data and the secret key,
/// and the service, who computes.
///
///     customer                                         service
///     generate_job   private/ secret.key data.json
///                    upload/  program.json parameters.bin evaluation_keys.bin   ->
///     encrypt_data   private/ preprocessing.json
///                    upload/  inputs.bin                                        ->
///                                                      train   upload/ -> result/ weights.bin statistics.json
///     decrypt_model  result/, private/ -> private/ model.json
///     evaluate       private/ model.json, and the data
///
/// A training too long for one circuit has several segments, 0 to n - 1. encrypt_data writes inputs.bin for segment 0
/// and inputs-<s>.bin for segment s. After segment s < n - 1 the customer gives the state, which has no levels left,
/// new ones:
///
///                                                      train   upload/ -> result/ state-<s>.bin
///     refresh_state  result/ state-<s>.bin, private/ -> upload/ refreshed-<s>.bin
///                                                      train   goes on with segment s + 1
///
/// Segment s + 1 needs refreshed-<s>.bin and inputs-<s+1>.bin beside the program, parameters and keys; older states may
/// be gone. A service that can bootstrap goes on by itself: train then ends with the statistics at once, and nothing
/// changes for who calls these functions in a loop.
///
/// What the customer needs of program and parameters is kept in private/ too: nothing is read back from upload/. All
/// functions throw Error with the file and the remedy, Error(interrupted) after SIGINT or SIGTERM while an
/// InterruptGuard lives, and leave no file half-written under its name.
namespace tacit::learn {

/// The names of files in the folders.
namespace file_names {
inline constexpr const char* secret_key = "secret.key";
inline constexpr const char* program = "program.json";
inline constexpr const char* data = "data.json";
inline constexpr const char* parameters = "parameters.bin";
inline constexpr const char* evaluation_keys = "evaluation_keys.bin";
inline constexpr const char* preprocessing = "preprocessing.json";
inline constexpr const char* inputs = "inputs.bin";
inline constexpr const char* weights = "weights.bin";
inline constexpr const char* statistics = "statistics.json";
inline constexpr const char* checkpoint = "checkpoint.bin";
inline constexpr const char* model = "model.json";
inline constexpr const char* evaluation = "evaluation.json";
/// By segment: "inputs.bin", "inputs-1.bin", ...; "state-0.bin", ...; "refreshed-0.bin", ...
[[nodiscard]] std::string segment_inputs(int segment);
[[nodiscard]] std::string state(int segment);
[[nodiscard]] std::string refreshed(int segment);
}  // namespace file_names

/// Called as work advances, from any thread, one at a time: `done` of `total` units. Those of encrypt_data are
/// thousandths of a training step, over all segments: minibatch done / progress_per_step is the current one.
using WorkProgress = std::function<void(std::size_t done, std::size_t total)>;

/// What generate_job made.
struct JobSummary {
    ProgramRecord program{};
    ckks::Parameters parameters;
    std::string data;          ///< name of the training rows
    std::size_t rows = 0;      ///< of them
    std::size_t features = 0;  ///< of a row
    std::size_t keys = 0;      ///< relinearisation and rotation keys
    std::uint64_t key_memory_bytes = 0;
    std::uint64_t key_file_bytes = 0;
    TrainingCost cost{};
};

/// Customer: reads the data, plans the circuit for them, makes the keys and writes both folders. The model says what
/// data.table's label is (kind), and the data say choice.recipe.features and classes; choice.start is a model of the
/// same kind, columns and classes, and costs no level. So is choice.continued: its weights, which have no levels left,
/// are decrypted in memory by this function, encrypt_data and evaluate, each for itself, and are in no file; the
/// earlier job's folders have to stay, and private_folder may not be its own. Throws as load_data and require_fit,
/// parameter_mismatch for a start of other columns or classes, or a result of other keys, and invalid_argument if
/// training in the clear, by the same polynomial, leaves the range of ciphertexts. An existing secret key is only
/// replaced if `overwrite`: what was encrypted under it would be lost.
[[nodiscard]] JobSummary generate_job(const TrainingChoice& choice, const DataChoice& data,
                                      const std::filesystem::path& private_folder,
                                      const std::filesystem::path& upload_folder, bool overwrite = false,
                                      const WorkProgress& progress = {});

/// What encrypt_data did.
struct EncryptionSummary {
    std::string data;  ///< name of the training rows
    std::size_t rows = 0;
    std::size_t rows_used = 0;
    std::size_t ciphertexts = 0;
    std::size_t files = 0;         ///< one for each segment
    std::size_t copied_files = 0;  ///< among them: with the bytes of an earlier one, and of the same hash
    std::uint64_t file_bytes = 0;
};

/// Customer: reads the job's data again, standardises, draws the minibatches and encrypts what the circuits take. Two
/// segments that take the same at the same levels (later passes without momentum, if passes begin with a segment) get
/// equal files, so that a transfer by content sends one. Removes refreshed states: they go with older inputs. Throws
/// parameter_mismatch if the data are not those that the job was made for.
[[nodiscard]] EncryptionSummary encrypt_data(const std::filesystem::path& private_folder,
                                             const std::filesystem::path& upload_folder,
                                             const WorkProgress& progress = {});

/// The state after `segment` waits in the result folder for refresh_state.
struct NeedsRefresh {
    int segment = 0;
    int segments = 0;  ///< of the training
};
using TrainingOutcome = std::variant<StatisticsRecord, NeedsRefresh>;

/// How the service trains.
struct TrainingRun {
    std::chrono::milliseconds checkpoint_every{60'000};  ///< see runtime::Checkpoints, and the next
    std::uint64_t checkpoint_bytes = ~std::uint64_t{0};
    /// How long to wait after a segment, with the keys in memory, for its refreshed state: then the next one needs no
    /// more than its rows, which are read meanwhile. Not at all, a training in segments reads the keys for each.
    std::chrono::milliseconds refresh_patience{0};
    std::function<void(const NeedsRefresh&)> waiting{};  ///< called when such a wait begins, the state being written
};

/// Service: trains as far as it can, from the newest state that is there. Reads the upload folder and its own states,
/// and nothing else. Checks that parameters are secure and are those of the program, that the circuit is the one that
/// the customer meant, every input's parameters and level, and that a refreshed state is that of this job and segment
/// and, where that is still there, of this result folder's state. A segment that was finished is not computed again,
/// and one that was stopped goes on from result/checkpoint.bin, written every so often. Cost where a state waits to be
/// refreshed: that of reading it.
[[nodiscard]] TrainingOutcome train(const std::filesystem::path& upload_folder,
                                    const std::filesystem::path& result_folder, const TrainingProgress& progress = {},
                                    const TrainingRun& run = {});

/// Some of a segment's keys and inputs (by their numbers in the circuit).
struct SegmentShare {
    ckks::KeyRequest keys{};
    std::vector<std::size_t> inputs{};
};

/// Carries out the plan of a segment in place of runtime::execute.
class SegmentExecutor {
public:
    virtual ~SegmentExecutor() = default;
    /// What execute() will need of keys and inputs: nothing else takes memory. None: all of them.
    [[nodiscard]] virtual std::optional<SegmentShare> share(const compile::Plan& plan,
                                                            const ckks::Parameters& parameters) = 0;
    /// The outputs, or none where another machine has them. `inputs` by their numbers; `job` is what else has to be the
    /// same on all machines that compute together.
    [[nodiscard]] virtual std::optional<std::vector<ckks::Ciphertext>> execute(
        const compile::Plan& plan, const ckks::Parameters& parameters, const ckks::EvaluationKeys& keys,
        std::map<std::size_t, ckks::Ciphertext> inputs, const Digest& job, const runtime::Progress& progress) = 0;
};

/// Service: trains one segment as train() does, by other means and without checkpoints: several machines that see the
/// same folders each call it, and the one with the outputs writes the result. None on the others.
[[nodiscard]] std::optional<TrainingOutcome> train_by(SegmentExecutor& executor,
                                                      const std::filesystem::path& upload_folder,
                                                      const std::filesystem::path& result_folder,
                                                      const TrainingProgress& progress = {});

/// What refresh_state did.
struct RefreshSummary {
    int segment = 0;  ///< whose state
    int segments = 0;
    int steps = 0;  ///< done so far
    int all_steps = 0;
    std::size_t ciphertexts = 0;
    std::uint64_t file_bytes = 0;
};

/// Whether there is a state for refresh_state, or the trained model already.
enum class RefreshNeed : std::uint8_t { none, state, trained };
/// Customer: by the files' names and heads alone; throws as refresh_state for those of the private folder.
[[nodiscard]] RefreshNeed find_refresh_need(const std::filesystem::path& private_folder,
                                            const std::filesystem::path& result_folder,
                                            const std::filesystem::path& upload_folder);

/// Customer: decrypts the newest state in the result folder and encrypts it anew, at the levels that the next segment
/// takes, into the upload folder. The service sees fresh ciphertexts alone; the customer could read the model as it is
/// so far. Throws io_failure if there is no state, malformed_input for a damaged one, parameter_mismatch for one of
/// another job, segment or other inputs, or that decrypts to no weights. That last refusal depends on decrypted values:
/// see SECURITY.md.
[[nodiscard]] RefreshSummary refresh_state(const std::filesystem::path& private_folder,
                                           const std::filesystem::path& result_folder,
                                           const std::filesystem::path& upload_folder);

/// Service: reads what train would read for all segments, in the same way, and computes nothing. Where states have been
/// refreshed, that was done before: then only the newest of them is read. Throws as train.
void check_upload(const std::filesystem::path& upload_folder);

/// Customer: decrypts the weights and writes model.json. For the key's owner: see ckks::Decryptor.
[[nodiscard]] ModelRecord decrypt_model(const std::filesystem::path& private_folder,
                                        const std::filesystem::path& result_folder);

/// An evaluation with its curves.
struct Evaluation {
    EvaluationRecord record{};
    std::vector<double> weights;            ///< decrypted
    std::vector<RocPoint> encrypted_roc{};  ///< of two classes, as the next
    std::vector<RocPoint> clear_roc{};
    std::vector<std::string> classes{};        ///< their names; empty for a number
    int image_side = 0;                        ///< 0 if the data are no images
    std::vector<std::string> feature_names{};  ///< of a table; for images empty
};

/// Customer: judges the decrypted model on the held-out rows, next to training in the clear on the same minibatches,
/// and writes evaluation.json.
[[nodiscard]] Evaluation evaluate(const std::filesystem::path& private_folder);

/// What a model says of rows.
struct Prediction {
    Model model = Model::logistic;
    std::vector<std::size_t> lines;  ///< the line of the file on which each row begins
    /// [outputs][rows]. Of two classes, one output: above 0 means the second, and sigmoid(score) estimates its
    /// probability. Of several, one for each. Of a number: the number, in the units of its column.
    std::vector<std::vector<double>> scores;
    std::vector<std::string> classes{};  ///< their names; empty for a number
    std::vector<std::uint8_t> found{};   ///< [rows], the class of each row; empty for a number
    std::vector<std::uint8_t> labels{};  ///< [rows] if the file has the label column
    std::vector<double> targets{};       ///< the same of a number, in the units of its column
};

/// Customer: applies the decrypted model to a CSV file with the columns of the training data, in any order; the label
/// column may be missing. Throws invalid_argument if the model was not trained on a table, and as
/// table::FeatureMap::apply.
[[nodiscard]] Prediction predict(const std::filesystem::path& private_folder, const std::filesystem::path& data);

/// The instruction set that the kernels run on: "AVX2", ...
[[nodiscard]] const char* kernel_name();

}  // namespace tacit::learn
