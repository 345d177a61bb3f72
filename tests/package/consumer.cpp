#include <atomic>
#include <cstdio>

#include "tacit/base/error.hpp"
#include "tacit/base/parallel.hpp"

int main() {
    std::atomic<std::size_t> sum = 0;
    tacit::parallel_for(0, 100, [&](std::size_t i) { sum += i; });
    try {
        const tacit::ThreadLimit none(0);
    } catch (const tacit::Error& error) {
        std::printf("%s: %s\n", tacit::to_string(error.code()), error.what());
        return sum == 4950 ? 0 : 1;
    }
    return 1;
}
