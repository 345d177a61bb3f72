#include "tacit/runtime/debug.hpp"

#include <cmath>
#include <utility>

#include "base/fail.hpp"
#include "runtime/step.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/compile/interpret.hpp"
#include "tacit/runtime/refresh.hpp"

namespace tacit::runtime {

namespace {

using ckks::Ciphertext;
using compile::ErrorSource;
using compile::Instruction;
using compile::ManagedCircuit;

/// What encoding, decoding and the clear run lose by computing in doubles, relative to the largest value.
constexpr double precision_of_doubles = 0x1p-46;

std::string describe(const ManagedCircuit& program, std::uint32_t n, const DebugStep& step, double largest_value,
                     const ckks::Parameters& parameters) {
    const Instruction& i = program.instructions()[n];
    const auto part = [&](ErrorSource source) { return step.predicted.part(source); };
    std::string message = fmt::format(
        "{}{} (instruction {}, %{} of the circuit): error {:.2e} (at most {:.2e}) on values up to {:.3g}, but {:.2e} "
        "predicted: encoding {:.1e}, encryption {:.1e}, key switching {:.1e}, rescaling {:.1e}",
        prefix(program.circuit().location(i.source)), to_string(i.step), n, i.source.index, step.deviation,
        step.largest, step.predicted.magnitude, step.predicted.deviation, part(ErrorSource::encoding),
        part(ErrorSource::encryption), part(ErrorSource::key_switching), part(ErrorSource::rescaling));
    if (largest_value >= std::exp2(parameters.integer_bits())) {
        message += fmt::format("; values reach {:.3g} but integer_bits = {} allows less than {:.0f}: raise it",
                               largest_value, parameters.integer_bits(), std::exp2(parameters.integer_bits()));
    }
    return message;
}

/// The ciphertexts beside the clear values, in step.
class DebugRun {
public:
    DebugRun(const ManagedCircuit& program, const ckks::EvaluationKeys& keys, const ckks::SecretKey& secret_key,
             std::vector<Ciphertext> inputs, const DebugOptions& options,
             const std::vector<compile::PredictedError>& predicted)
        : program_(program),
          refresh_(refresh_by_owner(secret_key)),
          steps_(program, keys, encodings(program), refresh_),
          decryptor_(secret_key),
          inputs_(std::move(inputs)),
          options_(options),
          predicted_(predicted),
          last_(last_uses(program)),
          values_(program.instructions().size()) {}

    void step(std::uint32_t n, const circuit::Slots& clear) {
        const Instruction& i = program_.instructions()[n];
        const int operands = operand_count(i.step);
        if (i.step == compile::Step::input) {
            values_[n] = std::move(inputs_[static_cast<std::size_t>(i.attribute)]);
        } else {
            values_[n] = steps_.run(i, operands > 0 ? &*values_[i.lhs] : nullptr,
                                    operands > 1 ? &*values_[i.rhs] : nullptr, false);
        }
        compare(n, clear);
        if (operands > 0 && last_[i.lhs] == n) values_[i.lhs].reset();
        if (operands > 1 && last_[i.rhs] == n) values_[i.rhs].reset();
    }

    DebugReport finish() && {
        for (const std::uint32_t output : program_.outputs()) report_.outputs.push_back(values_[output]->clone());
        return std::move(report_);
    }

private:
    void compare(std::uint32_t n, const circuit::Slots& clear) {
        const auto decrypted = decryptor_.decrypt_complex(*values_[n], clear.size());
        DebugStep step{0, 0, predicted_[n]};
        double squares = 0;
        for (std::size_t j = 0; j < decrypted.size(); ++j) {
            const double error = std::abs(decrypted[j] - clear[j]);
            squares += error * error;
            step.largest = std::max(step.largest, error);
        }
        step.deviation = std::sqrt(squares / static_cast<double>(decrypted.size()));
        report_.steps.push_back(step);
        largest_value_ = std::max(largest_value_, clear.magnitude());
        const double limit =
            options_.tolerated_factor * step.predicted.deviation + precision_of_doubles * largest_value_;
        if (step.deviation <= limit || report_.divergence) return;
        report_.divergence = Divergence{n, program_.instructions()[n].source,
                                        describe(program_, n, step, largest_value_, values_[n]->parameters())};
    }

    const ManagedCircuit& program_;
    Refresh refresh_;
    StepRunner steps_;
    ckks::Decryptor decryptor_;
    std::vector<Ciphertext> inputs_;
    const DebugOptions& options_;
    const std::vector<compile::PredictedError>& predicted_;
    std::vector<std::uint32_t> last_;
    std::vector<std::optional<Ciphertext>> values_;
    double largest_value_ = 0;
    DebugReport report_;
};

}  // namespace

DebugReport debug_execute(const ManagedCircuit& program, const ckks::EvaluationKeys& keys,
                          const ckks::SecretKey& secret_key, std::vector<Ciphertext> inputs,
                          const std::vector<std::vector<std::complex<double>>>& values, const DebugOptions& options) {
    check_run(program, keys, inputs);
    if (!(secret_key.parameters() == keys.parameters())) {
        fail(ErrorCode::parameter_mismatch,
             "debug_execute: the secret key has other parameters than the evaluation keys; use the key they belong to");
    }
    if (!(options.tolerated_factor > 1)) {
        fail(ErrorCode::invalid_argument, "debug_execute: tolerated_factor is {}; it must be above 1",
             options.tolerated_factor);
    }
    const auto predicted = predict_noise(program, keys.parameters(), values, options.encryption);
    circuit::Plain plain(program.slots(), values);
    DebugRun run(program, keys, secret_key, std::move(inputs), options, predicted);
    interpret(program, plain, [&](std::uint32_t n, const circuit::Slots& clear) { run.step(n, clear); });
    return std::move(run).finish();
}

}  // namespace tacit::runtime
