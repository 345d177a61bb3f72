// From how many reports support an answer to how many people have it.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "base/fail.hpp"
#include "tacit/dp/local.hpp"

namespace tacit::dp {

namespace {

/// P[Bin(n, p) = k] for k = first, first + 1, ...; what is left out is below 1e-25 each.
struct Binomial {
    std::uint64_t first = 0;
    std::vector<double> chance{};
};

Binomial binomial(std::uint64_t n, double p) {
    constexpr double negligible = 1e-25;
    const auto size = static_cast<double>(n);
    const auto mode = std::min(n, static_cast<std::uint64_t>((size + 1) * p));
    const double odds = p / (1 - p);
    std::vector<double> up{1};  // relative to the mode's
    for (std::uint64_t k = mode; k < n && up.back() > negligible; ++k) {
        up.push_back(up.back() * odds * static_cast<double>(n - k) / static_cast<double>(k + 1));
    }
    std::vector<double> down;
    double chance = 1;
    for (std::uint64_t k = mode; k > 0 && chance > negligible; --k) {
        chance *= static_cast<double>(k) / static_cast<double>(n - k + 1) / odds;
        down.push_back(chance);
    }
    Binomial all{mode - down.size(), {down.rbegin(), down.rend()}};
    all.chance.insert(all.chance.end(), up.begin(), up.end());
    const double total = std::accumulate(all.chance.begin(), all.chance.end(), 0.0);
    for (double& x : all.chance) x /= total;
    return all;
}

/// P[Bin(mine, own) + Bin(others, other) >= said].
double upper_tail(std::uint64_t mine, std::uint64_t others, const SupportRates& rates, std::uint64_t said) {
    const Binomial first = binomial(mine, rates.own);
    Binomial rest = binomial(others, rates.other);
    auto& tail = rest.chance;  // tail[k] = P[Bin(others, other) >= rest.first + k]
    for (std::size_t k = tail.size() - 1; k > 0; --k) tail[k - 1] += tail[k];
    double sum = 0;
    for (std::size_t i = 0; i < first.chance.size(); ++i) {
        const std::uint64_t have = first.first + i + rest.first;
        const std::uint64_t missing = said > have ? said - have : 0;
        if (missing < tail.size()) sum += first.chance[i] * tail[missing];
    }
    return sum;
}

/// The smallest m in 0 .. people for which holds(m), which stays true from there on; people if none.
template <class Holds>
std::uint64_t first_that(std::uint64_t people, const Holds& holds) {
    std::uint64_t low = 0;
    std::uint64_t high = people;
    while (low < high) {
        const std::uint64_t middle = (low + high) / 2;
        if (holds(middle)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

}  // namespace

Estimate SupportRates::estimate(std::uint64_t said, std::uint64_t people) const {
    if (said > people || people == 0 || people > std::uint64_t{1} << 32) {
        fail(ErrorCode::invalid_argument,
             "{} of {} people said so; 1 to 2^32 people can be counted, and no more said so than there are", said,
             people);
    }
    const auto size = static_cast<double>(people);
    constexpr double doubt = 0.025;
    const auto least =
        first_that(people, [&](std::uint64_t m) { return upper_tail(m, people - m, *this, said) > doubt; });
    const auto beyond = first_that(people + 1, [&](std::uint64_t m) {
        return m > people || 1 - upper_tail(m, people - m, *this, said + 1) <= doubt;
    });
    return {(static_cast<double>(said) / size - other) / (own - other), static_cast<double>(least) / size,
            static_cast<double>(std::max(beyond, least + 1) - 1) / size};
}

double SupportRates::standard_error(std::uint64_t people, double share) const {
    const double variance = share * own * (1 - own) + (1 - share) * other * (1 - other);
    return std::sqrt(variance / static_cast<double>(people)) / (own - other);
}

double SupportRates::standard_error(std::uint64_t people) const {
    return std::max(standard_error(people, 0), standard_error(people, 1));
}

std::vector<double> as_shares(std::span<const double> estimated) {
    std::vector<double> falling(estimated.begin(), estimated.end());
    std::ranges::sort(falling, std::greater<>());
    double shift = 0;
    double sum = 0;
    for (std::size_t i = 0; i < falling.size(); ++i) {
        sum += falling[i];
        const double candidate = (1 - sum) / static_cast<double>(i + 1);
        if (falling[i] + candidate > 0) shift = candidate;
    }
    std::vector<double> shares;
    for (const double share : estimated) shares.push_back(std::max(0.0, share + shift));
    return shares;
}

}  // namespace tacit::dp
