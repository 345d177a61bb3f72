#pragma once

#include <grpcpp/support/status.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>

#include "base/fail.hpp"

/// Between the types of training.proto and ours.
namespace tacit::service {

extern const char* const version;  ///< of this program

/// Pieces of objects on the wire, and the largest message that either side takes.
inline constexpr std::size_t piece_bytes = std::size_t{1} << 20;
inline constexpr int largest_message_bytes = (1 << 20) + (1 << 16);

inline std::string to_wire(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Bytes of an exact length, a Digest or a JobId. Throws malformed_input.
template <class Array>
Array from_wire(const std::string& bytes, const char* what) {
    Array array{};
    if (bytes.size() != array.size()) {
        fail(ErrorCode::malformed_input, "{} has {} bytes instead of {}; use one version of Tacit on both sides", what,
             bytes.size(), array.size());
    }
    std::transform(bytes.begin(), bytes.end(), array.begin(), [](char c) { return static_cast<std::byte>(c); });
    return array;
}

/// An error as it travels, and back. A server's disk and bugs are its own business: the customer learns that there is a
/// failure, the server's log which.
[[nodiscard]] grpc::Status to_status(const Error& error);
[[nodiscard]] ErrorCode to_code(grpc::StatusCode code);

}  // namespace tacit::service
