// Set intersection of both parties in this process, beside one thread of libsodium that does what one party has to:
// psi_bench [ELEMENTS [VOLE_ELEMENTS [ROUNDS]]] prints one JSON object per output of the ECDH protocol and one for the
// VOLE protocol at each of the two sizes; by default 2^14 and 2^20. Rounds of libsodium and of the protocol alternate,
// 5 by default (1 of the VOLE protocol at the large size); the least time of each counts. TACIT_KERNELS=portable shows
// what a processor without AVX-512 IFMA does.
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/stopwatch.hpp"
#include "machine.hpp"
#include "mpc/ristretto_kernels.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/mpc/psi.hpp"
#include "tacit/party/local_network.hpp"

namespace {

using namespace tacit;

/// Seconds on the clock, and of all processors.
struct Times {
    double wall = 1e9;
    double cpu = 1e9;
};

/// The least of this and earlier times.
template <class Work>
void measure(Times& least, const Work& work) {
    const std::clock_t cpu = std::clock();
    const auto start = SteadyClock::now();
    work();
    least.wall = std::min(least.wall, seconds_since(start));
    least.cpu = std::min(least.cpu, static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC);
}

/// What one party has to do for `count` elements: a hash to the group and two multiplications each.
void libsodium_alone(std::uint64_t count) {
    std::array<unsigned char, 64> hash{};
    std::array<unsigned char, 32> secret{};
    std::array<unsigned char, 32> point{};
    crypto_core_ristretto255_scalar_random(secret.data());
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::string element = "customer-" + std::to_string(i);
        crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(element.data()),
                           element.size(), nullptr, 0);
        crypto_core_ristretto255_from_hash(point.data(), hash.data());
        for (int mask = 0; mask < 2; ++mask) {
            if (crypto_scalarmult_ristretto255(point.data(), secret.data(), point.data()) != 0) std::abort();
        }
    }
}

/// Sets of `size` elements, every other one common.
void report(const char* name, const mpc::PsiTerms& terms, std::uint64_t size, int rounds) {
    constexpr std::uint64_t reference_count = 2000;
    Times reference;
    Times times;
    party::LocalNetwork network(2);
    for (int round = 0; round < rounds; ++round) {
        measure(reference, [] { libsodium_alone(reference_count); });
        measure(times, [&] {
            const auto results = network.run([&](party::Party& me) {
                const std::uint64_t first = me.index() == 0 ? 0 : size / 2;
                return mpc::intersect(me, terms, [&](const auto& add) {
                    for (std::uint64_t i = first; i < first + size; ++i) add({"customer-" + std::to_string(i), 100});
                });
            });
            if (results[0].count != size - size / 2) std::abort();
        });
    }
    // Both parties compute here: each has half of the cores.
    const double both = 2 * static_cast<double>(size);
    const nlohmann::json line{{"machine", machine::name()},
                              {"commit", machine::commit()},
                              {"kernels", mpc::ristretto::kernels().name},
                              {"protocol", terms.protocol == mpc::PsiProtocol::vole ? "vole" : "ecdh"},
                              {"output", name},
                              {"elements", size},
                              {"threads", thread_count()},
                              {"seconds", times.wall},
                              {"cpu_seconds", times.cpu},
                              {"elements_per_s", both / times.wall},
                              {"libsodium_one_core_per_s", reference_count / reference.wall},
                              {"ratio", both / times.wall / (reference_count / reference.wall)},
                              {"ratio_for_each_core", both / times.cpu / (reference_count / reference.cpu)},
                              {"bytes_receiver", network.traffic()[0].bytes_sent},
                              {"bytes_sender", network.traffic()[1].bytes_sent}};
    std::cout << line.dump() << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
    if (sodium_init() < 0) return 1;
    const std::uint64_t size = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1u << 14;
    const std::uint64_t large = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1u << 20;
    const int rounds = argc > 3 ? std::atoi(argv[3]) : 5;
    report("intersection", {}, size, rounds);
    report("count", {.output = mpc::PsiOutput::count}, size, rounds);
    report("sum", {.output = mpc::PsiOutput::sum}, size, rounds);
    report("intersection", {.protocol = mpc::PsiProtocol::vole}, size, rounds);
    report("intersection", {.protocol = mpc::PsiProtocol::vole}, large, 1);
}
