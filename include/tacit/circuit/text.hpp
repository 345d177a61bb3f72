#pragma once

#include <string>
#include <string_view>

#include "tacit/circuit/circuit.hpp"

namespace tacit::circuit {

/// The circuit as text, one operation a line:
///
///     circuit 1
///     %0 = input "x"
///     %1 = mul %0, %0
///     %2 = constant [1, 0.5]
///     %3 = add %1, %2
///     %4 = rotate %3, -1
///     %5 = conjugate %4
///     output %5 "y"
///
/// Constants are printed such that parsing returns the same bits. Locations are not part of the text.
[[nodiscard]] std::string print(const Circuit& circuit);

/// Reads what `print` writes: parse(print(c)) == c. Also takes comments (# to the end of the line),
/// empty lines and any distinct numbers for the values; equal operations merge and operations on
/// constants are carried out, as always in a `Builder`. Text may come from anywhere: every flaw is a
/// `malformed_input` error that names line, column (in bytes) and remedy. Memory and time are
/// proportional to the text.
[[nodiscard]] Circuit parse(std::string_view text);

}  // namespace tacit::circuit
