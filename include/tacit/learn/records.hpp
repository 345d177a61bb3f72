#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/base/files.hpp"
#include "tacit/learn/data_choice.hpp"
#include "tacit/learn/preprocess.hpp"
#include "tacit/learn/training_plan.hpp"

/// The small files of an encrypted training, each a JSON object with its format's name and version.
namespace tacit::learn {

/// One circuit of a training.
struct SegmentRecord {
    int steps = 0;
    std::string circuit_fingerprint;  ///< hex of TrainingPlan::fingerprint()
};

/// What is trained: program.json, public. Both sides rebuild the circuits from it and compare the fingerprints.
struct ProgramRecord {
    std::string job;  ///< 32 random hex digits that name the key pair and everything made with it
    Method method = Method::mask_free;
    TrainingRecipe recipe{};
    std::size_t slots = 0;
    std::string parameters_fingerprint;     ///< hex of ckks::Parameters::fingerprint()
    std::vector<SegmentRecord> segments{};  ///< one after the other; they take the steps of the recipe
};

/// What is trained on: data.json, private.
struct DataRecord {
    DataChoice choice{};
    std::string fingerprint;                      ///< of training and held-out rows
    std::optional<table::FeatureMap> features{};  ///< of a table
    TrainingState start{};                        ///< what training starts from; empty for zero
    std::optional<EncryptedStart> continued{};    ///< or a result whose weights stand nowhere in the clear
};

/// What the customer did to the data: preprocessing.json, private.
struct PreprocessingRecord {
    DataRecord data{};
    Standardiser standardiser{};
    /// For each segment: what its statistics say of the inputs up to it.
    std::vector<std::string> inputs_fingerprints{};
};

/// The trained model: model.json, private. The score of a row x (pixels, or the features of a table) is
/// weights[0] + sum_j weights[j+1] x'_j, with x' = x standardised. Of two classes, above 0 means the one of label 1; of
/// several, each has a score and the largest wins; of a number, it is the standardised target.
struct ModelRecord {
    ProgramRecord program{};
    PreprocessingRecord preprocessing{};
    std::vector<double> weights;  ///< [recipe.outputs() x recipe.features]
};

/// What training took: statistics.json, beside the encrypted result. Of several segments it holds the sums, and of
/// what is no sum the largest; of several machines, keys and inputs are those of the one that wrote it.
struct StatisticsRecord {
    std::string job;
    /// BLAKE2b-256 of the checksums of the ciphertexts in inputs.bin, in hex; after a further segment, of this text
    /// followed by that of its inputs.
    std::string inputs_fingerprint;
    std::string method;
    int segments = 0;
    int minibatches = 0;
    int minibatch_size = 0;
    std::string kernels;  ///< instruction set
    int threads = 0;
    double seconds = 0;          ///< computing
    double seconds_loading = 0;  ///< reading and expanding keys and inputs
    std::uint64_t peak_memory_bytes = 0;
    int depth = 0;
    int log_ring_dimension = 0;
    double log2_modulus = 0;  ///< log2 QP
    int security_bits = 0;
    std::size_t products = 0;           ///< of two ciphertexts
    std::size_t constant_products = 0;  ///< of a ciphertext and numbers everybody knows
    std::size_t additions = 0;
    std::size_t relinearisations = 0;
    std::size_t rotations = 0;
    std::size_t conjugations = 0;
    std::size_t keys = 0;  ///< evaluation keys
    std::uint64_t key_memory_bytes = 0;
    std::uint64_t key_file_bytes = 0;
    std::size_t inputs = 0;
    std::uint64_t input_memory_bytes = 0;
    std::uint64_t input_file_bytes = 0;
    std::size_t outputs = 0;  ///< of the last segment
    std::uint64_t output_file_bytes = 0;
    std::uint64_t state_file_bytes = 0;  ///< between segments: states and refreshed states
};

/// The head of a state between two segments, public: one line of JSON before its ciphertexts.
struct StateRecord {
    std::string job;
    int segment = 0;            ///< the state is that after this one, from 0
    std::string refreshes;      ///< fingerprint of the state file that a refreshed one was made from; empty for a state
    StatisticsRecord so_far{};  ///< of this segment and those before
};

/// How a model does on rows whose labels are known; what does not apply is 0.
struct ModelScore {
    double accuracy = 0;                ///< of classes
    double area_under_roc = 0;          ///< of two classes
    double r_squared = 0;               ///< of a number
    double root_mean_square_error = 0;  ///< of a number, in the units of its column
};

/// The decrypted model against training in the clear: evaluation.json, private.
struct EvaluationRecord {
    std::string job;
    Model model = Model::logistic;
    std::string method;
    std::string data;  ///< name of the held-out rows
    std::size_t training_rows = 0;
    std::size_t held_out_rows = 0;
    ModelScore encrypted{};
    ModelScore clear{};  ///< the same polynomial, without encryption
    ModelScore exact{};  ///< reference_weights: the exact sigmoid, or the least-squares solution
    /// Of several classes, by the encrypted training: [class][predicted class], rows held out.
    std::vector<std::vector<std::size_t>> confusion{};
    double largest_weight = 0;
    double largest_weight_error = 0;   ///< encrypted against clear
    double relative_weight_error = 0;  ///< the latter over the former
};

/// Reads a record; every flaw is a malformed_input error that begins with the path, a missing file an io_failure.
/// For the records above but StateRecord.
template <class Record>
[[nodiscard]] Expected<Record> read_record(const std::filesystem::path& path);

/// Writes a record, whole or not at all. Throws Error(io_failure).
template <class Record>
void write_record(const std::filesystem::path& path, const Record& record, FileMode mode = FileMode::shared);

}  // namespace tacit::learn
