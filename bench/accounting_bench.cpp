// What plans cost and how exactly that is known: epsilon at delta 1e-6 and the time to find it, minima of seven rounds.
// One JSON object per line.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "machine.hpp"
#include "tacit/dp/privacy_loss.hpp"

namespace {

using namespace tacit::dp;

void report(const std::string& name, const std::vector<CountedPair>& plan) {
    double least = 1e300;
    Bounds bounds;
    for (int round = 0; round < 7; ++round) {
        const auto start = std::chrono::steady_clock::now();
        bounds = epsilon_of(plan, 1e-6);
        least = std::min(least,
                         std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    const nlohmann::json line = {
        {"plan", name}, {"epsilon_low", bounds.low}, {"epsilon_high", bounds.high}, {"milliseconds", least}};
    std::cout << line.dump() << '\n';
}

}  // namespace

int main() {
    const auto whole = [](std::uint64_t n) { return Cost::ratio(n, 1); };
    report("normal, sigma 10, 100 times", {{DominatingPair::gaussian(whole(10)), 100}});
    report("normal, sigma 100, 1000 times", {{DominatingPair::gaussian(whole(100)), 1000}});
    report("Laplace, scale 10, 100 times", {{DominatingPair::laplace(Cost::ratio(1, 10)), 100}});
    report("discrete Laplace, scale 10, 100 times", {{DominatingPair::discrete_laplace(whole(10), 1), 100}});
    report("discrete Gaussian, variance 100, 100 times", {{DominatingPair::discrete_gaussian(100, 1), 100}});
    std::vector<CountedPair> different;
    for (std::uint64_t i = 0; i < 60; ++i)
        different.push_back(
            {DominatingPair::discrete_laplace(Cost::ratio(100, 5 + i % 12).split(1) * Cost::ratio(100 + i, 100), 1),
             1});
    report("60 different discrete Laplace", different);
    report("normal, sigma 1, on samples of 1 %, 1000 times",
           {{DominatingPair::gaussian(whole(1)).sampled(Cost::ratio(1, 100)), 1000}});
    report("exponential mechanism of epsilon 0.1, 100 times", {{DominatingPair::exponential(Cost::ratio(1, 10)), 100}});
    report("any mechanism of epsilon 0.1, 100 times", {{DominatingPair::pure(Cost::ratio(1, 10)), 100}});
    report("normal, sigma 1000, 1000000 times", {{DominatingPair::gaussian(whole(1000)), 1000000}});
}
