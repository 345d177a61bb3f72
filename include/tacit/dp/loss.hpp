#pragma once

#include <string>

#include "tacit/dp/cost.hpp"

/// Measures of privacy loss and how losses add up. What is not of a measure stays 0.
namespace tacit::dp {

enum class Measure : unsigned char {
    pure = 1,         ///< epsilon [DMNS06]
    approximate = 2,  ///< epsilon and delta [DKMMN06]
    zcdp = 3,         ///< rho, zero-concentrated [BS16]
};

/// "pure", "approximate", "zcdp"
[[nodiscard]] const char* to_string(Measure measure) noexcept;

/// A loss or a budget.
struct Loss {
    Cost epsilon{};
    Cost delta{};
    Cost rho{};

    /// Sequential composition, also of measurements chosen after earlier answers: filters lose nothing for these
    /// measures [RRUV16, WRRW23].
    friend Loss operator+(const Loss& a, const Loss& b) {
        return {a.epsilon + b.epsilon, a.delta + b.delta, a.rho + b.rho};
    }
    [[nodiscard]] bool fits(const Loss& budget) const noexcept {
        return epsilon <= budget.epsilon && delta <= budget.delta && rho <= budget.rho;
    }
    friend bool operator==(const Loss&, const Loss&) = default;
};

/// "epsilon 0.5", "epsilon 1, delta 1e-06", "rho 0.1"; what the measure has.
[[nodiscard]] std::string to_string(Measure measure, const Loss& loss);

/// The loss to groups of `size` rows, of a measurement that has `loss` for one: epsilon * c; (epsilon * c,
/// c e^((c-1) epsilon) delta); rho * c^2. Rounded up. Throws invalid_argument for size 0.
[[nodiscard]] Loss group_loss(Measure measure, const Loss& loss, std::uint64_t size);

/// The smallest epsilon, up to rounding towards more, for which rho-zCDP implies (epsilon, delta),
/// by the conversion of [CKS20] at the best alpha. Throws invalid_argument unless 0 < delta < 1.
[[nodiscard]] Cost epsilon_of_zcdp(const Cost& rho, const Cost& delta);

/// The largest rho, up to 2^-40, for which epsilon_of_zcdp gives no more than this epsilon: a zCDP budget for who
/// thinks in (epsilon, delta). Throws invalid_argument unless 0 < delta < 1 and 0 < epsilon <= 1000.
[[nodiscard]] Cost rho_within(const Cost& epsilon, const Cost& delta);

/// epsilon-DP implies epsilon^2/2-zCDP [BS16, proposition 1.4].
[[nodiscard]] Cost rho_of_pure(const Cost& epsilon);

// The same as types, for chains and sessions that must not be mixed.
struct Pure {
    static constexpr Measure measure = Measure::pure;
};
struct Approximate {
    static constexpr Measure measure = Measure::approximate;
};
struct Zcdp {
    static constexpr Measure measure = Measure::zcdp;
};

}  // namespace tacit::dp
