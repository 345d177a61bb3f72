// Set intersection of both parties in this process, beside one thread of libsodium that does what one party has to:
// psi_bench [ELEMENTS [VOLE_ELEMENTS]] prints one JSON object per output of the ECDH protocol and one for the VOLE
// protocol at each of the two sizes; by default 2^14 and 2^20.
#include <sodium.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/stopwatch.hpp"
#include "machine.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/mpc/psi.hpp"
#include "tacit/party/local_network.hpp"

namespace {

using namespace tacit;

/// Elements a second for one party on one core: a hash to the group and two multiplications each.
double reference_rate() {
    constexpr int count = 2000;
    std::array<unsigned char, 64> hash{};
    std::array<unsigned char, 32> secret{};
    std::array<unsigned char, 32> point{};
    crypto_core_ristretto255_scalar_random(secret.data());
    const auto start = SteadyClock::now();
    for (int i = 0; i < count; ++i) {
        const std::string element = "customer-" + std::to_string(i);
        crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(element.data()),
                           element.size(), nullptr, 0);
        crypto_core_ristretto255_from_hash(point.data(), hash.data());
        for (int mask = 0; mask < 2; ++mask) {
            if (crypto_scalarmult_ristretto255(point.data(), secret.data(), point.data()) != 0) std::abort();
        }
    }
    return count / seconds_since(start);
}

/// Sets of `size` elements, every other one common.
void report(const char* name, const mpc::PsiTerms& terms, std::uint64_t size) {
    const double reference = reference_rate();
    party::LocalNetwork network(2);
    const auto start = SteadyClock::now();
    const auto results = network.run([&](party::Party& me) {
        const std::uint64_t first = me.index() == 0 ? 0 : size / 2;
        return mpc::intersect(me, terms, [&](const auto& add) {
            for (std::uint64_t i = first; i < first + size; ++i) add({"customer-" + std::to_string(i), 100});
        });
    });
    const double seconds = seconds_since(start);
    if (results[0].count != size - size / 2) std::abort();
    // Both parties compute here: each has half of the cores.
    const double rate = 2 * static_cast<double>(size) / seconds;
    const nlohmann::json line{{"machine", machine::name()},
                              {"commit", machine::commit()},
                              {"protocol", terms.protocol == mpc::PsiProtocol::vole ? "vole" : "ecdh"},
                              {"output", name},
                              {"elements", size},
                              {"threads", thread_count()},
                              {"seconds", seconds},
                              {"elements_per_s", rate},
                              {"libsodium_one_core_per_s", reference},
                              {"ratio", rate / reference},
                              {"bytes_receiver", network.traffic()[0].bytes_sent},
                              {"bytes_sender", network.traffic()[1].bytes_sent}};
    std::cout << line.dump() << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
    if (sodium_init() < 0) return 1;
    const std::uint64_t size = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1u << 14;
    const std::uint64_t large = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1u << 20;
    report("intersection", {}, size);
    report("count", {.output = mpc::PsiOutput::count}, size);
    report("sum", {.output = mpc::PsiOutput::sum}, size);
    report("intersection", {.protocol = mpc::PsiProtocol::vole}, size);
    report("intersection", {.protocol = mpc::PsiProtocol::vole}, large);
}
