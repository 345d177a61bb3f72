#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tacit/mpc/prediction_model.hpp"
#include "tacit/party/party.hpp"
#include "tacit/party/session.hpp"

/// Prediction by a model that stays with its server, of rows that stay with their client.
///
/// Parties      two: a client with rows and a server with a model.
/// Adversary    malicious, one of the two, for privacy: the server learns nothing but the number of rows, whatever it
///              does; the client learns one answer a row. What it may ask, if it cheats, is more than a row: of trees,
///              other numbers at every node; of all models, which side of any line the score of a row is on. Answers
///              are right only if both follow the protocol: a server can give any answer, as it can have any model.
/// Revealed     to the client: the shape of the model, and of each row the class, or with PredictOutput::score the
///              scores. To the server: the number of rows. Answers say something of a model in any case: features + 1
///              scores are all of a linear one, and classes come close with patience. So budget them.
/// Assumption   as oblivious transfer and garbled circuits.
/// Rounds       linear: 10, and 4 more for each further 2^17 bits of features. Trees: 16, and 6 more for each further
///              2^15 nodes (trees times 2^depth times rows).
/// Bytes        linear: 4 + 8 outputs for each of 24 bits of a feature. Trees, for each node filled up (trees times
///              2^depth): 1188, and 4.2 a feature. Then for a class some 3 kB an output, for scores 8.
/// How          linear: products of bits and secret numbers by oblivious transfer [Gil99]. Trees: the server fetches
///              the feature of each node, under the client's mask, by a transfer of one of many [NP99]; a garbled
///              circuit compares and follows the paths to bits that say which leaf is reached; those are weighed with
///              the leaves. Either gives scores in two parts, and a garbled circuit finds the class from them.
namespace tacit::mpc {

enum class PredictOutput : std::uint8_t { label, score };

/// What both parties must agree on; sessions compare it before anything is sent.
struct PredictTerms {
    ModelShape shape{};
    PredictOutput output = PredictOutput::label;
    int client = 0;         ///< 0 or 1, by party
    std::string purpose{};  ///< whatever else must be the same: the offer that the client holds

    [[nodiscard]] party::Plan plan() const;
};

struct Predictions {
    /// [rows], as class_of; for PredictOutput::label. A number that is no class says that the server cheated; the run
    /// does not stop at it, as that would tell the server of the answer.
    std::vector<std::size_t> classes{};
    std::vector<double> scores{};  ///< [rows x outputs]; for PredictOutput::score
};

/// The client's side. `rows` is row-major, a number for each feature. Throws invalid_argument as encode_rows, for no
/// row, more than 2^20 rows and terms out of range; protocol_violation if the server sends what no honest one does.
[[nodiscard]] Predictions predict(party::Party& me, const PredictTerms& terms, std::span<const double> rows);

/// The server's side; returns the number of rows. `admit` is told it before anything is computed, and throws if that is
/// too many: whatever was admitted counts as answered, as a client can break off once it knows. Throws
/// invalid_argument for a model of another shape, protocol_violation.
std::uint64_t serve_predictions(party::Party& me, const PredictTerms& terms, const IntegerModel& model,
                                const std::function<void(std::uint64_t rows)>& admit);

}  // namespace tacit::mpc
