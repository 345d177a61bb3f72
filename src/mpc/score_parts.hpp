#pragma once

#include <cstdint>
#include <span>

#include "tacit/mpc/garbled.hpp"
#include "tacit/mpc/prediction_model.hpp"
#include "tacit/party/party.hpp"

/// Scores in two parts that add up modulo 2^64, one with the client and one with the server, neither of which says
/// anything alone. The client evaluates what the server garbles. All are [rows x outputs].
namespace tacit::mpc {

using Parts = SecretVector<std::uint64_t>;

[[nodiscard]] Parts linear_parts(party::Party& me, Garbler& garbler, const IntegerModel& model, std::size_t rows);
[[nodiscard]] Parts linear_parts(party::Party& me, Evaluator& evaluator, const ModelShape& shape,
                                 std::span<const std::int64_t> rows);

[[nodiscard]] Parts tree_parts(party::Party& me, Garbler& garbler, const IntegerModel& model, std::size_t rows);
[[nodiscard]] Parts tree_parts(party::Party& me, Evaluator& evaluator, const ModelShape& shape,
                               std::span<const std::int64_t> rows);

}  // namespace tacit::mpc
