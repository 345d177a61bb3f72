// What computing on shares among three and four parties costs, all in one process, one JSON object per line:
// mpc_bench [NUMBERS]. `cpu_s_per_party` is the processor time of all parties together, divided by their number;
// `wall_s` is that of one run on this machine's cores. Least of five runs; every result is checked.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "base/stopwatch.hpp"
#include "machine.hpp"
#include "mpc/noisy_answers.hpp"
#include "tacit/mpc/auction.hpp"
#include "tacit/mpc/circuits.hpp"
#include "tacit/mpc/joint_noise.hpp"
#include "tacit/mpc/sort.hpp"
#include "tacit/party/local_network.hpp"

namespace {

using namespace tacit;

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Runs protocol(Replicated&), which returns whether its result is right, and prints what it took for `count` items.
template <class Protocol>
void report(const std::string& name, int parties, std::size_t count, const Protocol& protocol) {
    double cpu = 1e9;
    double wall = 1e9;
    party::LocalNetwork network(parties);
    for (int run = 0; run < 5; ++run) {
        const auto start = SteadyClock::now();
        const double before = cpu_seconds();
        const auto right = network.run([&](party::Party& me) {
            mpc::Replicated ring(me);
            return static_cast<int>(protocol(ring));
        });
        cpu = std::min(cpu, (cpu_seconds() - before) / parties);
        wall = std::min(wall, seconds_since(start));
        if (std::ranges::count(right, 1) != parties) throw Error(ErrorCode::internal, name + " gave a wrong result");
    }
    std::uint64_t most = 0;
    std::uint64_t total = 0;
    for (const auto& traffic : network.traffic()) {
        most = std::max(most, traffic.bytes_sent);
        total += traffic.bytes_sent;
    }
    const auto items = static_cast<double>(count);
    const nlohmann::json line{{"machine", machine::name()},
                              {"commit", machine::commit()},
                              {"protocol", name},
                              {"parties", parties},
                              {"items", count},
                              {"rounds", network.rounds()},
                              {"bytes_per_party_and_item", static_cast<double>(total) / parties / items},
                              {"most_bytes_of_a_party", most},
                              {"cpu_s_per_party", cpu},
                              {"items_per_cpu_s", items / cpu},
                              {"wall_s", wall}};
    std::cout << line.dump() << std::endl;
}

std::vector<std::uint64_t> uniform(std::size_t count, int bits) {
    Rng rng(Seed{});
    std::vector<std::uint64_t> out(count);
    for (auto& x : out) x = rng.next() >> (64 - bits);
    return out;
}

void compare(int parties, std::size_t count) {
    const auto x = uniform(count, 61);
    const auto y = uniform(count, 60);
    mpc::ClearBits expected({1, count});
    for (std::size_t i = 0; i < count; ++i) {
        if (x[i] < y[i]) expected.set(0, i);
    }
    report("comparison of 64-bit numbers", parties, count, [&](mpc::Replicated& ring) {
        return ring.open(mpc::less(ring, ring.constant(x), ring.constant(y))).words == expected.words;
    });
}

void multiply(int parties, std::size_t count) {
    const auto x = uniform(count, 64);
    report("product of 64-bit numbers", parties, count, [&](mpc::Replicated& ring) {
        const mpc::Numbers secret = ring.constant(x);
        return ring.open(mpc::slice(ring.multiply(secret, secret), 0, 1)).front() == x[0] * x[0];
    });
}

void auction(int parties, std::size_t bidders, mpc::AuctionRules::Price price, const char* name) {
    auto bids = uniform(bidders, 39);
    const auto winner = bids.size() / 2;
    bids[winner] = (std::uint64_t{1} << 40U) - 1;
    const auto second = *std::max_element(bids.begin(), bids.end(), [&](auto a, auto b) {
        return (a == bids[winner] ? 0 : a) < (b == bids[winner] ? 0 : b);
    });
    const bool vickrey = price == mpc::AuctionRules::Price::highest_losing;
    report(name, parties, bidders, [&](mpc::Replicated& ring) {
        const auto outcome =
            mpc::hold_auction(ring, ring.constant(mpc::ClearBits(bids, 40)),
                              ring.constant(mpc::ClearBits(std::vector<std::uint64_t>{1}, 40)), {.price = price});
        const auto result = mpc::open_result(ring, outcome, mpc::Opened::price_and_winners);
        return result.winners == std::vector{winner} && result.price == (vickrey ? second : bids[winner]);
    });
}

void sort(int parties, std::size_t count) {
    const auto x = uniform(count, 40);
    auto expected = x;
    std::ranges::sort(expected);
    report("sort of 64-bit numbers", parties, count,
           [&](mpc::Replicated& ring) { return ring.open(mpc::sort_by(ring, ring.constant(x)).front()) == expected; });
}

void noise(int parties, std::size_t draws) {
    const dp::Noise wanted{.scale = dp::Cost::ratio(100, 1), .draws = draws};
    report("joint discrete Laplace noise of scale 100", parties, draws, [&](mpc::Replicated& ring) {
        double size = 0;
        for (const std::uint64_t y : ring.open(mpc::draw_noise(ring, wanted))) {
            size += std::abs(static_cast<double>(static_cast<std::int64_t>(y)));
        }
        return std::abs(size / static_cast<double>(draws) - 100) < 100 / std::sqrt(static_cast<double>(draws)) * 20;
    });
}

void noisy_maximum(int parties, std::size_t candidates) {
    mpc::PrivateQuestion question{.kind = mpc::PrivateQuestion::Kind::select, .epsilon = dp::Cost::ratio(1, 1)};
    for (std::size_t i = 0; i < candidates; ++i) question.keys.push_back(std::to_string(i));
    const dp::Noise wanted = mpc::describe(question, 1).noise.front().noise;
    mpc::ClearBits ballots({candidates, 200});
    const std::size_t favourite = candidates / 3;
    for (std::size_t ballot = 0; ballot < 200; ++ballot) ballots.set(favourite, ballot);
    report("noisy maximum of scores of 200 ballots", parties, candidates, [&](mpc::Replicated& ring) {
        const auto place = mpc::open_answer(ring, question, wanted, ring.constant(ballots));
        return place.front() == static_cast<std::int64_t>(favourite);
    });
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t count = argc > 1 ? std::stoul(argv[1]) : 200000;
    for (const int parties : {3, 4}) {
        multiply(parties, 5 * count);
        compare(parties, count);
        compare(parties, 5 * count);
        auction(parties, 1000, mpc::AuctionRules::Price::highest_losing, "Vickrey auction");
        auction(parties, 1000, mpc::AuctionRules::Price::lowest_winning, "first-price auction");
        sort(parties, 10000);
        noise(parties, 1);
        noise(parties, count / 10);
        noisy_maximum(parties, 4096);
    }
}
