#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tacit/dp/cost.hpp"
#include "tacit/dp/measurement.hpp"

/// Local mechanisms: everybody randomises the own answer before it leaves, so that no one needs to be trusted with
/// data. A person's loss is epsilon() for each report: who reports again, anew, loses it again. All randomness is of
/// the operating system, all coins are exact, and their number and order do not depend on the answer.
///
/// Which one: randomised response for few choices, fewer than 3 e^epsilon + 2; else one of the others, whose error does
/// not grow with the choices. Unary encoding sends a bit for each choice, local hashing three words, the Hadamard
/// response one. [WBLJ17] compares them.
namespace tacit::dp {

/// How the reports that support an answer estimate how many people have it: a report supports its sender's own answer
/// with probability `own` and each other answer with probability `other`, below own.
struct SupportRates {
    double own = 1;
    double other = 0;

    /// The share of people who have an answer that `said` of `people` reports support: unbiased, (said/people - other)
    /// / (own - other); may lie outside 0 .. 1. The interval covers the share of these very people with at least 95 %,
    /// by inverting the distribution of `said`, a sum of two binomials. Throws invalid_argument unless said <= people
    /// and people is 1 .. 2^32. Cost: about 100 passes over the square root of people.
    [[nodiscard]] Estimate estimate(std::uint64_t said, std::uint64_t people) const;
    /// Of the estimate, over the randomisation alone, if that share of people has the answer.
    [[nodiscard]] double standard_error(std::uint64_t people, double share) const;
    /// The same at most, whatever the share.
    [[nodiscard]] double standard_error(std::uint64_t people) const;
};

/// Shares that are not negative and add up to 1, the nearest to the estimated ones: each lowered or raised alike, what
/// falls below 0 is 0. No longer unbiased; better where most of many choices are rare [WLLSL20].
[[nodiscard]] std::vector<double> as_shares(std::span<const double> estimated);

/// Randomised response [War65]: the own answer of `choices` is given with probability `truth`, each other one with
/// (1 - truth) / (choices - 1).
class RandomisedResponse {
public:
    /// Two fair coins: the first decides whether to tell the truth, the second is the answer otherwise. The truth comes
    /// out with 3/4, epsilon is ln 3, and an estimate is 2 said/people - 1/2 with variance 3 / (4 people).
    [[nodiscard]] static RandomisedResponse two_coins() { return with_truth(2, Cost::ratio(3, 4)); }
    /// Throws invalid_argument unless choices is 2 .. 2^32 and 1/choices < truth < 1.
    [[nodiscard]] static RandomisedResponse with_truth(std::uint64_t choices, const Cost& truth);
    /// The largest truth, a multiple of 2^-48, that loses no more than epsilon. Throws invalid_argument unless choices
    /// is 2 .. 2^32 and 2^-8 <= epsilon <= 16.
    [[nodiscard]] static RandomisedResponse with_epsilon(std::uint64_t choices, const Cost& epsilon);

    [[nodiscard]] std::uint64_t choices() const noexcept { return choices_; }
    [[nodiscard]] const Cost& truth() const noexcept { return truth_; }
    /// ln(truth (choices - 1) / (1 - truth)), rounded up.
    [[nodiscard]] Cost epsilon() const;
    /// A report supports the answer that it is.
    [[nodiscard]] SupportRates rates() const noexcept;
    [[nodiscard]] Estimate estimate(std::uint64_t said, std::uint64_t people) const {
        return rates().estimate(said, people);
    }
    [[nodiscard]] double standard_error(std::uint64_t people) const { return rates().standard_error(people); }

    /// What to say instead of `own`. Throws invalid_argument unless own < choices.
    [[nodiscard]] std::uint64_t answer(std::uint64_t own) const;

private:
    RandomisedResponse(std::uint64_t choices, const Cost& truth) : choices_(choices), truth_(truth) {}
    std::uint64_t choices_;
    Cost truth_;
};

/// One bit for each choice, each by itself 1 with probability `own` for the own answer, `other` for the others: the
/// one-time basic RAPPOR [EPK14] if own + other = 1.
class UnaryEncoding {
public:
    /// Throws invalid_argument unless choices is 2 .. 2^20 and 0 < other < own < 1.
    [[nodiscard]] static UnaryEncoding with_probabilities(std::uint64_t choices, const Cost& own, const Cost& other);
    /// own = 1 - other, as large as epsilon allows in multiples of 2^-48. Errors as above, and as
    /// RandomisedResponse::with_epsilon.
    [[nodiscard]] static UnaryEncoding symmetric(std::uint64_t choices, const Cost& epsilon);
    /// own = 1/2, other as small as epsilon allows: the least error for rare answers [WBLJ17].
    [[nodiscard]] static UnaryEncoding optimised(std::uint64_t choices, const Cost& epsilon);

