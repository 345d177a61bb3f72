// Reports a second that one thread makes and verifies (both aggregators together), one JSON object per kind, and what
// the reports of a million contributors take: prio3_bench [SECONDS] [CONTRIBUTORS]
#include <array>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/stopwatch.hpp"
#include "machine.hpp"
#include "tacit/mpc/prio3.hpp"

namespace {

using namespace tacit;

const mpc::Bytes context, key(mpc::Prio3::verify_key_bytes);

/// Each of the two aggregators adds its share to its total.
void verify(const mpc::Prio3& prio3, const mpc::Prio3::Report& report, const mpc::Bytes& nonce,
            std::array<mpc::Bytes, 2>& totals) {
    std::vector<mpc::Bytes> shares;
    std::vector<mpc::Prio3::State> states;
    for (int j = 0; j < 2; ++j) {
        auto begun = prio3.verify_init(key, context, j, nonce, report.public_share,
                                       report.input_shares[static_cast<std::size_t>(j)]);
        shares.push_back(begun.value().verifier_share);
        states.push_back(std::move(begun.value().state));
    }
    const mpc::Bytes message = prio3.verifier_shares_to_message(context, shares).value();
    for (std::size_t j = 0; j < 2; ++j) {
        prio3.aggregate(totals[j], prio3.verify_next(std::move(states[j]), message).value());
    }
}

/// Calls of `work` a second, over at least `seconds`.
template <class Work>
double rate(double seconds, const Work& work) {
    const auto start = SteadyClock::now();
    int done = 0;
    for (; seconds_since(start) < seconds; ++done) work();
    return done / seconds_since(start);
}

void report(const std::string& name, const mpc::Prio3& prio3, std::vector<std::uint64_t> measurement, double seconds) {
    Rng rng = Rng::from_system();
    const mpc::Bytes nonce(mpc::Prio3::nonce_bytes);
    const auto made = prio3.shard(context, measurement, nonce, rng);
    std::array totals{prio3.empty_aggregate(), prio3.empty_aggregate()};
    const double sharded = rate(seconds, [&] { static_cast<void>(prio3.shard(context, measurement, nonce, rng)); });
    const double verified = rate(seconds, [&] { verify(prio3, made, nonce, totals); });
    const nlohmann::json line{{"machine", machine::name()},
                              {"commit", machine::commit()},
                              {"kind", name},
                              {"aggregators", 2},
                              {"leader_bytes", prio3.input_share_bytes(0)},
                              {"helper_bytes", prio3.input_share_bytes(1)},
                              {"sharded_per_s", sharded},
                              {"verified_per_s", verified}};
    std::cout << line.dump() << std::endl;
}

/// Reports of so many contributors, each of its own and verified as it comes, to the total.
void collect(const std::string& name, const mpc::Prio3& prio3, std::uint64_t contributors) {
    Rng rng = Rng::from_system();
    mpc::Bytes nonce(mpc::Prio3::nonce_bytes);
    std::array totals{prio3.empty_aggregate(), prio3.empty_aggregate()};
    std::uint64_t expected = 0;
    double verifying = 0;
    const auto start = SteadyClock::now();
    for (std::uint64_t i = 0; i < contributors; ++i) {
        std::memcpy(nonce.data(), &i, sizeof i);
        const std::uint64_t value = rng.next() % 2;
        expected += value;
        const auto made = prio3.shard(context, std::array{value}, nonce, rng);
        const auto begun = SteadyClock::now();
        verify(prio3, made, nonce, totals);
        verifying += seconds_since(begun);
    }
    if (prio3.unshard(totals).value().front() != expected) throw std::runtime_error("a wrong total");
    const nlohmann::json line{{"machine", machine::name()},
                              {"commit", machine::commit()},
                              {"kind", name},
                              {"contributors", contributors},
                              {"both_aggregators_s", verifying},
                              {"contributors_s", seconds_since(start) - verifying}};
    std::cout << line.dump() << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
    const double seconds = argc > 1 ? std::stod(argv[1]) : 1;
    report("count", mpc::Prio3::count(), {1}, seconds);
    report("sum, 32 bits", mpc::Prio3::sum(2, 0xFFFFFFFF), {3171}, seconds);
    report("histogram, 256 buckets", mpc::Prio3::histogram(2, 256), {17}, seconds);
    report("vector of 240 numbers of 20 bits", mpc::Prio3::sum_vec(2, 240, 0xFFFFF),
           std::vector<std::uint64_t>(240, 12345), seconds);
    const std::uint64_t contributors = argc > 2 ? std::stoull(argv[2]) : 1'000'000;
    collect("count", mpc::Prio3::count(), contributors);
    collect("sum, 32 bits", mpc::Prio3::sum(2, 0xFFFFFFFF), contributors);
}
