// What computing on shares among three and four parties costs, all in one process, in memory and over TLS, one JSON
// object per line: mpc_bench [NUMBERS [NAME]], all or those whose name has NAME in it. `cpu_s_per_party` is the
// processor time of all parties together, over TLS with meeting each other, divided by their number; `wall_s` is that
// of one run on this machine's cores, over TLS from when all had met. Least of five runs; every result is checked.
#include <algorithm>
#include <cmath>
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
#include "tls_parties.hpp"

namespace {

using namespace tacit;

std::string wanted_name;

struct Cost {
    double wall = 1e9;
    double processor = 1e9;
    std::vector<party::Traffic> traffic;
};

/// The least of five runs; `once` runs it once, checks the result and returns how long it took.
template <class Once>
void least(Cost& cost, int parties, const Once& once) {
    for (int run = 0; run < 5; ++run) {
        const double before = machine::processor_seconds();
        cost.wall = std::min(cost.wall, once());
        cost.processor = std::min(cost.processor, (machine::processor_seconds() - before) / parties);
    }
}

void print(const std::string& name, const char* network, int rounds, std::size_t count, const Cost& cost) {
    std::uint64_t most = 0;
    std::uint64_t total = 0;
    for (const auto& traffic : cost.traffic) {
        most = std::max(most, traffic.bytes_sent);
        total += traffic.bytes_sent;
    }
    const auto items = static_cast<double>(count);
    const auto parties = static_cast<double>(cost.traffic.size());
    const nlohmann::json line{{"machine", machine::name()},
                              {"commit", machine::commit()},
                              {"protocol", name},
                              {"network", network},
                              {"parties", cost.traffic.size()},
                              {"items", count},
                              {"rounds", rounds},
                              {"bytes_per_party_and_item", static_cast<double>(total) / parties / items},
                              {"most_bytes_of_a_party", most},
                              {"cpu_s_per_party", cost.processor},
                              {"items_per_cpu_s", items / cost.processor},
                              {"wall_s", cost.wall}};
    std::cout << line.dump() << std::endl;
}

/// Runs protocol(Replicated&), which returns whether its result is right, in memory and over TLS, and prints what it
/// took for `count` items.
template <class Protocol>
void report(const std::string& name, int parties, std::size_t count, const Protocol& protocol) {
    if (name.find(wanted_name) == std::string::npos) return;
    const auto checked = [&](party::Party& me) {
        mpc::Replicated ring(me);
        if (!protocol(ring)) throw Error(ErrorCode::internal, name + " gave a wrong result");
        return 0;
    };
    party::LocalNetwork memory(parties);
    Cost cost;
    least(cost, parties, [&] {
        const auto start = SteadyClock::now();
        memory.run(checked);
        return seconds_since(start);
    });
    cost.traffic = memory.traffic();
    print(name, "memory", memory.rounds(), count, cost);

    const TlsParties tls(parties);
    cost = {};
    least(cost, parties, [&] {
        auto measured = tls.run({.program = "bench/1", .parameters = name}, checked);
        cost.traffic = std::move(measured.traffic);
        return measured.seconds;
    });
    print(name, "TLS", memory.rounds(), count, cost);
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

/// x^2, x^4, ...: `times` batches of products, one after the other.
void multiply(int parties, std::size_t count, int times) {
    const auto x = uniform(count, 64);
    std::uint64_t expected = x.back();
    for (int i = 0; i < times; ++i) expected *= expected;
    const std::string name = "product of 64-bit numbers" + (times == 1 ? "" : fmt::format(", {} in a row", times));
    report(name, parties, count * static_cast<std::size_t>(times), [&](mpc::Replicated& ring) {
        mpc::Numbers power = ring.constant(x);
        for (int i = 0; i < times; ++i) power = ring.multiply(power, power);
        return ring.open(mpc::slice(power, count - 1, 1)).front() == expected;
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
        const auto place = std::get<mpc::Bits>(mpc::noisy_answer(ring, question, wanted, ring.constant(ballots)));
        return ring.open(place).values().front() == favourite;
    });
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t count = argc > 1 ? std::stoul(argv[1]) : 200000;
    if (argc > 2) wanted_name = argv[2];
    for (const int parties : {3, 4}) {
        multiply(parties, 5 * count, 1);
        multiply(parties, 5 * count, 11);
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
