// The wage gap by region, released with differential privacy where people have several rows each: what one person adds
// is bounded, each region is answered for the price of the regions that a person may be in, regions that nobody stated
// come out only if enough people live there, and three quantiles share one price. The exact answers stand beside; the
// wages of 30,000 jobs are made up here. docs/differential-privacy.md asks the same of the Current Population Survey.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tacit/base/random.hpp"
#include "tacit/dp/groups.hpp"
#include "tacit/dp/mechanisms.hpp"
#include "tacit/dp/quantiles.hpp"
#include "tacit/dp/session.hpp"

namespace {

using namespace tacit;
using namespace tacit::dp;

const std::vector<std::string> regions = {"midwest", "northeast", "south", "west"};

/// Jobs of 12,000 people: a person's jobs are in one or two regions; one person alone works on an island.
struct Town {
    std::vector<std::string> person, sex, region;
    std::vector<double> wage;
    std::map<std::string, std::pair<double, double>> sum_and_count;  ///< by region and sex, exactly
};

Town made_up_jobs() {
    Rng rng{Seed{}};
    Town town;
    for (int job = 0; job < 30000; ++job) {
        const std::uint64_t who = rng.next() % 12000;
        const bool woman = who % 2 == 0;
        double bell = -6;
        for (int i = 0; i < 12; ++i) bell += std::ldexp(static_cast<double>(rng.next() >> 11), -53);
        const std::string& region = regions[(who / 2 + rng.next() % 2) % 4];
        const double wage = std::round((woman ? 420 : 500) * std::exp(0.4 * bell) + (region == "west" ? 60 : 0));
        town.person.push_back("person " + std::to_string(who));
        town.sex.emplace_back(woman ? "female" : "male");
        town.region.push_back(job == 77 ? "island" : region);
        town.wage.push_back(wage);
        auto& exact = town.sum_and_count[town.region.back() + (woman ? " female" : " male")];
        exact.first += wage;
        exact.second += 1;
    }
    return town;
}

Dataset rows_of(const Town& town) {
    Dataset data;
    data.add_texts("person", town.person);
    data.add_texts("sex", town.sex);
    data.add_texts("region", town.region);
    data.add_numbers("wage", town.wage);
    return data;
}

/// Four jobs of each person, two in each of two regions; the mean wage of one sex in each region. A unit loses four
/// times `epsilon`.
auto mean_wages(const char* sex, const Cost& epsilon) {
    const auto one = number("wage") >> clamp(0, 2000, Cost::ratio(1, 1)) >> mean(epsilon);
    return where<ByUnit>("sex", sex) >> contributions_of("person", 2, "region", 2) >> for_each("region", regions, one);
}

}  // namespace

int main() {
    const Town town = made_up_jobs();
    const auto ledger =
        std::filesystem::temp_directory_path() / ("jobs-" + std::to_string(Rng::from_system().next()) + ".ledger");
    const Loss budget{.epsilon = Cost::ratio(6, 1), .delta = Cost::ratio(1, 1000000)};
    Session<Approximate> session(
        Ledger::create(ledger, {.data_set = "jobs", .measure = Measure::approximate, .budget = budget}), rows_of(town));

    const auto keys = session.release(contributions_of("person", 1, "region", 2) >>
                                      tally_private_keys("region", Cost::ratio(1, 1), budget.delta));
    std::printf("regions in the data, as far as they may be seen:\n");
    bool island = false;
    for (const auto& [region, people] : keys.answer()) {
        std::printf("  %-9s %7.0f people (%.0f to %.0f)\n", region.c_str(), people.value, people.low, people.high);
        island = island || region == "island";
    }

    const Cost half = Cost::ratio(1, 2);
    const auto women = session.release(as_approximate(mean_wages("female", half)));
    const auto men = session.release(as_approximate(mean_wages("male", half)));
    std::printf("unit of privacy: %s\n", women.statement().unit.c_str());
    bool gap = true;
    for (std::size_t i = 0; i < regions.size(); ++i) {
        const Estimate& w = women.answer()[i].answer;
        const Estimate& m = men.answer()[i].answer;
        const auto exact = [&](const char* sex) {
            const auto& [sum, count] = town.sum_and_count.at(regions[i] + sex);
            return sum / count;
        };
        std::printf("  %-9s women %6.1f (%.1f to %.1f; exactly %.1f), men %6.1f (%.1f to %.1f; exactly %.1f)\n",
                    regions[i].c_str(), w.value, w.low, w.high, exact(" female"), m.value, m.low, m.high,
                    exact(" male"));
        gap = gap && w.high < m.low;
    }

    const auto spread = session.release(
        as_approximate(contributions_of("person", 1) >> number("wage") >> clamp(0, 2000, Cost::ratio(1, 1)) >>
                       quantiles({Cost::ratio(1, 10), half, Cost::ratio(9, 10)}, Cost::ratio(1, 1))));
    std::printf("quantiles 0.1, 0.5, 0.9 of one job of each person: %g, %g, %g\n", spread.answer()[0],
                spread.answer()[1], spread.answer()[2]);
    std::filesystem::remove(ledger);
    return gap && !island && keys.answer().size() == 4 && spread.answer()[0] < spread.answer()[2] ? 0 : 1;
}
