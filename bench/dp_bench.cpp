// The samplers of differential privacy: time a sample against the exact reference of [CKS20], and whether the time says
// how large the noise was. One JSON object per line: dp_bench [SAMPLES]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "dp/cks_reference.hpp"
#include "dp/discrete_gaussian.hpp"
#include "dp/geometric.hpp"
#include "machine.hpp"

namespace {

using namespace tacit::dp;

using Draw = std::function<void(std::span<std::int64_t>)>;

double nanoseconds_each(const Draw& draw, std::size_t count) {
    std::vector<std::int64_t> out(count);
    const auto start = std::chrono::steady_clock::now();
    draw(out);
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count() /
           static_cast<double>(count);
}

/// Minima over rounds that take turns, so that noise of the machine meets both alike.
std::pair<double, double> side_by_side(const Draw& ours, const Draw& reference, std::size_t count) {
    double a = 1e300;
    double b = 1e300;
    for (int round = 0; round < 7; ++round) {
        a = std::min(a, nanoseconds_each(ours, count));
        b = std::min(b, nanoseconds_each(reference, count));
    }
    return {a, b};
}

/// Welch's t of the time of one draw, small against large noise; the slowest hundredth is left out as interruptions.
double welch_t(const Draw& draw, std::size_t count, double median_size) {
    std::vector<double> small;
    std::vector<double> large;
    for (std::size_t i = 0; i < count; ++i) {
        std::int64_t y = 0;
        const auto start = std::chrono::steady_clock::now();
        draw(std::span(&y, 1));
        const double time = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
        (std::abs(static_cast<double>(y)) <= median_size ? small : large).push_back(time);
    }
    std::vector<double> all(small);
    all.insert(all.end(), large.begin(), large.end());
    const auto cut = all.begin() + static_cast<std::ptrdiff_t>(all.size() * 99 / 100);
    std::ranges::nth_element(all, cut);
    const auto moments = [&](const std::vector<double>& times) {
        double n = 0, sum = 0, squares = 0;
        for (const double t : times) {
            if (t > *cut) continue;
            ++n;
            sum += t;
            squares += t * t;
        }
        const double mean = sum / n;
        return std::pair(mean, (squares / n - mean * mean) / n);
    };
    const auto [mean_small, error_small] = moments(small);
    const auto [mean_large, error_large] = moments(large);
    return (mean_large - mean_small) / std::sqrt(error_small + error_large);
}

void report(const std::string& name, double scale, const Draw& ours, const Draw& reference, std::size_t count) {
    const auto [a, b] = side_by_side(ours, reference, count / 10);
    const double median = 0.69 * scale;
    const nlohmann::json line = {{"machine", machine::name()},
                                 {"commit", machine::commit()},
                                 {"sampler", name},
                                 {"ns_per_sample", a},
                                 {"reference_ns_per_sample", b},
                                 {"welch_t", welch_t(ours, count, median)},
                                 {"reference_welch_t", welch_t(reference, count, median)}};
    std::cout << line.dump() << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000000;
    SystemWords words;
    for (const std::uint64_t scale :
         {std::uint64_t{1}, std::uint64_t{10}, std::uint64_t{1000}, std::uint64_t{1} << 40}) {
        const Geometric<std::uint64_t> sampler({1, scale});
        report(
            "discrete Laplace of scale " + std::to_string(scale), static_cast<double>(scale),
            [&](std::span<std::int64_t> out) { sampler.draw_differences(words, out); },
            [&](std::span<std::int64_t> out) {
                for (auto& y : out) y = reference::discrete_laplace(words, {1, scale});
            },
            count);
    }
    for (const std::uint64_t sigma : {std::uint64_t{1}, std::uint64_t{10}, std::uint64_t{20}, std::uint64_t{21},
                                      std::uint64_t{1000}, std::uint64_t{1} << 24}) {
        const DiscreteGaussian sampler(sigma * sigma);
        report(
            "discrete Gaussian of sigma " + std::to_string(sigma), static_cast<double>(sigma),
            [&](std::span<std::int64_t> out) { sampler.draw(words, out); },
            [&](std::span<std::int64_t> out) {
                for (auto& y : out) y = reference::discrete_gaussian(words, sigma);
            },
            count);
    }
    return 0;
}