    [[nodiscard]] std::uint64_t choices() const noexcept { return choices_; }
    /// ln(own (1 - other) / ((1 - own) other)), rounded up.
    [[nodiscard]] Cost epsilon() const;
    /// A report supports the answers whose bit is 1.
    [[nodiscard]] SupportRates rates() const noexcept { return {own_.approximate(), other_.approximate()}; }

    /// [choices] of 0 and 1. Throws invalid_argument unless own < choices. Work does not depend on it.
    [[nodiscard]] std::vector<std::uint8_t> answer(std::uint64_t own) const;

private:
    UnaryEncoding(std::uint64_t choices, const Cost& own, const Cost& other)
        : choices_(choices), own_(own), other_(other) {}
    std::uint64_t choices_;
    Cost own_;
    Cost other_;
};

/// Optimised local hashing [WBLJ17]: a hash function drawn anew, which is public, brings the own answer to one of
/// floor(e^epsilon) + 1 buckets, and the bucket goes through randomised response. The functions take (a v + b) mod
/// 2^61 - 1 to the equal part of 0 .. 2^61 that it is in, and are pairwise independent [CW79]: another answer is in the
/// reported bucket with probability 1/buckets within 2^-40. Privacy does not rest on that.
class LocalHashing {
public:
    struct Report {
        std::uint64_t a = 1;  ///< 1 .. 2^61 - 2
        std::uint64_t b = 0;  ///< 0 .. 2^61 - 2
        std::uint64_t bucket = 0;
    };

    /// Errors as RandomisedResponse::with_epsilon.
    [[nodiscard]] static LocalHashing with_epsilon(std::uint64_t choices, const Cost& epsilon);

    [[nodiscard]] std::uint64_t choices() const noexcept { return choices_; }
    [[nodiscard]] std::uint64_t buckets() const noexcept { return response_.choices(); }
    [[nodiscard]] Cost epsilon() const { return response_.epsilon(); }
    [[nodiscard]] SupportRates rates() const noexcept;

    /// Throws invalid_argument unless own < choices.
    [[nodiscard]] Report answer(std::uint64_t own) const;
    /// Whether such a report can come from answer().
    [[nodiscard]] bool is_valid(const Report& report) const noexcept;
    /// A report supports the answers that its function brings to its bucket.
    [[nodiscard]] bool supports(const Report& report, std::uint64_t choice) const noexcept;

private:
    LocalHashing(std::uint64_t choices, const RandomisedResponse& response) : choices_(choices), response_(response) {}
    std::uint64_t choices_;
    RandomisedResponse response_;
};

/// The Hadamard response [ASZ19]: choice v stands for the half of 0 .. points - 1 where row v + 1 of the Hadamard
/// matrix is 1, and the report is a uniform point of that half with the probability of the truth, else of the other
/// half.
class HadamardResponse {
public:
    /// Throws invalid_argument unless choices is 2 .. 2^24 - 1; else as RandomisedResponse::with_epsilon.
    [[nodiscard]] static HadamardResponse with_epsilon(std::uint64_t choices, const Cost& epsilon);

    [[nodiscard]] std::uint64_t choices() const noexcept { return choices_; }
    /// The least power of two above choices.
    [[nodiscard]] std::uint64_t points() const noexcept;
    [[nodiscard]] Cost epsilon() const { return response_.epsilon(); }
    [[nodiscard]] SupportRates rates() const noexcept { return {response_.truth().approximate(), 0.5}; }

    /// Throws invalid_argument unless own < choices.
    [[nodiscard]] std::uint64_t answer(std::uint64_t own) const;
    /// [choices], how many reports support each answer, from how many there are of each point, [points]: a report
    /// supports the answers in whose half it is. One Walsh-Hadamard transform. Throws invalid_argument unless there are
    /// as many counts as points.
    [[nodiscard]] std::vector<std::uint64_t> support(std::span<const std::uint64_t> counts) const;

private:
    HadamardResponse(std::uint64_t choices, const RandomisedResponse& response)
        : choices_(choices), response_(response) {}
    std::uint64_t choices_;
    RandomisedResponse response_;
};

}  // namespace tacit::dp
