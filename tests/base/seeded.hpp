#pragma once

#include <gtest/gtest.h>

#include "tacit/base/hash.hpp"
#include "tacit/base/random.hpp"

namespace tacit {

/// A generator with a fresh seed that every failure in its scope prints.
struct Seeded {
    Seed seed = Rng::from_system().new_seed();
    Rng rng{seed};
    testing::ScopedTrace trace{__FILE__, __LINE__, "seed " + to_hex(seed)};
};

}  // namespace tacit
