#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "tacit/learn/roles.hpp"

/// The commands of the program `tacit`. Each prints what it did to stdout and throws tacit::Error.
namespace tacit::app {

namespace fs = std::filesystem;

/// What every command takes.
struct CommonOptions {
    int threads = 0;     ///< 0: all cores
    bool quiet = false;  ///< no progress bar
};

struct KeygenOptions {
    learn::TrainingChoice choice;
    std::optional<double> learning_rate{};  ///< default: that of the algorithm
    learn::EncryptedStart continued;        ///< no folders: none
    learn::DataChoice data;
    fs::path private_folder;
    fs::path upload_folder;
    bool overwrite = false;
};
void keygen(const KeygenOptions& options, const CommonOptions& common);

struct EncryptOptions {
    fs::path private_folder;
    fs::path upload_folder;
};
void encrypt(const EncryptOptions& options, const CommonOptions& common);

struct TrainOptions {
    fs::path upload_folder;
    fs::path result_folder;
    int wait_seconds = 0;  ///< for the refreshed state of a segment
};
/// Whether training is finished; otherwise a state waits for `refresh`.
[[nodiscard]] bool train(const TrainOptions& options, const CommonOptions& common);

struct RefreshOptions {
    fs::path private_folder;
    fs::path result_folder;
    fs::path upload_folder;
    int wait_seconds = 0;  ///< for every further state, until the model is trained
};
void refresh(const RefreshOptions& options);

struct DecryptOptions {
    fs::path private_folder;
    fs::path result_folder;
};
void decrypt(const DecryptOptions& options);

struct EvaluateOptions {
    fs::path private_folder;
    fs::path picture_folder;  ///< empty: the private folder
    bool pictures = true;
};
void evaluate(const EvaluateOptions& options);

struct PredictOptions {
    fs::path private_folder;
    fs::path data;
    fs::path out;  ///< empty: no file
};
void predict(const PredictOptions& options);

struct CompareOptions {
    std::vector<fs::path> runs;  ///< folders with result/statistics.json and private/evaluation.json
    fs::path picture_folder;     ///< empty: no picture
};
void compare(const CompareOptions& options);

}  // namespace tacit::app
