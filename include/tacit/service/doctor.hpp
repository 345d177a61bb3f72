#pragma once

#include <vector>

#include "tacit/identity/finding.hpp"
#include "tacit/identity/identity.hpp"
#include "tacit/identity/pins.hpp"

namespace tacit::service {

using identity::Finding;

/// Goes the way to a service step by step, up to the first thing that is wrong: its name resolves, something listens at
/// the port, it speaks TLS 1.3, its key is the pinned one, it knows ours, its version is ours, and the clocks agree
/// within a minute. Takes at most half a minute. Throws invalid_argument if the pin has no address.
[[nodiscard]] std::vector<Finding> diagnose(const identity::Identity& identity, const identity::Pin& service);

}  // namespace tacit::service
