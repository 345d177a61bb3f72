#include "mpc/record_sorter.hpp"

#include <cstdint>
#include <vector>

#include "base/seeded.hpp"

namespace tacit::mpc {
namespace {

std::vector<std::uint64_t> all(RecordSorter<std::uint64_t>& sorter) {
    std::vector<std::uint64_t> values;
    for (std::uint64_t value = 0; sorter.read(value);) values.push_back(value);
    return values;
}

TEST(RecordSorter, SortsInMemoryAndThroughFilesAlike) {
    Seeded seeded;
    for (const std::size_t n : {0u, 1u, 1023u, 1024u, 1025u, 10'000u}) {
        RecordSorter<std::uint64_t> small(1);  // runs of 1024
        RecordSorter<std::uint64_t> large(1 << 20);
        std::vector<std::uint64_t> expected;
        for (std::size_t i = 0; i < n; ++i) {
            const std::uint64_t value = seeded.rng.next() % 5000;  // some twice
            small.add(value);
            large.add(value);
            expected.push_back(value);
        }
        std::ranges::sort(expected);
        small.finish();
        large.finish();
        EXPECT_EQ(small.size(), n);
        EXPECT_EQ(all(small), expected);
        EXPECT_EQ(all(large), expected);
        small.rewind();
        large.rewind();
        EXPECT_EQ(all(small), expected);
        EXPECT_EQ(all(large), expected);
    }
}

}  // namespace
}  // namespace tacit::mpc
