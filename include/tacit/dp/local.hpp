#pragma once

#include <cstddef>
#include <cstdint>

#include "tacit/dp/cost.hpp"
#include "tacit/dp/measurement.hpp"

namespace tacit::dp {

/// Randomised response [War65]: everybody randomises the own answer before it leaves, so that no one needs to be
/// trusted with data. One of `choices` answers is true; it is given with probability `truth`, each other one with
/// (1 - truth) / (choices - 1). A person's loss is epsilon() per answer: who answers again, anew, loses it again.
class RandomisedResponse {
public:
    /// Two fair coins: the first decides whether to tell the truth, the second is the answer otherwise. The truth comes
    /// out with 3/4, epsilon is ln 3.
    [[nodiscard]] static RandomisedResponse two_coins() { return with_truth(2, Cost::ratio(3, 4)); }
    /// Throws invalid_argument unless choices is 2 .. 2^32 and 1/choices < truth < 1.
    [[nodiscard]] static RandomisedResponse with_truth(std::uint64_t choices, const Cost& truth);

    [[nodiscard]] std::uint64_t choices() const noexcept { return choices_; }
    [[nodiscard]] const Cost& truth() const noexcept { return truth_; }
    /// ln(truth (choices - 1) / (1 - truth)), rounded up.
    [[nodiscard]] Cost epsilon() const;

    /// What to say instead of `own`, with randomness of the operating system. Throws invalid_argument unless
    /// own < choices. Work does not depend on it.
    [[nodiscard]] std::uint64_t answer(std::uint64_t own) const;

    /// The share of people whose own answer is the one that `said` of `people` gave: unbiased, (said/people - other) /
    /// (truth - other), 2 said/people - 1/2 for two coins; may lie outside 0 .. 1. The interval covers the share of
    /// these very people with at least 95 %, by inverting the exact distribution of `said`, a sum of two binomials.
    /// Throws invalid_argument unless said <= people and people is 1 .. 2^24. Cost: about 50 passes over people.
    [[nodiscard]] Estimate estimate(std::uint64_t said, std::uint64_t people) const;
    /// Of the estimate, over the randomisation alone, if all these people's answers are fixed; at most: 3 / (4 people)
    /// for two coins, under its square root.
    [[nodiscard]] double standard_error(std::uint64_t people) const;

private:
    RandomisedResponse(std::uint64_t choices, const Cost& truth) : choices_(choices), truth_(truth) {}
    [[nodiscard]] double other() const noexcept;
    std::uint64_t choices_;
    Cost truth_;
};

}  // namespace tacit::dp
