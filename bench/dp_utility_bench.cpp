// How far answers are off on real wages: the root mean square error of each aggregate at several epsilons, over
// repeated releases, against the exact answer. One JSON object per line: dp_utility_bench WAGES.csv [RUNS [PEER.jsonl]]
//
// WAGES.csv has a column `wage` (CPS1988: tools/rda_to_csv.py, docs/differential-privacy.md). Released is what a
// Session would release, without a ledger: the budget is not what is measured. PEER.jsonl holds what another library
// reached on the same data and bounds, in lines with "aggregate" ("count", "quantile 0.1", "quantile 0.1 of three"),
// "epsilon" and "rmse": then each line says it too.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "dp/draw.hpp"
#include "machine.hpp"
#include "tacit/dp/csv.hpp"
#include "tacit/dp/groups.hpp"
#include "tacit/dp/mechanisms.hpp"
#include "tacit/dp/quantiles.hpp"

namespace {

using namespace tacit::dp;

constexpr double low = 0;
constexpr double high = 2500;
const Cost cent = Cost::ratio(1, 100);
const Cost dollar = Cost::ratio(1, 1);
const Cost five_cents = Cost::ratio(1, 20);

double shown(const Estimate& answer) { return answer.value; }
double shown(double answer) { return answer; }

template <class Answer>
Answer once(const Measurement<Rows, AddRemove, Answer, Pure>& measurement, const Rows::Carrier& rows) {
    SystemWords words;
    const auto drawn = draw(measurement.description().noise, words);
    return detail::Maker::answer(measurement, rows, drawn);
}

/// What is measured: runs of one aggregate, and its error.
class Bench {
public:
    Bench(const tacit::table::Table& table, int runs, std::vector<nlohmann::json> peer)
        : data_(read_columns(table, {.numbers = {"wage"}})),
          rows_(detail::Kernels::all_rows(data_)),
          runs_(runs),
          peer_(std::move(peer)) {}

    [[nodiscard]] std::vector<double> sorted() const {
        auto wages = detail::Kernels::numbers(rows_, "wage");
        for (double& wage : wages) wage = std::clamp(wage, low, high);
        std::ranges::sort(wages);
        return wages;
    }

    template <class Measurement>
    void one(const std::string& name, double epsilon, double exact, const Measurement& measurement,
             const std::string& peers_name = {}) const {
        // Selections draw noise for every point of the grid; the others are quick.
        const int runs = measurement.description().noise.front().noise.draws > 1 ? runs_ : 20 * runs_;
        double squares = 0;
        for (int run = 0; run < runs; ++run) squares += std::pow(shown(once(measurement, rows_)) - exact, 2);
        report(name, epsilon, std::sqrt(squares / runs), runs, peers_name.empty() ? name : peers_name);
    }

    template <class Measurement>
    void several(const std::string& name, double epsilon, const std::vector<double>& exact,
                 const Measurement& measurement, const std::vector<std::string>& peers_names) const {
        std::vector<double> squares(exact.size());
        for (int run = 0; run < runs_; ++run) {
            const auto found = once(measurement, rows_);
            for (std::size_t i = 0; i < exact.size(); ++i) squares[i] += std::pow(found[i] - exact[i], 2);
        }
        for (std::size_t i = 0; i < exact.size(); ++i) {
            report(name + " " + std::to_string(i + 1), epsilon, std::sqrt(squares[i] / runs_), runs_,
                   i < peers_names.size() ? peers_names[i] : "");
        }
    }

    /// Bins of 100 dollars; the error of one bin.
    void histogram(double epsilon, const std::vector<double>& wages) const {
        std::vector<std::string> keys;
        std::vector<std::string> bins;
        for (int bin = 0; bin <= 25; ++bin) keys.push_back(std::to_string(bin));
        std::vector<double> exact(keys.size());
        for (const double wage : wages) {
            bins.push_back(std::to_string(static_cast<int>(wage / 100)));
            exact[static_cast<std::size_t>(wage / 100)] += 1;
        }
        Dataset data;
        data.add_texts("bin", std::move(bins));
        const auto rows = detail::Kernels::all_rows(data);
        const auto chain = text("bin") >> tally(keys) >> laplace(cost(epsilon));
        double squares = 0;
        for (int run = 0; run < runs_; ++run) {
            const auto found = once(chain, rows);
            for (std::size_t i = 0; i < keys.size(); ++i) squares += std::pow(found[i].answer.value - exact[i], 2);
        }
        report("histogram", epsilon, std::sqrt(squares / runs_ / static_cast<double>(keys.size())), runs_, "histogram");
    }

