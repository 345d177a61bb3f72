#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "tacit/circuit/circuit.hpp"
#include "tacit/compile/managed_circuit.hpp"
#include "tacit/learn/offer.hpp"
#include "tacit/learn/score_roles.hpp"

namespace tacit::learn {

/// What is scored: scoring.json, public.
struct ScoringRecord {
    std::string job;
    std::size_t features = 0;  ///< without the bias
    std::size_t outputs = 0;
    bool encrypted_model = false;
    std::string parameters_fingerprint;
};

/// Which rows were encrypted last: rows.json, private.
struct RowsRecord {
    std::string source;
    std::string fingerprint;         ///< of their features
    std::string inputs_fingerprint;  ///< of rows.bin
};

template <class Record>
[[nodiscard]] Record read_score_record(const std::filesystem::path& path);
template <class Record>
void write_score_record(const std::filesystem::path& path, const Record& record, FileMode mode);

/// The program for so many slots. The clear model's weights are in it; of an encrypted one they are not looked at.
[[nodiscard]] compile::ManagedCircuit scoring_program(const ScoringRecord& record,
                                                      const std::vector<std::vector<double>>& weights,
                                                      std::size_t slots);

/// A folder's record and parameters, which must be each other's.
struct OpenScoring {
    ScoringRecord record{};
    ckks::Parameters parameters;
};
[[nodiscard]] OpenScoring open_scoring(const std::filesystem::path& folder);

/// A fresh row or weight, before the only product.
inline constexpr ckks::CiphertextType scoring_input_type{.level = 1};

}  // namespace tacit::learn
