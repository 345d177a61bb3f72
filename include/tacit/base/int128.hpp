#pragma once

namespace tacit {

/// Sums of many 64-bit values: 2^63 values below 2^62 stay inside, so that no order of adding matters and nothing
/// wraps.
__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

}  // namespace tacit
