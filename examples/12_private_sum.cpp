// Four engineers want to know their average raise without telling anybody their own.
//
// Here all of them run in one process, each in a thread with values that only it sees. On four machines the same
// function runs over a party::Session: `tacit mpc average` does that.
#include <cstdint>
#include <cstdio>
#include <vector>

#include "tacit/mpc/decimal.hpp"
#include "tacit/mpc/sum.hpp"
#include "tacit/party/local_network.hpp"

using namespace tacit;

int main() {
    const std::vector<std::int64_t> raises{3100, 2876, 3540, 3170};
    const std::vector<int> everybody{0, 1, 2, 3};
    const mpc::SumPlan plan{.inputs = everybody, .receivers = everybody, .entries = 1, .low = 0, .high = 100'000};

    party::LocalNetwork network(4);
    const auto totals = network.run([&](party::Party& me) {
        const std::vector<std::int64_t> mine{raises[static_cast<std::size_t>(me.index())]};
        return mpc::sum(me, plan, mine);
    });

    const Int128 total = totals[0][0];
    std::printf("sum %s, average %s\n", mpc::to_decimal(total, 0).c_str(),
                mpc::average_to_decimal(total, raises.size(), 0).c_str());
    std::printf("%d rounds; each party sent %llu bytes\n", network.rounds(),
                static_cast<unsigned long long>(network.traffic()[0].bytes_sent));
    return total == 12'686 ? 0 : 1;
}
