// Eight people let three parties compute what they earn together, with noise that hides each of them. No party sees a
// wage, the exact sum or the noise; each keeps a ledger of what the people have lost, and all of them must agree. One
// of the eight cheats. Everything runs in one process here; between companies: `tacit mpc dp --help`.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "tacit/mpc/dealing.hpp"
#include "tacit/mpc/private_answers.hpp"
#include "tacit/party/local_network.hpp"

using namespace tacit;
using mpc::PrivateQuestion;

int main() {
    constexpr int parties = 3;
    const std::vector<std::int64_t> wages{3100, 2876, 3540, 3170, 2990, 4200, 3310, 90'000'000};  // the last one lies
    std::vector<std::uint64_t> words;
    for (const std::int64_t wage : wages) words.push_back(mpc::value_contribution(wage).values().front());
    Rng rng = Rng::from_system();
    const auto shares = mpc::deal(mpc::ClearBits(words, 48), parties, rng);

    // Each party's own budget for these people: a sum and a count, no more.
    const auto folder = std::filesystem::temp_directory_path() / ("tacit-survey-" + to_hex(rng.new_seed()));
    std::filesystem::create_directory(folder);
    const dp::LedgerTerms terms{
        .data_set = "wages", .neighbours = dp::Neighbours::change_one, .budget = {.epsilon = dp::Cost::ratio(3, 1)}};
    std::vector<dp::Ledger> ledgers;
    for (int i = 0; i < parties; ++i) ledgers.push_back(dp::Ledger::create(folder / std::to_string(i), terms));

    party::LocalNetwork network(parties);
    const auto ask = [&](const PrivateQuestion& question) {
        return network.run_each([&](party::Party& me) {
            const auto i = static_cast<std::size_t>(me.index());
            return mpc::answer_privately(me, ledgers[i], question, shares[i]);
        });
    };

    const PrivateQuestion sum{
        .kind = PrivateQuestion::Kind::sum, .epsilon = dp::Cost::ratio(2, 1), .low = 0, .high = 5000};
    const auto total = ask(sum)[0].value();
    const dp::Estimate& estimate = total.estimates[0].answer;
    std::printf("the %zu earn %.0f together (95 %%: %.0f to %.0f), the liar clamped to 5000\n", total.contributors,
                estimate.value, estimate.low, estimate.high);
    std::printf("%s\n%d rounds; party 0 sent %llu bytes\n", total.statement.adversary.c_str(), network.rounds(),
                static_cast<unsigned long long>(network.traffic()[0].bytes_sent));

    const PrivateQuestion above{.epsilon = dp::Cost::ratio(1, 1), .low = 3200, .high = 5000};
    std::printf("from 3200 to 5000: %.0f of them, plus or minus a few\n",
                ask(above)[1].value().estimates[0].answer.value);

    const auto refused = ask(above)[2];
    std::printf("once more: %s\n", refused ? "answered" : refused.error().what());
    std::filesystem::remove_all(folder);
    return estimate.low < estimate.high && !refused && total.statement.spent.epsilon == sum.epsilon ? 0 : 1;
}
