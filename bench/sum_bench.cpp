// Sums of vectors among parties over TLS on this machine, each party in a thread, one JSON object per line:
// sum_bench [ROUNDS]
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <future>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/stopwatch.hpp"
#include "machine.hpp"
#include "tacit/mpc/sum.hpp"

namespace {

using namespace tacit;

struct Measured {
    double seconds;  ///< from the session's first byte to the last result
    std::uint64_t bytes;
};

double processor_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Measured run_party(const party::Roster& roster, const identity::Identity& identity, std::uint64_t entries) {
    const mpc::SumPlan plan = mpc::plan_sum(roster, entries, 0, 1'000'000);
    const std::vector<std::int64_t> values(entries, 3171);
    party::Session session = party::Session::open(roster, identity, plan.plan());
    const auto start = SteadyClock::now();
    const auto sums = mpc::sum(session.party(), plan, values);
    const double seconds = seconds_since(start);
    session.finish();
    if (sums.back() != 3171 * static_cast<Int128>(roster.members.size())) throw std::runtime_error("a wrong sum");
    return {seconds, session.party().traffic().bytes_sent};
}

void measure(std::size_t parties, std::uint64_t entries, int rounds) {
    const auto folder = std::filesystem::temp_directory_path() / fmt::format("tacit-sum-bench-{}", getpid());
    party::Roster roster{.name = "bench", .members = {}};
    std::vector<identity::Identity> identities;
    for (std::size_t i = 0; i < parties; ++i) {
        identities.push_back(identity::Identity::create(folder / std::to_string(i), fmt::format("p{}", i), true));
        roster.members.push_back({.name = identities[i].name(),
                                  .pin = identities[i].fingerprint(),
                                  .address = fmt::format("127.0.0.1:{}", 47000 + i)});
    }
    double best = 1e9;
    double processor = 1e9;
    std::uint64_t bytes = 0;
    for (int round = 0; round < rounds; ++round) {
        const double before = processor_seconds();
        std::vector<std::future<Measured>> running;
        for (const identity::Identity& identity : identities) {
            running.push_back(std::async(std::launch::async, [&] { return run_party(roster, identity, entries); }));
        }
        double slowest = 0;
        for (auto& one : running) {
            const Measured measured = one.get();
            slowest = std::max(slowest, measured.seconds);
            bytes = measured.bytes;
        }
        best = std::min(best, slowest);
        processor = std::min(processor, (processor_seconds() - before) / static_cast<double>(parties));
    }
    std::filesystem::remove_all(folder);
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
