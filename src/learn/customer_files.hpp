#pragma once

#include <cstddef>
#include <filesystem>

#include "learn/role_files.hpp"
#include "tacit/ckks/keys.hpp"

/// What the customer's steps share; the secret key is read here and nowhere else.
namespace tacit::learn {

/// Passes progress on; throws Error(interrupted) where that was asked for.
void report(const WorkProgress& progress, std::size_t done, std::size_t total);

/// Throws invalid_argument if a secret key is there and may not be replaced.
void require_no_key(const std::filesystem::path& secret_key, bool overwrite);

/// `maker`: the command that makes it.
[[nodiscard]] ckks::SecretKey read_key(const std::filesystem::path& private_folder, const ckks::Parameters& parameters,
                                       const char* maker = "keygen");

/// What was done to the rows of this job.
[[nodiscard]] PreprocessingRecord read_preprocessing(const std::filesystem::path& private_folder, const OpenJob& job);

/// The model of a result; nothing is written. For the key's owner: see ckks::Decryptor.
[[nodiscard]] ModelRecord decrypted_model(const std::filesystem::path& private_folder,
                                          const std::filesystem::path& result_folder);

/// The upload folder must be the one made with the private folder.
void check_same_job(const std::filesystem::path& upload_folder, const OpenJob& job);

/// Removes inputs and refreshed states: they go with keys and with each other.
void remove_old_inputs(const std::filesystem::path& upload_folder);

}  // namespace tacit::learn
