#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "tacit/learn/metrics.hpp"
#include "tacit/learn/records.hpp"
#include "tacit/learn/training_plan.hpp"

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
inline constexpr const char* model = "model.json";
inline constexpr const char* evaluation = "evaluation.json";
}  // namespace file_names

/// Called as work advances, from any thread, one at a time: `done` of `total` units.
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
};

/// Customer: reads the data, plans the circuit for their features (choice.recipe.features follows from the data),
/// makes the keys and writes both folders. Throws as load_data and require_fit. An existing secret key is only replaced
/// if `overwrite`: what was encrypted under it would be lost.
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
    std::uint64_t file_bytes = 0;
};

/// Customer: reads the job's data again, standardises, draws the minibatches and encrypts what the circuit takes.
/// Throws parameter_mismatch if the data are not those that the job was made for.
[[nodiscard]] EncryptionSummary encrypt_data(const std::filesystem::path& private_folder,
                                             const std::filesystem::path& upload_folder,
                                             const WorkProgress& progress = {});

/// Service: trains. Reads the upload folder and nothing else. Checks that parameters are secure and are those of the
/// program, that the circuit is the one that the customer meant, and every input's parameters and level.
[[nodiscard]] StatisticsRecord train(const std::filesystem::path& upload_folder,
                                     const std::filesystem::path& result_folder, const WorkProgress& progress = {});

/// Service: reads everything that train would, in the same way, and computes nothing. Throws as train.
void check_upload(const std::filesystem::path& upload_folder);

/// Customer: decrypts the weights and writes model.json. For the key's owner: see ckks::Decryptor.
[[nodiscard]] ModelRecord decrypt_model(const std::filesystem::path& private_folder,
                                        const std::filesystem::path& result_folder);

/// An evaluation with its curves.
struct Evaluation {
    EvaluationRecord record{};
    std::vector<double> weights;  ///< decrypted
    std::vector<RocPoint> encrypted_roc;
    std::vector<RocPoint> clear_roc;
    std::string zero;  ///< the names of the classes
    std::string one;
    int image_side = 0;                        ///< 0 if the data are no images
    std::vector<std::string> feature_names{};  ///< of a table; for images empty
};

/// Customer: judges the decrypted model on the held-out rows, next to training in the clear on the same minibatches,
/// and writes evaluation.json.
[[nodiscard]] Evaluation evaluate(const std::filesystem::path& private_folder);

/// Scores of rows by a model.
struct Prediction {
    std::vector<std::size_t> lines;  ///< the line of the file on which each row begins
    std::vector<double> scores;      ///< above 0: class `one`; sigmoid(score) estimates its probability
    std::string zero;                ///< the names of the classes
    std::string one;
    std::vector<std::uint8_t> labels{};  ///< if the file has the label column
};

/// Customer: applies the decrypted model to a CSV file with the columns of the training data, in any order; the label
/// column may be missing. Throws invalid_argument if the model was not trained on a table, and as
/// table::FeatureMap::apply.
[[nodiscard]] Prediction predict(const std::filesystem::path& private_folder, const std::filesystem::path& data);

/// The instruction set that the kernels run on: "AVX2", ...
[[nodiscard]] const char* kernel_name();

}  // namespace tacit::learn
