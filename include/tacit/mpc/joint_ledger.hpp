#pragma once

#include <string_view>

#include "tacit/dp/ledger.hpp"
#include "tacit/party/party.hpp"

namespace tacit::mpc {

/// Every party's own ledger reserves the loss, before any message that depends on data. First all tell each other
/// whether their ledgers have it left; if one has not, nobody spends anything and all throw budget_exceeded, which
/// names that party. Then all reserve, and tell that they have. Whatever happens after that, nothing is given back: who
/// breaks off a run may have seen the answer. Returns this party's ledger after the reservation.
///
/// A party that lies here can make the others spend for nothing; it cannot make them answer beyond their own budgets.
/// After budget_exceeded finish the session, so that all hear it. 2 rounds, 2 bytes to each other party. Throws what
/// dp::Ledger::reserve throws; protocol_violation.
///
/// Parties: two or more. Adversary: any number of the others, who may do anything that the paragraph before says.
/// Revealed, to all: whether each party's ledger has the loss left.
[[nodiscard]] dp::LedgerContents reserve_together(party::Party& me, dp::Ledger& ledger, const dp::Loss& loss,
                                                  std::string_view what);

}  // namespace tacit::mpc
