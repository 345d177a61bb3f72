#pragma once

#include "tacit/mpc/psi.hpp"

namespace tacit::mpc {

/// PsiProtocol::ecdh; the terms have been checked. Throws as intersect().
[[nodiscard]] PsiResult intersect_by_ecdh(party::Party& me, const PsiTerms& terms, const PsiSource& elements,
                                          const PsiOptions& options);

}  // namespace tacit::mpc
