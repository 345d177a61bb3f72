// Every mechanism under the audit: its outputs on two neighbours give a lower bound on epsilon that must not pass the
// claim, and must come near enough to show that the claim is not idle. TACIT_SOAK=1e7 takes as many samples.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "base/seeded.hpp"
#include "dp/audit.hpp"
#include "dp/discrete_gaussian.hpp"
#include "dp/trial.hpp"
#include "tacit/dp/groups.hpp"
#include "tacit/dp/local.hpp"
#include "tacit/dp/mechanisms.hpp"
#include "tacit/dp/quantiles.hpp"

namespace tacit::dp {
namespace {

const Cost one = Cost::ratio(1, 1);

Dataset rows_of(std::vector<double> numbers, std::vector<std::string> texts, std::vector<std::string> persons) {
    Dataset data;
    data.add_numbers("x", std::move(numbers));
    data.add_texts("t", std::move(texts));
    data.add_texts("person", std::move(persons));
    return data;
}

/// One row, or one person's rows, more and less, and where they matter most.
struct Neighbours {
    Dataset with = rows_of({10, 10, 0, 5}, {"a", "a", "b", "b"}, {"p", "p", "q", "r"});
    Dataset without = rows_of({0, 5}, {"b", "b"}, {"q", "r"});
    Dataset one_more = rows_of({10, 0, 5}, {"a", "b", "b"}, {"p", "q", "r"});
};

double shown(double answer) { return answer; }
double shown(const Estimate& answer) { return answer.value; }
double shown(const std::string& answer) { return answer == "a" ? 1 : 0; }
double shown(const std::vector<double>& answer) { return answer.back(); }
double shown(const std::vector<KeyedEstimate>& answer) {
    return answer.empty() || answer[0].key != "a" ? -1e9 : answer[0].answer.value;
}

/// A lower bound on epsilon from two neighbours.
template <class Measurement>
double found_loss(const Measurement& measurement, const Dataset& with, const Dataset& without, std::size_t few) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    const std::size_t count = std::min(soak_or(few), 100 * few);
    const auto sample = [&](const Dataset& data) {
        std::vector<double> all;
        for (std::size_t done = 0; done < count; done += few) {
            for (const auto& answer : trials(measurement, data, words, few)) all.push_back(shown(answer));
        }
        return all;
    };
    const auto on = sample(with);
    const auto off = sample(without);
    return std::max(epsilon_at_least(on, off), epsilon_at_least(off, on));
}

/// Audits a measurement that claims epsilon 1 for these neighbours.
template <class Measurement>
void expect_honest(const char* name, const Measurement& measurement, const Dataset& with, const Dataset& without,
                   double at_least_found, std::size_t few) {
    const double found = found_loss(measurement, with, without, few);
    EXPECT_LE(found, 1) << name;
    EXPECT_GE(found, at_least_found) << name;
}

TEST(AuditAll, NoQuestionLosesMoreThanItClaims) {
    const Neighbours n;
    const auto clamped = number("x") >> clamp(0, 10, one);
    constexpr std::size_t few = 100000;
    expect_honest("count", rows() >> count() >> laplace(one), n.one_more, n.without, 0.5, few);
    expect_honest("sum", clamped >> sum() >> laplace(one), n.one_more, n.without, 0.5, few);
    expect_honest("mean", clamped >> mean(one), n.one_more, n.without, 0.1, few);
    expect_honest("variance", clamped >> variance(one), n.one_more, n.without, 0.1, few);
    expect_honest("tally", text("t") >> tally({"a", "b"}) >> laplace(one), n.one_more, n.without, 0.5, few);
    expect_honest("quantile", clamped >> quantile(Cost::ratio(1, 2), one), n.one_more, n.without, 0.05, few);
    expect_honest("select", text("t") >> approvals({"a", "b"}) >> select(one), n.one_more, n.without, 0.2, few);
    expect_honest("exponential", text("t") >> approvals({"a", "b"}) >> exponential(one), n.one_more, n.without, 0.1,
                  4000);
}

TEST(AuditAll, NoQuestionAboutUnitsLosesMoreThanItClaims) {
    const Neighbours n;
    constexpr std::size_t few = 100000;
    expect_honest("count", contributions_of("person", 2) >> count() >> laplace(one), n.with, n.without, 0.5, few);
    expect_honest("bounded to one", contributions_of("person", 1) >> count() >> laplace(one), n.with, n.without, 0.5,
                  few);
    expect_honest("each group", rows() >> for_each("t", {"a", "b"}, rows() >> count() >> laplace(one)), n.one_more,
                  n.without, 0.5, few);
    const auto clamped = contributions_of("person", 2) >> number("x") >> clamp(0, 10, one);
    expect_honest("sum", clamped >> sum() >> laplace(one), n.with, n.without, 0.5, few);
}

/// Few samples, because each makes its samplers anew: enough to see one that is beyond all claims.
TEST(AuditAll, ManyQuantilesLoseNoMoreThanTheyClaim) {
    const Neighbours n;
    const auto loss = [&](std::uint64_t epsilon) {
        const auto three =
            quantiles({Cost::ratio(1, 4), Cost::ratio(1, 2), Cost::ratio(3, 4)}, Cost::ratio(epsilon, 1));
        return found_loss(number("x") >> clamp(0, 10, one) >> three, n.one_more, n.without, 2000);
    };
    EXPECT_LE(loss(1), 1);
    EXPECT_GT(loss(60), 1);
}

TEST(AuditAll, PrivateKeysLoseNoMoreThanTheyClaimBesideDelta) {
    std::vector<std::string> keys(40, "a");
    const Dataset with = rows_of(std::vector<double>(40), keys, keys);
    keys.pop_back();
    const Dataset without = rows_of(std::vector<double>(39), keys, keys);
    const auto chain = rows() >> tally_private_keys("t", one, Cost::ratio(1, 1000000));
    expect_honest("private keys", chain, with, without, 0.3, 8000);
}

/// rho-zCDP bounds every Renyi divergence, so that P[event] <= e^(rho + 2 sqrt(rho ln(1/delta))) P'[event] + delta
/// [BS16].
TEST(AuditAll, GaussianNoiseLosesNoMoreThanItsRhoImplies) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    const std::size_t count = soak_or(400000);
    const double rho = 0.5;
    for (const std::uint64_t distance : {1U, 30U}) {
        std::vector<std::int64_t> off(count);
        DiscreteGaussian(distance * distance).draw(words, off);  // rho = distance^2 / (2 variance) = 1/2
        for (const double quantile : {1.0, 2.0, 3.0}) {
            const double from = quantile * static_cast<double>(distance);
            const auto above = [&](double shift) {
                return static_cast<double>(
                    std::ranges::count_if(off, [&](auto y) { return static_cast<double>(y) + shift >= from; }));
            };
            const auto n = static_cast<double>(count);
            const double delta = 1e-3;
            const double epsilon = rho + 2 * std::sqrt(rho * std::log(1 / delta));
            const double with = at_least(above(static_cast<double>(distance)), n);
            EXPECT_LE(with, std::exp(epsilon) * at_most(above(0), n) + delta) << distance;
            EXPECT_GT(with, std::exp(0.5) * at_most(above(0), n)) << distance;  // and it does lose
        }
    }
}

