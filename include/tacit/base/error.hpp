#pragma once

#include <stdexcept>
#include <string>

namespace tacit {

/// Why an operation was refused. One enumerator per kind of remedy, not per call site.
enum class ErrorCode {
    invalid_argument,     ///< a value outside its documented range
    parameter_mismatch,   ///< objects made under different parameters were mixed
    insecure_parameters,  ///< the parameters do not reach the security level asked for
    out_of_levels,        ///< a multiplication or rescaling below level 0
    missing_key,          ///< an evaluation key that was never generated
    malformed_input,      ///< bytes from outside that do not parse
    io_failure,           ///< a file could not be read, written or moved into place
    budget_exceeded,      ///< a release would spend more privacy than is left
    interrupted,          ///< the user or the system asked to stop
    unreachable,          ///< another machine does not answer
    untrusted_peer,       ///< another machine answers with a key that is not pinned, or does not know ours
    quota_exceeded,       ///< more than another party is ready to store or compute
    protocol_violation,   ///< another party departed from the protocol
    internal,             ///< a broken invariant of Tacit itself; please report
};

/// The lower-case name of a code, as printed before a message: "parameter_mismatch".
[[nodiscard]] const char* to_string(ErrorCode code) noexcept;

/// The one exception of Tacit. The message names the operation, the values, the limit and the remedy.
class Error final : public std::runtime_error {
public:
    Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
    [[nodiscard]] ErrorCode code() const noexcept { return code_; }

private:
    ErrorCode code_;
};

}  // namespace tacit

/// A broken invariant of Tacit: prints the condition and its place, then aborts. Never for user input.
#define TACIT_ASSERT(condition) \
    (static_cast<bool>(condition) ? void(0) : ::tacit::assertion_failed(#condition, __FILE__, __LINE__))

namespace tacit {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;
}
