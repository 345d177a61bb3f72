#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "tacit/mpc/replicated.hpp"
#include "tacit/party/local_network.hpp"

namespace tacit::mpc {

/// Runs protocol(Replicated&) on a network of that many parties.
template <class Protocol>
auto run_replicated(party::LocalNetwork& network, const Protocol& protocol) {
    return network.run([&](party::Party& me) {
        Replicated ring(me);
        return protocol(ring);
    });
}

/// Rounds and bytes of a protocol without its set-up and without the opening of its result.
struct Cost {
    int rounds = 0;
    std::uint64_t most_bytes = 0;   ///< of the party that sends most
    std::uint64_t total_bytes = 0;  ///< of all parties
};
template <class Protocol>
Cost cost_of(int parties, const Protocol& protocol) {
    party::LocalNetwork network(parties);
    const auto measure = [&](const auto& run) {
        static_cast<void>(run_replicated(network, [&](Replicated& ring) {
            run(ring);
            return 0;
        }));
        Cost cost{.rounds = network.rounds()};
        for (const auto& traffic : network.traffic()) {
            cost.most_bytes = std::max(cost.most_bytes, traffic.bytes_sent);
            cost.total_bytes += traffic.bytes_sent;
        }
        return cost;
    };
    const Cost setup = measure([](Replicated&) {});
    const Cost all = measure(protocol);
    return {.rounds = all.rounds - setup.rounds,
            .most_bytes = all.most_bytes - setup.most_bytes,
            .total_bytes = all.total_bytes - setup.total_bytes};
}

/// Uniform numbers of `bits` bits, some of them at the ends of the range.
inline std::vector<std::uint64_t> random_numbers(Rng& rng, std::size_t count, int bits = 64) {
    std::vector<std::uint64_t> out(count);
    rng.fill(std::span<std::uint64_t>(out));
    for (std::size_t i = 0; i < count; ++i) {
        if (i % 11 == 3) out[i] = 0;
        if (i % 11 == 5) out[i] = ~std::uint64_t{0};
        if (bits < 64) out[i] &= (std::uint64_t{1} << bits) - 1;
    }
    return out;
}

/// The same as signed numbers in (-2^(bits-1), 2^(bits-1)).
inline std::vector<std::uint64_t> random_signed(Rng& rng, std::size_t count, int bits) {
    auto out = random_numbers(rng, count, bits);
    for (auto& x : out) x -= (std::uint64_t{1} << (bits - 1)) - (x == 0 ? 1 : 0);
    return out;
}

}  // namespace tacit::mpc
