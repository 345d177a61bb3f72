#pragma once

#include <vector>

#include "dp/draw.hpp"
#include "tacit/base/random.hpp"
#include "tacit/dp/measurement.hpp"

namespace tacit::dp {

/// Words from a seeded generator, so that a failure can be repeated.
class SeededWords final : public Words {
public:
    explicit SeededWords(Rng& rng) : rng_(rng) {}
    void fill(std::span<std::uint64_t> out) override { rng_.fill(out); }

private:
    Rng& rng_;
};

/// A measurement run `count` times without a session and its budget; one table of thresholds for all.
template <class Metric, class Answer, class Kind>
std::vector<Answer> trials(const Measurement<Rows, Metric, Answer, Kind>& measurement, const Dataset& data,
                           Words& words, std::size_t count) {
    std::vector<std::vector<std::int64_t>> drawn;
    for (NoiseEffect effect : measurement.description().noise) {
        effect.noise.draws *= count;
        effect.noise.streams *= count;
        drawn.push_back(draw(std::span(&effect, 1), words));
    }
    const auto rows = detail::Kernels::all_rows(data);
    std::vector<Answer> answers;
    std::vector<std::int64_t> noise;
    for (std::size_t i = 0; i < count; ++i) {
        noise.clear();
        for (const auto& part : drawn) {
            const auto each = static_cast<std::ptrdiff_t>(part.size() / count);
            const auto first = part.begin() + static_cast<std::ptrdiff_t>(i) * each;
            noise.insert(noise.end(), first, first + each);
        }
        answers.push_back(detail::Maker::answer(measurement, rows, noise));
    }
    return answers;
}

template <class Metric, class Answer, class Kind>
Answer trial(const Measurement<Rows, Metric, Answer, Kind>& measurement, const Dataset& data, Words& words) {
    return trials(measurement, data, words, 1).front();
}

}  // namespace tacit::dp
