#pragma once

#include "tacit/circuit/circuit.hpp"

namespace tacit::circuit {

// `refresh(x)` is x in the clear. On ciphertexts it stands for whatever gives them new levels: a round trip to the
// owner of the key, who decrypts and encrypts again (runtime/refresh.hpp), or bootstrapping. Its operand is brought to
// level 0; its result has the levels that its uses need. `depth` says what parameters need between refreshes,
// `total_depth` what they would without, OperationCount::refreshes how many there are.

/// The circuit with refreshes such that its depth is at most `most_levels`, and with few of them. Refreshes that it has
/// stay. Shared values are refreshed once for all readers.
///
/// Repeatedly refreshes the fewest values that cut every chain of most_levels + 1 products, by a minimum vertex cut
/// [FF56], as late as possible; then takes back what is needless and exchanges two for one while that can be. The
/// fewest there can be where the circuit is a chain, and near that otherwise: tests/circuit/refresh_test.cpp tries all
/// choices on small circuits.
///
/// `invalid_argument` for fewer than one level, naming the line of a product. Cost: a search of the graph for each
/// value refreshed; exchanges as long as they take 10^8 steps.
[[nodiscard]] Circuit place_refreshes(const Circuit& circuit, int most_levels);

}  // namespace tacit::circuit
