#include "tacit/circuit/trace.hpp"

#include <gtest/gtest.h>

#include "tacit/circuit/domains.hpp"

namespace tacit::circuit {
namespace {

TEST(Trace, TheArticlesExampleHasDepth3) {
    const Circuit circuit = trace<1>([](auto x) { return x * x * x * x + 2; });
    EXPECT_EQ(depth(circuit), 3);
    Plain plain(2, {{3.0, -1.0}});
    EXPECT_EQ(interpret(circuit, plain)[0], (Slots{83.0, 3.0}));
    EXPECT_EQ(plain.largest_magnitude(), 83.0);
}

}  // namespace
}  // namespace tacit::circuit
