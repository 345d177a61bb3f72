#pragma once

#include "tacit/ckks/serialization.hpp"

namespace tacit::ckks {

/// parse_parameters that also takes parameters WITHOUT any security. Private and never installed, like
/// insecure_parameters_for_tests.
[[nodiscard]] Expected<Parameters> parse_insecure_parameters_for_tests(std::span<const std::byte> bytes);

}  // namespace tacit::ckks
