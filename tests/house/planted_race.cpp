// A race inside a parallel loop. Built and run under ThreadSanitizer alone, which has to find it.
#include <cstdio>

#include "tacit/base/parallel.hpp"

int main() {
    std::size_t sum = 0;
    for (int round = 0; round < 100; ++round) {
        tacit::parallel_for(0, 10000, [&](std::size_t i) { sum += i; });
    }
    std::printf("%zu\n", sum);
    return 0;
}