    static Cost cost(double epsilon) {
        return Cost::ratio(static_cast<std::uint64_t>(std::lround(epsilon * 1000)), 1000);
    }

private:
    void report(const std::string& name, double epsilon, double rmse, int runs, const std::string& peers_name) const {
        nlohmann::json line = {
            {"commit", machine::commit()}, {"aggregate", name}, {"epsilon", epsilon}, {"rmse", rmse}, {"runs", runs}};
        for (const nlohmann::json& other : peer_) {
            if (other.value("aggregate", "") == peers_name && other.value("epsilon", 0.0) == epsilon) {
                line["peer_rmse"] = other["rmse"];
            }
        }
        std::cout << line.dump() << std::endl;
    }

    Dataset data_;
    Rows::Carrier rows_;
    int runs_;
    std::vector<nlohmann::json> peer_;
};

std::vector<nlohmann::json> read_lines(const char* path) {
    std::vector<nlohmann::json> lines;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
}

double quantile_of(const std::vector<double>& sorted, double q) {
    return sorted[static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size()))) - 1];
}

void measure(const Bench& bench, const std::vector<double>& wages, double epsilon) {
    const Cost cost = Bench::cost(epsilon);
    const auto n = static_cast<double>(wages.size());
    double sum = 0;
    for (const double wage : wages) sum += wage;
    double squares = 0;
    for (const double wage : wages) squares += (wage - sum / n) * (wage - sum / n) / n;
    const auto in_cents = number("wage") >> clamp(low, high, cent);
    bench.one("count", epsilon, n, rows() >> count() >> laplace(cost));
    bench.one("sum", epsilon, sum, in_cents >> tacit::dp::sum() >> laplace(cost));
    bench.one("mean", epsilon, sum / n, in_cents >> mean(cost));
    bench.one("variance", epsilon, squares, in_cents >> variance(cost));
    bench.histogram(epsilon, wages);
    const std::vector<Cost> qs = {Cost::ratio(1, 10), Cost::ratio(1, 2), Cost::ratio(9, 10)};
    const std::vector<double> exact = {quantile_of(wages, 0.1), quantile_of(wages, 0.5), quantile_of(wages, 0.9)};
    for (const auto& [grid, step] : {std::pair("1", dollar), std::pair("0.05", five_cents)}) {
        const auto clamped = number("wage") >> clamp(low, high, step);
        for (std::size_t i = 0; i < qs.size(); ++i) {
            const std::string name = "quantile " + to_string(qs[i]) + " alone, step " + grid;
            bench.one(name, epsilon, exact[i], clamped >> quantile(qs[i], cost), "quantile " + to_string(qs[i]));
        }
        bench.several(std::string("three quantiles, step ") + grid, epsilon, exact, clamped >> quantiles(qs, cost),
                      {"quantile 0.1 of three", "quantile 0.5 of three", "quantile 0.9 of three"});
    }
    std::vector<Cost> tenths;
    std::vector<double> exact_tenths;
    for (std::uint64_t i = 1; i < 10; ++i) {
        tenths.push_back(Cost::ratio(i, 10));
        exact_tenths.push_back(quantile_of(wages, static_cast<double>(i) / 10));
    }
    bench.several("nine quantiles, step 1", epsilon, exact_tenths,
                  number("wage") >> clamp(low, high, dollar) >> quantiles(tenths, cost), {});
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: dp_utility_bench WAGES.csv [RUNS [PEER.jsonl]]\n";
        return 2;
    }
    const int runs = argc > 2 ? std::atoi(argv[2]) : 300;
    const Bench bench(tacit::table::read_csv(argv[1]), runs,
                      argc > 3 ? read_lines(argv[3]) : std::vector<nlohmann::json>());
    const auto wages = bench.sorted();
    for (const double epsilon : {0.1, 0.3, 1.0, 3.0}) measure(bench, wages, epsilon);
    return 0;
}
