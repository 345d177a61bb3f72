#pragma once

#include <string>
#include <string_view>

#include "tacit/compile/managed_circuit.hpp"

namespace tacit::compile {

/// The managed circuit as text: the circuit it computes, as circuit::print writes it, then one instruction a line with
/// the type of its result and the value of the circuit that it helps to compute:
///
///     managed 1
///     slots 8
///     circuit 1
///     %0 = input "x"
///     %1 = constant 0.5
///     %2 = mul %0, %1
///     output %2 "y"
///     instructions
///     %0 = input "x" : level 1 power 1 degree 1 of value 0
///     %1 = mul_constant %0, value 1 : level 1 power 2 degree 1 of value 2
///     %2 = rescale %1 : level 0 power 1 degree 1 of value 2
///     output %2
///
/// % counts values of the circuit above the line "instructions" and instructions below it.
[[nodiscard]] std::string print(const ManagedCircuit& program);

/// Reads what `print` writes: parse(print(p)) == p. Comments and empty lines may stand anywhere; instructions are
/// numbered from 0 without gaps. Text may come from anywhere: what `verify` would refuse and every other flaw is a
/// `malformed_input` error that names line, column (in bytes) and remedy. Memory and time are proportional to the text.
/// That the instructions compute the circuit is not checked: see `interpret`.
[[nodiscard]] ManagedCircuit parse(std::string_view text);

}  // namespace tacit::compile
