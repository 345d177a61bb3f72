#pragma once

#include <string>
#include <vector>

#include "tacit/identity/identity.hpp"
#include "tacit/identity/pins.hpp"

namespace tacit::service {

/// One thing between us and a service.
struct Finding {
    enum class Verdict { good, warning, wrong };
    Verdict verdict = Verdict::good;
    std::string what;    ///< "name", "port", "TLS", "pin", "customer", "version", "clock"
    std::string detail;  ///< what was found and, unless good, on which side and what to do
};

/// Goes the way to a service step by step, up to the first thing that is wrong: its name resolves, something listens at
/// the port, it speaks TLS 1.3, its key is the pinned one, it knows ours, its version is ours, and the clocks agree
/// within a minute. Takes at most half a minute. Throws invalid_argument if the pin has no address.
[[nodiscard]] std::vector<Finding> diagnose(const identity::Identity& identity, const identity::Pin& service);

}  // namespace tacit::service