/// An event that a report of `own` shows most often, against the same of `other`.
template <class Ask>
double local_loss(const Ask& ask) {
    const std::size_t count = std::min<std::size_t>(soak_or(40000), 2000000);
    std::vector<double> on;
    std::vector<double> off;
    for (std::size_t i = 0; i < count; ++i) {
        on.push_back(ask(1) ? 1 : 0);
        off.push_back(ask(2) ? 1 : 0);
    }
    const auto sum = [](const std::vector<double>& all) { return std::accumulate(all.begin(), all.end(), 0.0); };
    const auto n = static_cast<double>(count);
    return std::log(at_least(sum(on), n) / at_most(sum(off), n));
}

TEST(AuditAll, NoLocalMechanismLosesMoreThanItClaims) {
    const auto response = RandomisedResponse::with_epsilon(5, one);
    const auto symmetric = UnaryEncoding::symmetric(5, one);
    const auto optimised = UnaryEncoding::optimised(5, one);
    const auto hashing = LocalHashing::with_epsilon(5, one);
    const auto hadamard = HadamardResponse::with_epsilon(5, one);
    const auto unary_event = [](const std::vector<std::uint8_t>& bits) { return bits[1] == 1 && bits[2] == 0; };
    const auto hashing_event = [&](const LocalHashing::Report& report) {
        return hashing.supports(report, 1) && !hashing.supports(report, 2);
    };
    const auto hadamard_event = [](std::uint64_t point) {  // in the half of choice 1 (row 2), not in that of 2 (row 3)
        return std::popcount(point & 2) % 2 == 0 && std::popcount(point & 3) % 2 == 1;
    };
    const std::vector<std::pair<const char*, double>> found = {
        {"response", local_loss([&](std::uint64_t own) { return response.answer(own) == 1; })},
        {"symmetric", local_loss([&](std::uint64_t own) { return unary_event(symmetric.answer(own)); })},
        {"optimised", local_loss([&](std::uint64_t own) { return unary_event(optimised.answer(own)); })},
        {"hashing", local_loss([&](std::uint64_t own) { return hashing_event(hashing.answer(own)); })},
        {"hadamard", local_loss([&](std::uint64_t own) { return hadamard_event(hadamard.answer(own)); })},
    };
    for (const auto& [name, epsilon] : found) {
        EXPECT_LE(epsilon, 1) << name;
        EXPECT_GE(epsilon, 0.75) << name;
    }
}

}  // namespace
}  // namespace tacit::dp
