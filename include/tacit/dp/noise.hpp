#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "tacit/dp/cost.hpp"

namespace tacit::dp {

/// A distribution on the integers that noise is drawn from, and how often.
struct Noise {
    enum class Kind {
        discrete_laplace,   ///< P[y] ~ e^(-|y| / scale)
        geometric,          ///< P[y] ~ e^(-y / scale), y >= 0
        discrete_gaussian,  ///< P[y] ~ e^(-y^2 / (2 scale)): the scale is the variance, a whole number
    };
    Kind kind = Kind::discrete_laplace;
    Cost scale = Cost::ratio(1, 1);
    std::size_t draws = 1;
    /// 0, or how many generators of their own are seeded instead, 4 words each, where how many draws there will be is
    /// known with the data alone; then `draws` is a bound or what one answer sees.
    std::size_t streams = 0;

    /// Integers that stand for the noise: draws, or seeds of streams.
    [[nodiscard]] std::size_t words() const noexcept { return streams == 0 ? draws : 4 * streams; }
    /// Of one draw.
    [[nodiscard]] double standard_deviation() const;
    /// The smallest m with P[|noise| > m] <= doubt (for the geometric kind, P[noise > m]); from exact tails, not from a
    /// normal approximation.
    [[nodiscard]] double half_width(double doubt) const;
};

/// "discrete Laplace of scale 5000"
[[nodiscard]] std::string to_string(const Noise& noise);

/// What one kind of noise does to an answer, before any data is read.
struct NoiseEffect {
    std::string of;  ///< "sum", "count"
    Noise noise{};
    double unit = 1;  ///< what one step of the noise is in the answer's unit

    /// How far off the answer is at most in 95 of 100 releases, because of this noise. A tally's is for one count; a
    /// selection's for the score of whoever wins against the best.
    [[nodiscard]] double reach() const;
};

}  // namespace tacit::dp
