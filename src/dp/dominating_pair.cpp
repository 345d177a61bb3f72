#include <cmath>

#include "base/fail.hpp"
#include "tacit/dp/privacy_loss.hpp"

namespace tacit::dp {

namespace {

constexpr std::uint64_t most_points = std::uint64_t{1} << 20;

void require_epsilon(const Cost& epsilon) {
    if (!epsilon.is_zero() && epsilon <= Cost::ratio(500, 1)) return;
    fail(ErrorCode::invalid_argument,
         "a mechanism of epsilon {} cannot be planned; epsilon must be above 0 and up to 500", to_string(epsilon));
}

}  // namespace

DominatingPair::DominatingPair(Kind kind, const Cost& parameter, const Cost& delta, std::uint64_t distance)
    : kind_(kind), parameter_(parameter), delta_(delta), distance_(distance) {}

DominatingPair DominatingPair::pure(const Cost& epsilon) { return approximate(epsilon, Cost()); }

DominatingPair DominatingPair::approximate(const Cost& epsilon, const Cost& delta) {
    require_epsilon(epsilon);
    if (delta >= Cost::ratio(1, 1)) {
        fail(ErrorCode::invalid_argument, "a mechanism of delta {} protects nobody; delta must be below 1",
             to_string(delta));
    }
    return {Kind::approximate, epsilon, delta, 1};
}

DominatingPair DominatingPair::exponential(const Cost& epsilon) {
    require_epsilon(epsilon);
    return {Kind::exponential, epsilon, {}, 1};
}

DominatingPair DominatingPair::laplace(const Cost& epsilon) {
    require_epsilon(epsilon);
    return {Kind::laplace, epsilon, {}, 1};
}

DominatingPair DominatingPair::gaussian(const Cost& sigma) {
    if (sigma < Cost::ratio(1, 16) || sigma > Cost::ratio(std::uint64_t{1} << 30, 1)) {
        fail(ErrorCode::invalid_argument, "normal noise of {} sensitivities cannot be planned; take 2^-4 to 2^30",
             to_string(sigma));
    }
    return {Kind::gaussian, sigma, {}, 1};
}

DominatingPair DominatingPair::discrete_laplace(const Cost& scale, std::uint64_t distance) {
    const Cost epsilon = scale.inverse() * Cost::ratio(distance, 1);
    require_epsilon(epsilon);
    if (distance > most_points) return pure(epsilon);
    return {Kind::discrete_laplace, scale, {}, distance};
}

DominatingPair DominatingPair::discrete_gaussian(std::uint64_t variance, std::uint64_t distance) {
    const double shift = static_cast<double>(distance) / std::sqrt(static_cast<double>(variance));
    if (variance == 0 || variance > most_points * most_points || distance == 0 || shift > 16) {
        fail(ErrorCode::invalid_argument,
             "discrete Gaussian noise of variance {} on what moves by {} cannot be planned; the variance is 1 to 2^40 "
             "and "
             "the move at most 16 standard deviations: take larger steps or another rho",
             variance, distance);
    }
    return {Kind::discrete_gaussian, Cost::ratio(variance, 1), {}, distance};
}

DominatingPair DominatingPair::sampled(const Cost& rate) const {
    const bool normal = kind_ == Kind::gaussian || kind_ == Kind::discrete_gaussian;
    if (!normal || is_sampled() || rate.is_zero() || rate > Cost::ratio(1, 1)) {
        fail(ErrorCode::invalid_argument,
             "a sample of rate {} of {} cannot be planned; take Gaussian noise and a rate above 0 and up to 1",
             to_string(rate), to_string(*this));
    }
    DominatingPair made = *this;
    made.rate_ = rate;
    return made;
}

std::string to_string(const DominatingPair& pair) {
    const std::string parameter = to_string(pair.parameter());
    const std::string sample = pair.is_sampled() ? ", on samples of rate " + to_string(pair.rate()) : "";
    switch (pair.kind()) {
        case DominatingPair::Kind::approximate:
            return pair.delta().is_zero()
                       ? fmt::format("any of epsilon {}", parameter)
                       : fmt::format("any of epsilon {}, delta {}", parameter, to_string(pair.delta()));
        case DominatingPair::Kind::exponential: return fmt::format("exponential mechanism of epsilon {}", parameter);
        case DominatingPair::Kind::laplace: return fmt::format("Laplace of epsilon {}", parameter);
        case DominatingPair::Kind::gaussian: return fmt::format("normal of {} sensitivities{}", parameter, sample);
        case DominatingPair::Kind::discrete_laplace:
            return fmt::format("discrete Laplace of scale {}, moved by {}", parameter, pair.distance());
        case DominatingPair::Kind::discrete_gaussian:
            return fmt::format("discrete Gaussian of variance {}, moved by {}{}", parameter, pair.distance(), sample);
    }
    return "unknown";
}

}  // namespace tacit::dp
