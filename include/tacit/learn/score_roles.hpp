#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "tacit/learn/roles.hpp"

/// Encrypted prediction between parties that share files alone: the service has the model, in the clear or encrypted,
/// and a customer the rows and the secret key.
///
///     owner of a model    offer_scoring   private/ model.json -> offer.json: columns and classes, no weights
///     customer            score_keygen    offer.json, or own model.json -> private/, upload/
///                         score_encrypt   rows.csv -> upload/ rows.bin
///     service             score_run       upload/, and model.json if the model is in the clear -> result/ scores.bin
///     customer            score_decrypt   result/, private/ -> classes or numbers
///
/// A customer who keeps the model from the service names it in score_keygen, and it is encrypted under the same key.
///
/// **Learnt**: the service, the numbers of features and outputs and, up to a batch of thousands, of rows. The customer,
/// the scores; they are linear in the rows, so whoever gets scores of features + 1 chosen rows knows the weights. An
/// offer tells means, deviations and levels of the training rows.
///
/// Functions throw Error as those of roles.hpp.
namespace tacit::learn {

namespace file_names {
inline constexpr const char* scoring = "scoring.json";
inline constexpr const char* offer = "offer.json";
inline constexpr const char* rows = "rows.bin";
inline constexpr const char* rows_record = "rows.json";
inline constexpr const char* encrypted_model = "model.bin";
inline constexpr const char* scores = "scores.bin";
inline constexpr const char* scoring_statistics = "scoring.json";
}  // namespace file_names

/// Owner of a model: writes what customers need to prepare their rows. Throws invalid_argument for a model of images.
void offer_scoring(const std::filesystem::path& model, const std::filesystem::path& offer);

/// What score_keygen takes: one of the first two.
struct ScoringChoice {
    std::filesystem::path offer{};  ///< of a model in the clear
    std::filesystem::path model{};  ///< the customer's own, to be encrypted
    int security_bits = 128;
};

struct ScoringKeys {
    ckks::Parameters parameters;
    std::size_t features = 0;
    std::size_t outputs = 0;
    std::size_t rows_in_a_batch = 0;
    std::uint64_t upload_bytes = 0;  ///< parameters, and with an encrypted model that and its key
};

/// Customer: makes the secret key and what the service needs for all further rows. Throws invalid_argument unless
/// exactly one of offer and model is given, and for an existing key unless `overwrite`.
ScoringKeys score_keygen(const ScoringChoice& choice, const std::filesystem::path& private_folder,
                         const std::filesystem::path& upload_folder, bool overwrite = false);

/// What score_encrypt did.
struct ScoredRows {
    std::string data;  ///< name of the file
    std::size_t rows = 0;
    std::size_t batches = 0;
    std::size_t ciphertexts = 0;
    std::uint64_t file_bytes = 0;
};

/// Customer: encrypts the rows of a CSV file, one batch after the other, so that memory holds the clear rows and one
/// ciphertext. Throws as table::FeatureMap::apply, and invalid_argument for a feature beyond +-4096 of the units of the
/// offer (deviations of the training rows).
ScoredRows score_encrypt(const std::filesystem::path& private_folder, const std::filesystem::path& upload_folder,
                         const std::filesystem::path& data, const WorkProgress& progress = {});

/// What score_run did.
struct ScoringStatistics {
    std::string job;
    std::string inputs_fingerprint;  ///< of the rows.bin that was scored
    std::size_t batches = 0;
    std::size_t rows_in_a_batch = 0;
    double seconds = 0;          ///< computing
    double seconds_loading = 0;  ///< reading and expanding
    std::uint64_t peak_memory_bytes = 0;
    std::uint64_t input_file_bytes = 0;
    std::uint64_t output_file_bytes = 0;
};

/// Service: scores batch after batch; memory holds one. `model` is a model.json, and empty if the customer sent an
/// encrypted one. Throws invalid_argument if it is the other way round, parameter_mismatch for a model with other
/// features or outputs.
ScoringStatistics score_run(const std::filesystem::path& upload_folder, const std::filesystem::path& result_folder,
                            const std::filesystem::path& model = {}, const WorkProgress& progress = {});

/// Customer: decrypts the scores of the rows that were encrypted last. Scores beyond 2^16 cannot be read. Throws
/// parameter_mismatch if rows or keys are not those of the result, or the rows' file has changed.
[[nodiscard]] Prediction score_decrypt(const std::filesystem::path& private_folder,
                                       const std::filesystem::path& result_folder);

}  // namespace tacit::learn
