#include "service/wire.hpp"

namespace tacit::service {

const char* const version = TACIT_VERSION;

grpc::Status to_status(const Error& error) {
    using grpc::StatusCode;
    switch (error.code()) {
        case ErrorCode::invalid_argument: return {StatusCode::INVALID_ARGUMENT, error.what()};
        case ErrorCode::malformed_input: return {StatusCode::DATA_LOSS, error.what()};
        case ErrorCode::quota_exceeded: return {StatusCode::RESOURCE_EXHAUSTED, error.what()};
        case ErrorCode::untrusted_peer: return {StatusCode::UNAUTHENTICATED, error.what()};
        case ErrorCode::interrupted:
        case ErrorCode::unreachable: return {StatusCode::UNAVAILABLE, error.what()};
        case ErrorCode::parameter_mismatch:
        case ErrorCode::insecure_parameters:
        case ErrorCode::out_of_levels:
        case ErrorCode::missing_key:
        case ErrorCode::io_failure:
        case ErrorCode::budget_exceeded:
        case ErrorCode::protocol_violation:
        case ErrorCode::internal: break;
    }
    return {StatusCode::INTERNAL, "the service failed on its side; tell its operator, whose log says why"};
}

ErrorCode to_code(grpc::StatusCode code) {
    using grpc::StatusCode;
    if (code == StatusCode::INVALID_ARGUMENT) return ErrorCode::invalid_argument;
    if (code == StatusCode::DATA_LOSS) return ErrorCode::malformed_input;
    if (code == StatusCode::RESOURCE_EXHAUSTED) return ErrorCode::quota_exceeded;
    if (code == StatusCode::UNAUTHENTICATED) return ErrorCode::untrusted_peer;
    if (code == StatusCode::UNAVAILABLE || code == StatusCode::DEADLINE_EXCEEDED) return ErrorCode::unreachable;
    if (code == StatusCode::CANCELLED) return ErrorCode::interrupted;
    return ErrorCode::internal;
}

}  // namespace tacit::service
