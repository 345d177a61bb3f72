// The wage gap of a town, released with differential privacy: what a question would cost, the answers, and the end of
// the budget. The 20,000 wages are made up here; `tacit dp` does the same for a CSV file.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "tacit/base/random.hpp"
#include "tacit/dp/mechanisms.hpp"
#include "tacit/dp/session.hpp"

namespace {

using namespace tacit;
using namespace tacit::dp;

/// Weekly wages around 550, a seventh less for women; some rows have no wage.
Dataset made_up_town() {
    Rng rng{Seed{}};
    std::vector<double> wages;
    std::vector<std::string> sexes;
    for (int person = 0; person < 20000; ++person) {
        double bell = -6;
        for (int i = 0; i < 12; ++i) bell += std::ldexp(static_cast<double>(rng.next() >> 11), -53);
        const bool woman = rng.next() % 2 == 0;
        wages.push_back(person % 97 == 0 ? std::nan("") : (woman ? 480 : 560) * std::exp(0.5 * bell));
        sexes.emplace_back(woman ? "female" : "male");
    }
    Dataset town;
    town.add_numbers("wage", std::move(wages));
    town.add_texts("sex", std::move(sexes));
    return town;
}

/// The mean wage of one group; bounds and step are what anybody knows about weekly wages.
auto mean_wage(const char* sex, const Cost& epsilon) {
    return where("sex", sex) >> number("wage") >> clamp(0, 2500, Cost::ratio(1, 1)) >> mean(epsilon);
}

}  // namespace

int main() {
    const auto ledger =
        std::filesystem::temp_directory_path() / ("wages-" + std::to_string(Rng::from_system().next()) + ".ledger");
    Session<Pure> session(Ledger::create(ledger, {.data_set = "town", .budget = {.epsilon = Cost::ratio(1, 1)}}),
                          made_up_town());
    const Cost half = Cost::ratio(2, 5);

    const Quote quote = session.quote(mean_wage("female", half));
    std::printf("a mean would cost %s\n", to_string(quote.measure, quote.loss).c_str());
    for (const NoiseEffect& effect : quote.noise) {
        std::printf("  %s off by at most %g\n", effect.of.c_str(), effect.reach());
    }

    const Estimate women = session.release(mean_wage("female", half)).answer();
    const Estimate men = session.release(mean_wage("male", half)).answer();
    std::printf("women %.1f (%.1f to %.1f), men %.1f (%.1f to %.1f)\n", women.value, women.low, women.high, men.value,
                men.low, men.high);

    bool refused = false;
    try {
        static_cast<void>(session.release(mean_wage("female", half)));
    } catch (const Error& error) {
        std::printf("refused: %s\n", error.what());
        refused = error.code() == ErrorCode::budget_exceeded;
    }
    std::filesystem::remove(ledger);
    return refused && women.high < men.low ? 0 : 1;
}
