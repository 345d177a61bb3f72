#pragma once

#include <memory>

#include "tacit/ckks/parameters.hpp"

namespace tacit::ckks {

/// Wraps checked tables; the one way to a Parameters handle besides Parameters::create.
[[nodiscard]] Parameters make_parameters(std::shared_ptr<const Context> context);

/// Parameters of any size WITHOUT any security, so that tests run in milliseconds. This header is private and
/// never installed; security_bits() of the result is 0 and its summary says INSECURE.
[[nodiscard]] Parameters insecure_parameters_for_tests(const ParameterSpec& spec);

}  // namespace tacit::ckks
