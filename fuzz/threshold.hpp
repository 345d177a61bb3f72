#pragma once

#include "ckks/threshold_parts.hpp"
#include "common.hpp"

namespace tacit::fuzz {

/// Two parties whose contributions are zero, so that the session is the same in every run.
inline const ckks::threshold::Session& session() {
    static const auto made = ckks::threshold::Session::agree(
        parameters(),
        {{"A", ckks::threshold::commitment("A", {}), {}}, {"B", ckks::threshold::commitment("B", {}), {}}});
    return made;
}

}  // namespace tacit::fuzz
