#pragma once

#include <vector>

#include "tacit/circuit/trace.hpp"

namespace tacit::cluster {

/// One step of training in small: `tiles` pieces with work of their own, a sum over all of them with work after it, and
/// what follows from it going back to every piece; twice.
template <std::size_t Tiles>
circuit::Circuit tiled() {
    return circuit::trace<Tiles + 1>([](auto start, auto... rest) {
        const std::vector<decltype(start)> tiles{rest...};
        auto v = start;
        for (int step = 0; step < 2; ++step) {
            std::vector<decltype(start)> terms;
            for (const auto& tile : tiles) {
                auto x = tile * v;
                for (int j = 1; j < 8; j *= 2) x += rotate(x, j);
                terms.push_back(tile * x);
            }
            auto sum = terms[0];
            for (std::size_t i = 1; i < terms.size(); ++i) sum += terms[i];
            v += rotate(sum, 8) * 0.01;
        }
        return v;
    });
}

}  // namespace tacit::cluster
