// Oblivious transfers, garbled circuits and predictions between two parties in this process, a thread each:
// two_party_bench prints one JSON object per measurement. Seconds are processor time of the party that works longer, so
// that other work on the machine does not count; messages go through memory.
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>

#include "machine.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/mpc/garbled.hpp"
#include "tacit/mpc/predict.hpp"
#include "tacit/party/local_network.hpp"

namespace {

using namespace tacit;
using nlohmann::json;

/// Processor time of this thread.
double seconds_now() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}
double seconds_since(double begin) { return seconds_now() - begin; }

/// The least time of three runs, and what it is in units a second.
void report(const char* name, double units, const char* unit, const party::LocalNetwork& network, double seconds) {
    const json line{{"machine", machine::name()},
                    {"commit", machine::commit()},
                    {"what", name},
                    {std::string(unit) + "s", units},
                    {"cpu_seconds", seconds},
                    {std::string(unit) + "s_per_cpu_s", units / seconds},
                    {"rounds", network.rounds()},
                    {"bytes", network.traffic()[0].bytes_sent + network.traffic()[1].bytes_sent}};
    std::cout << line.dump() << std::endl;
}

/// first(me) at party 0, second(me) at party 1: each makes its end, then returns how long its work took.
template <class First, class Second>
double seconds_of(party::LocalNetwork& network, const First& first, const Second& second) {
    double least = 1e9;
    for (int round = 0; round < 3; ++round) {
        const auto times = network.run([&](party::Party& me) { return me.index() == 0 ? first(me) : second(me); });
        least = std::min(least, std::max(times[0], times[1]));
    }
    return least;
}

void ends() {
    party::LocalNetwork network(2);
    const auto start = [](auto&& make) {
        const auto begin = seconds_now();
        make();
        return seconds_since(begin);
    };
    const double seconds = seconds_of(
        network,
        [&](party::Party& me) {
            return start([&] {
                mpc::OtSender sender(me);
                static_cast<void>(sender.correlated(1));
            });
        },
        [&](party::Party& me) {
            return start([&] {
                mpc::OtReceiver receiver(me);
                static_cast<void>(receiver.correlated(std::vector<std::uint8_t>{1}));
            });
        });
    report("ends of transfers", 1, "pair", network, seconds);
}

void transfers(std::size_t count) {
    const std::vector<std::uint8_t> choices(count, 1);
    party::LocalNetwork network(2);
    const double seconds = seconds_of(
        network,
        [&](party::Party& me) {
            mpc::OtSender sender(me);
            const auto begin = seconds_now();
            if (sender.correlated(count).size() != count) std::abort();
            return seconds_since(begin);
        },
        [&](party::Party& me) {
            mpc::OtReceiver receiver(me);
            const auto begin = seconds_now();
            if (receiver.correlated(choices).size() != count) std::abort();
            return seconds_since(begin);
        });
    report("correlated transfers", static_cast<double>(count), "transfer", network, seconds);
}

void gates(const char* name, const mpc::BooleanCircuit& circuit, int times) {
    const std::vector<std::uint8_t> bits(circuit.inputs(), 1);
    const auto expected = circuit.evaluate(bits);
    party::LocalNetwork network(2);
    const double seconds = seconds_of(
        network,
        [&](party::Party& me) {
            mpc::Garbler garbler(me);
            const auto labels = garbler.own_input(bits);
            const auto begin = seconds_now();
            for (int i = 0; i < times; ++i) garbler.open(garbler.run(circuit, labels));
            return seconds_since(begin);
        },
        [&](party::Party& me) {
            mpc::Evaluator evaluator(me);
            const auto labels = evaluator.others_input(bits.size());
            const auto begin = seconds_now();
            for (int i = 0; i < times; ++i) {
                if (evaluator.open(evaluator.run(circuit, labels)) != expected) std::abort();
            }
            return seconds_since(begin);
        });
    report(name, static_cast<double>(circuit.conjunctions()) * times, "conjunction", network, seconds);
}

mpc::BooleanCircuit comparisons(std::size_t count) {
    mpc::GateBuilder builder;
    std::vector<mpc::Wire> outputs;
    for (std::size_t i = 0; i < count; ++i) {
        const mpc::Word a = builder.input(64);
        outputs.push_back(builder.less(a, builder.input(64)));
    }
    return builder.build(outputs);
}

/// Rows a second of a model of zeros: what it computes does not depend on what is in it.
void predictions(const char* name, const mpc::IntegerModel& model, std::size_t rows) {
    const std::vector<double> values(rows * model.shape.features);
    const auto encoded = mpc::encode_rows(model.shape, std::span(values).first(model.shape.features));
    const std::size_t expected = mpc::class_of(mpc::scores(model, encoded));
    party::LocalNetwork network(2);
    const mpc::PredictTerms terms{.shape = model.shape};
    const auto begin = [&](party::Party& me) {
        const auto start = seconds_now();
        if (me.index() == 1) {
            serve_predictions(me, terms, model, [](std::uint64_t) {});
        } else if (predict(me, terms, values).classes != std::vector<std::size_t>(rows, expected)) {
            std::abort();
        }
        return seconds_since(start);
    };
    const double seconds = seconds_of(network, begin, begin);
    report(name, static_cast<double>(rows), "row", network, seconds);
}

mpc::IntegerModel trees(std::size_t count, std::size_t depth, std::size_t features) {
    const std::size_t leaves = std::size_t{1} << depth;
    return {.shape = {mpc::ModelKind::trees, features, 1, count, depth},
            .features = std::vector<std::uint32_t>(count * (leaves - 1)),
            .thresholds = std::vector<std::int64_t>(count * (leaves - 1)),
            .leaves = std::vector<std::uint64_t>(count * leaves),
            .bias = {1}};
}

}  // namespace

int main() {
    const ThreadLimit one_thread_a_party(1);
    ends();
    transfers(std::size_t{1} << 22);
    gates("1,000 comparisons of 64 bits", comparisons(1000), 30);
    gates("one comparison of 64 bits", comparisons(1), 3000);
    predictions("logistic, 30 features", mpc::integer_model(std::vector(1, std::vector<double>(31, 1))), 1000);
    predictions("10 classes, 784 features", mpc::integer_model(std::vector(10, std::vector<double>(785, 1))), 20);
    predictions("100 trees of depth 6, 30 features", trees(100, 6, 30), 20);
}
