// Sums of vectors among parties over TLS on this machine, each party in a thread, one JSON object per line:
// sum_bench [ROUNDS]
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "machine.hpp"
#include "tacit/mpc/sum.hpp"
#include "tls_parties.hpp"

namespace {

using namespace tacit;

void measure(int parties, std::uint64_t entries, int rounds) {
    const TlsParties network(parties);
    const mpc::SumPlan plan = mpc::plan_sum(network.roster(), entries, 0, 1'000'000);
    const std::vector<std::int64_t> values(entries, 3171);
    double best = 1e9;
    double processor = 1e9;
    std::uint64_t bytes = 0;
    for (int round = 0; round < rounds; ++round) {
        const double before = machine::processor_seconds();
        const auto measured = network.run(plan.plan(), [&](party::Party& me) {
            if (mpc::sum(me, plan, values).back() != 3171 * static_cast<Int128>(parties))
                throw std::runtime_error("a wrong sum");
        });
        best = std::min(best, measured.seconds);
        processor = std::min(processor, (machine::processor_seconds() - before) / parties);
        bytes = measured.traffic.back().bytes_sent;
    }
    const nlohmann::json line{{"machine", machine::name()},
                              {"commit", machine::commit()},
                              {"parties", parties},
                              {"entries", entries},
                              {"seconds", best},
                              {"processor_seconds_per_party", processor},
                              {"bytes_per_party", bytes}};
    std::cout << line.dump() << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
    const int rounds = argc > 1 ? std::stoi(argv[1]) : 5;
    measure(3, 1, rounds);
    measure(3, 1'000'000, rounds);
    measure(10, 100'000, rounds);
}
