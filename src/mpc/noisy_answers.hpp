#pragma once

#include <variant>

#include "tacit/dp/noise.hpp"
#include "tacit/mpc/private_answers.hpp"
#include "tacit/mpc/replicated.hpp"

namespace tacit::mpc {

/// Signed numbers; of a selection the winner's place as bits.
using SecretAnswer = std::variant<Numbers, Bits>;

/// The part of answer_privately that computes: clamps or counts, and adds noise.draws joint draws. Nothing is opened.
/// Preconditions: those that describe() and answer_privately check.
[[nodiscard]] SecretAnswer noisy_answer(Replicated& ring, const PrivateQuestion& question, const dp::Noise& noise,
                                        const Bits& contributions);

/// Each value brought into the bounds: two's complement in as few planes as they need.
[[nodiscard]] Bits clamp(Replicated& ring, const Bits& values, std::int64_t low, std::int64_t high);

}  // namespace tacit::mpc
