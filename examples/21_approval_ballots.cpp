// A club votes by approval, and then asks a question that nobody wants to answer. The winner comes from ballots that
// the club holds, by a selection that hardly depends on any one of them; the question is a poll in which nobody is
// trusted, with as many answers as there are candidates. 5,000 made-up members.
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "tacit/base/random.hpp"
#include "tacit/dp/local.hpp"
#include "tacit/dp/mechanisms.hpp"
#include "tacit/dp/session.hpp"

namespace {

using namespace tacit;
using namespace tacit::dp;

constexpr std::size_t members = 5000;
const std::vector<std::string> places = {"lake", "hills", "museum", "brewery", "home"};

/// Ballots name every place that a member approves, in one cell.
std::vector<std::string> ballots(Rng& rng) {
    const std::vector<std::uint64_t> of_ten = {5, 6, 3, 4, 1};  // that many of ten approve
    std::vector<std::string> all;
    for (std::size_t member = 0; member < members; ++member) {
        std::string ballot;
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (rng.next() % 10 < of_ten[i]) ballot += places[i] + ";";
        }
        all.push_back(ballot);
    }
    return all;
}

}  // namespace

int main() {
    Rng rng{Seed{}};
    Dataset data;
    data.add_texts("ballot", ballots(rng));
    const auto ledger =
        std::filesystem::temp_directory_path() / ("ballots-" + std::to_string(Rng::from_system().next()) + ".ledger");
    Session<Pure> session(Ledger::create(ledger, {.data_set = "ballots", .budget = {.epsilon = Cost::ratio(1, 10)}}),
                          std::move(data));
    const auto question = text("ballot") >> approvals(places) >> select(Cost::ratio(1, 10));
    const double reach = session.quote(question).noise[0].reach();
    const auto winner = session.release(question);
    std::printf("the winner is %s; the best has at most %g approvals more, in 95 of 100 votes\n",
                winner.answer().c_str(), reach);
    std::filesystem::remove(ledger);

    // Who would rather have stayed at home last time? Everybody randomises before answering.
    const auto poll = HadamardResponse::with_epsilon(places.size(), Cost::ratio(2, 1));
    std::vector<std::uint64_t> counts(poll.points());
    for (std::size_t member = 0; member < members; ++member) ++counts[poll.answer(member % 4 == 0 ? 4 : member % 3)];
    const auto said = poll.support(counts);
    bool held = true;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const Estimate share = poll.rates().estimate(said[i], members);
        std::printf("  %-8s %5.1f %% (%.1f to %.1f)\n", places[i].c_str(), 100 * share.value, 100 * share.low,
                    100 * share.high);
        if (i == 4) held = share.low < 0.3 && share.high > 0.2;
    }
    return winner.answer() == "hills" && held ? 0 : 1;
}
