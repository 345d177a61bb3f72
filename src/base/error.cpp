#include "tacit/base/error.hpp"

#include <cstdio>
#include <cstdlib>

namespace tacit {

const char* to_string(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::invalid_argument: return "invalid_argument";
        case ErrorCode::parameter_mismatch: return "parameter_mismatch";
        case ErrorCode::insecure_parameters: return "insecure_parameters";
        case ErrorCode::out_of_levels: return "out_of_levels";
        case ErrorCode::missing_key: return "missing_key";
        case ErrorCode::malformed_input: return "malformed_input";
        case ErrorCode::io_failure: return "io_failure";
        case ErrorCode::budget_exceeded: return "budget_exceeded";
        case ErrorCode::interrupted: return "interrupted";
        case ErrorCode::unreachable: return "unreachable";
        case ErrorCode::untrusted_peer: return "untrusted_peer";
        case ErrorCode::quota_exceeded: return "quota_exceeded";
        case ErrorCode::protocol_violation: return "protocol_violation";
        case ErrorCode::internal: return "internal";
    }
    return "unknown";
}

void assertion_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(stderr, "%s:%d: internal error: %s does not hold\n", file, line, condition);
    std::abort();
}

}  // namespace tacit
