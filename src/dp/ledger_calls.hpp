#pragma once

#include <cstddef>

namespace tacit::dp {

/// For tests only: called before every system call of a ledger with its name and, for writes, how many bytes it is to
/// write, which the hook may make fewer. Returns 0 or the errno that the call is to fail with. It may end the process.
using LedgerFault = int (*)(const char* call, std::size_t& bytes) noexcept;
extern LedgerFault ledger_fault;

}  // namespace tacit::dp
