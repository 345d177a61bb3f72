#pragma once

#include "common.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/runtime/checkpoint.hpp"

namespace tacit::fuzz {

/// The plan whose checkpoints are fuzzed; their run is all zeros.
inline const compile::Plan& plan() {
    static const compile::Plan made(
        compile::manage(circuit::trace<2>([](auto a, auto b) { return a * b + rotate(b, 1); }), 512), parameters());
    return made;
}

}  // namespace tacit::fuzz
