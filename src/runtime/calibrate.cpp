#include "tacit/runtime/calibrate.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <limits>
#include <utility>

#include "tacit/base/hash.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/evaluator.hpp"

namespace tacit::runtime {

namespace {

using ckks::Ciphertext;
using compile::TimedOperation;

constexpr int key_count = 3;  // rotations by 1, 2 and 3: more than one key, so that they come from memory as in a run

std::vector<int> levels_to_measure(int depth) {
    constexpr int steps = 8;
    std::vector<int> levels;
    for (int i = 0; i <= steps; ++i) levels.push_back((i * depth + steps / 2) / steps);
    const auto repeated = std::ranges::unique(levels);
    levels.erase(repeated.begin(), repeated.end());
    return levels;
}

/// Seconds per call when all threads make such calls: the least of some rounds. body(i) is call i of a round.
double measure(const std::function<void(std::size_t)>& body) {
    const auto calls = 4 * static_cast<std::size_t>(thread_count());
    double least = std::numeric_limits<double>::infinity();
    double spent = 0;
    for (int round = 0; round < 3 || (round < 20 && spent < 0.01); ++round) {
        const auto start = std::chrono::steady_clock::now();
        parallel_for(0, calls, body);
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        least = std::min(least, seconds / static_cast<double>(calls));
        spent += seconds;
    }
    return least;
}

/// The operations at one level.
class LevelBench {
public:
    LevelBench(const ckks::EvaluationKeys& keys, const ckks::Encryptor& encryptor, int level)
        : evaluator_(keys),
          encoder_(encryptor.encoder()),
          level_(level),
          vector_(keys.parameters().slots(), 0.5),
          encoded_(encoder_.encode(vector_, level)),
          integers_(encoder_.encode_integers(vector_, level)),
          x_(encryptor.encrypt(vector_, level)),
          product_(evaluator_.mul(x_, x_)),
          scaled_(evaluator_.mul(x_, 0.5)) {}

    [[nodiscard]] double seconds(TimedOperation operation) const {
        const auto time = [](const auto& f) { return measure([&](std::size_t i) { static_cast<void>(f(i)); }); };
        switch (operation) {
            case TimedOperation::add: return time([&](std::size_t) { return evaluator_.add(x_, x_); });
            case TimedOperation::negate: return time([&](std::size_t) { return evaluator_.negate(x_); });
            case TimedOperation::add_number: return time([&](std::size_t) { return evaluator_.add(x_, 0.5); });
            case TimedOperation::add_vector: return time([&](std::size_t) { return evaluator_.add(x_, encoded_); });
            case TimedOperation::mul: return time([&](std::size_t) { return evaluator_.mul(x_, x_); });
            case TimedOperation::mul_number: return time([&](std::size_t) { return evaluator_.mul(x_, 0.5); });
            case TimedOperation::mul_vector: return time([&](std::size_t) { return evaluator_.mul(x_, encoded_); });
            case TimedOperation::relinearize_rescale:
                if (level_ == 0) return 0;
                return time([&](std::size_t) { return evaluator_.relinearize_rescale(product_); });
            case TimedOperation::rescale:
                if (level_ == 0) return 0;
                return time([&](std::size_t) { return evaluator_.rescale(scaled_); });
            case TimedOperation::drop_level:
                if (level_ == 0) return 0;
                return time([&](std::size_t) { return evaluator_.drop_level(x_, level_ - 1); });
            case TimedOperation::rotate:
                return time([&](std::size_t i) { return evaluator_.rotate(x_, 1 + static_cast<int>(i) % key_count); });
            case TimedOperation::rotate_more: {
                const double first = time([&](std::size_t) { return evaluator_.rotate_hoisted(x_, std::array{1}); });
                const double all = time([&](std::size_t) {
                    return evaluator_.rotate_hoisted(x_, std::array{1, 2, 3});
                });
                return std::max(0.0, (all - first) / 2);
            }
            case TimedOperation::encode: return time([&](std::size_t) { return encoder_.encode(vector_, level_); });
            case TimedOperation::sum_rotation:
                return std::max(0.0, (seconds_of_sum(key_count, false) - seconds_of_sum(1, false)) / (key_count - 1));
            case TimedOperation::sum_factor: {
                const double encoding = time([&](std::size_t) { return encoder_.encode_integers(vector_, level_); });
                const double factors = seconds_of_sum(key_count, true) - seconds_of_sum(key_count, false);
                return encoding + std::max(0.0, factors / key_count);
            }
        }
        return 0;
    }

private:
    /// A sum of rotations with one division by P, with vector factors or without.
    [[nodiscard]] double seconds_of_sum(int rotations, bool factors) const {
        std::vector<ckks::RotatedSum> sums(1);
        for (int steps = 1; steps <= rotations; ++steps) {
            sums[0].push_back({&x_, steps, false, false, {}});
            if (factors) sums[0].back().factor = &integers_;
        }
        return measure([&](std::size_t) { static_cast<void>(evaluator_.sums_of_rotations(sums)); });
    }

    ckks::Evaluator evaluator_;
    const ckks::Encoder& encoder_;
    int level_;
    std::vector<double> vector_;
    ckks::Plaintext encoded_;
    ckks::IntegerPlaintext integers_;
    Ciphertext x_;
    Ciphertext product_;
    Ciphertext scaled_;
};

}  // namespace

compile::Calibration calibrate(const ckks::Parameters& parameters) {
    ckks::KeyRequest request;
    for (int steps = 1; steps <= key_count; ++steps) request.rotations.push_back(steps);
    const ckks::KeySet keys = ckks::generate_keys(parameters, request);
    const ckks::Encryptor encryptor(keys.secret_key);
    compile::Calibration found;
    found.parameters = to_hex(parameters.fingerprint());
    found.threads = thread_count();
    found.levels = levels_to_measure(parameters.depth());
    for (const int level : found.levels) {
        const LevelBench bench(keys.evaluation_keys, encryptor, level);
        for (std::size_t i = 0; i < compile::timed_operations; ++i) {
            found.seconds[i].push_back(bench.seconds(static_cast<TimedOperation>(i)));
        }
    }
    return found;
}

}  // namespace tacit::runtime
