// A training loop as one would write it, and the circuits of low depth that are found for it.
//
// The loop says nothing of levels, slots, masks or of the order in which matrices are multiplied.
#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "tacit/circuit/domains.hpp"
#include "tacit/tensor/optimise.hpp"

using namespace tacit;

namespace {

constexpr tensor::Owner customer{0};     // has the data
constexpr tensor::Owner model_owner{1};  // has the weights to start from
constexpr std::size_t samples = 8, features = 16, slots = 256;

// k steps of Nesterov's gradient method for logistic regression, with a cubic in place of the sigmoid.
tensor::Program training(int k) {
    tensor::Tracer in;
    tensor::Vector w = in.vector("weights", features, model_owner);
    tensor::Vector v = w;
    for (int t = 0; t < k; ++t) {
        const tensor::Matrix z = in.matrix("minibatch " + std::to_string(t), samples, features, customer);
        const tensor::Vector slope = polynomial({0.5, -0.15, 0, 0.0016}, z * v);
        const tensor::Vector next = v + 0.1 * (transpose(z) * slope);
        v = 1.3 * next - 0.3 * w;
        w = next;
    }
    in.output(w);
    return std::move(in).finish();
}

tensor::ClearInputs random_inputs(const tensor::Program& program) {
    std::mt19937_64 generator(1);
    std::uniform_real_distribution<double> uniform(-1, 1);
    tensor::ClearInputs inputs;
    for (const auto& m : program.matrices()) {
        inputs.matrices.push_back({m.rows, m.columns, std::vector<double>(m.rows * m.columns)});
        for (double& x : inputs.matrices.back().values) x = uniform(generator);
    }
    for (const auto& v : program.vectors()) {
        inputs.vectors.emplace_back(v.size);
        for (double& x : inputs.vectors.back()) x = uniform(generator);
    }
    return inputs;
}

// What the owners would encrypt, the circuit in the clear, and what would be decrypted.
std::vector<double> run(const tensor::Program& program, const tensor::Lowered& lowered,
                        const tensor::ClearInputs& inputs) {
    tensor::Packer pack(program, lowered.grid, inputs);
    std::vector<std::vector<std::complex<double>>> encrypted;
    for (const auto& block : lowered.inputs) {
        const auto period = pack(block);
        encrypted.emplace_back(slots);
        for (std::size_t i = 0; i < slots; ++i) encrypted.back()[i] = period[i % period.size()];
    }
    circuit::Plain plain(slots, encrypted);
    std::vector<std::vector<std::complex<double>>> outputs;
    for (const auto& value : interpret(lowered.circuit, plain)) {
        outputs.emplace_back(value.values().begin(), value.values().end());
    }
    return unpack(program, lowered, outputs).front();
}

}  // namespace

int main() {
    std::printf("minibatches   depth as written   masked sums   mask-free sums   largest difference\n");
    for (int k = 1; k <= 8; ++k) {
        const tensor::Program program = training(k);
        const auto masked = optimise(program, slots, {.summation = tensor::Summation::masked});
        const auto mask_free = optimise(program, slots, {.summation = tensor::Summation::mask_free});

        const tensor::ClearInputs inputs = random_inputs(program);
        const std::vector<double> expected = evaluate(program, inputs).front();
        double difference = 0;
        for (const auto& lowered : {masked, mask_free}) {
            const std::vector<double> weights = run(program, lowered, inputs);
            for (std::size_t i = 0; i < features; ++i) {
                difference = std::fmax(difference, std::fabs(weights[i] - expected[i]));
            }
        }
        std::printf("%11d   %16d   %11d   %14d   %18.1e\n", k, depth_as_written(program),
                    circuit::depth(masked.circuit), circuit::depth(mask_free.circuit), difference);
        if (difference > 1e-9) return 1;
    }
    return 0;
}
