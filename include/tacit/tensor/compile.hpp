#pragma once

#include <functional>
#include <optional>

#include "tacit/ckks/parameters.hpp"
#include "tacit/compile/cost.hpp"
#include "tacit/compile/managed_circuit.hpp"
#include "tacit/tensor/optimise.hpp"

namespace tacit::tensor {

/// Times of the operations under given parameters.
using Calibrate = std::function<compile::Calibration(const ckks::Parameters&)>;

/// What a program has to satisfy; what is left open is chosen by predicted cost.
struct Requirements {
    int scale_bits = 40;
    int security_bits = 128;
    std::optional<Summation> summation{};
    std::optional<Association> association{};
    /// What circuits are compared by; runtime::calibrate measures this machine.
    Calibrate calibrate = compile::typical_calibration;
};

/// A program with its circuit, levels and parameters.
struct Compiled {
    Lowered lowered;
    compile::ManagedCircuit managed;
    ckks::Parameters parameters;
    /// Of a run by the calibration, with what reading the inputs takes.
    double predicted_seconds = 0;
};

/// Chooses the ring too: for each way of summation and association, and for the search over terms, the circuit of least
/// predicted time in the smallest ring that is secure at its depth, and in the next one, which holds twice the entries;
/// of all these the fastest.
///
/// Throws as `optimise`, and insecure_parameters or invalid_argument, as ckks::Parameters::create, if no ring holds the
/// depth of any way. Cost: below a second for tens of matrices.
[[nodiscard]] Compiled compile(const Program& program, const Requirements& requirements = {});

}  // namespace tacit::tensor
