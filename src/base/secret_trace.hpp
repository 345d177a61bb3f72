#pragma once

#include <cstddef>
#include <span>

namespace tacit {

/// For tests only: if set, called with every secret memory block after it was wiped and just before it
/// is given back, so that a test can look at bytes that nobody may touch a moment later.
using SecretTrace = void (*)(std::span<const std::byte> wiped) noexcept;
extern SecretTrace secret_trace;

}  // namespace tacit
