// How many reservations a second a ledger takes: from one process, from threads of one handle, from processes that race
// for it. One JSON object per line: ledger_bench FOLDER [SECONDS]. FOLDER is on the disk that is measured.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "machine.hpp"
#include "tacit/dp/ledger.hpp"

namespace {

using namespace tacit::dp;
using Clock = std::chrono::steady_clock;

/// Threads of one handle reserve until the time is over.
void spend(const std::filesystem::path& path, int threads, Clock::time_point end) {
    Ledger ledger = Ledger::open(path);
    std::vector<std::thread> workers;
    for (int t = 0; t < threads; ++t) {
        workers.emplace_back([&] {
            while (Clock::now() < end) ledger.reserve({.epsilon = Cost::ratio(1, 1000000)}, "count");
        });
    }
    for (std::thread& worker : workers) worker.join();
}

double reservations_a_second(const std::filesystem::path& path, int processes, int threads, double seconds) {
    std::filesystem::remove(path);
    (void)Ledger::create(path, {.data_set = "bench", .budget = {.epsilon = Cost::ratio(1, 1)}});
    const auto start = Clock::now();
    const auto end = start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    std::vector<pid_t> racers;
    for (int p = 0; p < processes; ++p) {
        racers.push_back(fork());
        if (racers.back() == 0) {
            spend(path, threads, end);
            _exit(0);
        }
    }
    for (const pid_t racer : racers) waitpid(racer, nullptr, 0);
    const double taken = std::chrono::duration<double>(Clock::now() - start).count();
    return static_cast<double>(Ledger::open(path).contents().entries.size()) / taken;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: ledger_bench FOLDER [SECONDS]\n";
        return 2;
    }
    const std::filesystem::path path = std::filesystem::path(argv[1]) / "bench.ledger";
    const double seconds = argc > 2 ? std::strtod(argv[2], nullptr) : 2;
    for (const auto& [processes, threads] : {std::pair(1, 1), std::pair(1, 8), std::pair(8, 1), std::pair(8, 8)}) {
        const nlohmann::json line = {{"machine", machine::name()},
                                     {"commit", machine::commit()},
                                     {"processes", processes},
                                     {"threads_each", threads},
                                     {"reservations_per_s", reservations_a_second(path, processes, threads, seconds)}};
        std::cout << line.dump() << std::endl;
    }
    std::filesystem::remove(path);
    return 0;
}
