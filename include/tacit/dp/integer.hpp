#pragma once

namespace tacit::dp {

/// Sums of rows: 2^63 rows of values below 2^62 stay inside, so that no order of adding matters and
/// nothing wraps.
__extension__ using Int128 = __int128;

}  // namespace tacit::dp
