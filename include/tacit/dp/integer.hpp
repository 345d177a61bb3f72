#pragma once

#include "tacit/base/int128.hpp"

namespace tacit::dp {

/// Sums of rows.
using tacit::Int128;

}  // namespace tacit::dp
