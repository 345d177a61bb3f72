// A sealed-bid auction and a vote among three parties of whom none sees a bid or a ballot. Bidders and voters are no
// parties: each cuts its secret into three shares and brings one to each. Everything runs in one process here.
#include <cstdio>
#include <string>
#include <vector>

#include "tacit/mpc/auction.hpp"
#include "tacit/mpc/dealing.hpp"
#include "tacit/mpc/vote.hpp"
#include "tacit/party/local_network.hpp"

using namespace tacit;

int main() {
    constexpr int parties = 3;
    Rng rng = Rng::from_system();
    const std::vector<std::string> bidders{"Ada", "Blaise", "Carl", "Daniel"};
    const std::vector<std::uint64_t> bids{12000, 15500, 9800, 14200};
    const auto bid_shares = mpc::deal(mpc::ClearBits(bids, 40), parties, rng);
    const auto reserve = mpc::deal(mpc::ClearBits(std::vector<std::uint64_t>{10000}, 40), parties, rng);
    const std::vector<std::uint64_t> ballots{1, 1, 2, 1, 0, 2, 1};  // 1 yes, 2 no, 0 abstains
    const auto ballot_shares = mpc::deal(mpc::ClearBits(ballots, 2), parties, rng);

    struct Seen {
        mpc::AuctionResult auction;
        bool carried = false;
    };
    party::LocalNetwork network(parties);
    const auto seen = network.run([&](party::Party& me) {
        const auto i = static_cast<std::size_t>(me.index());
        mpc::Replicated ring(me);
        ring.confirm_dealt(std::vector{&bid_shares[i].parts, &reserve[i].parts, &ballot_shares[i].parts});
        const auto outcome = mpc::hold_auction(ring, bid_shares[i], reserve[i], {});  // one unit, second price
        return Seen{.auction = mpc::open_result(ring, outcome, mpc::Opened::price_and_winners),
                    .carried = mpc::is_carried(ring, ballot_shares[i], {.quorum = 5})};
    });

    const auto& auction = seen[0].auction;
    std::printf("%s wins and pays %llu, the second highest bid\n", bidders[auction.winners.at(0)].c_str(),
                static_cast<unsigned long long>(*auction.price));
    std::printf("the motion is %s\n", seen[0].carried ? "carried" : "not carried");
    std::printf("%d rounds; party 0 sent %llu bytes\n", network.rounds(),
                static_cast<unsigned long long>(network.traffic()[0].bytes_sent));
    return auction.winners.at(0) == 1 && *auction.price == 14200 && seen[2].carried ? 0 : 1;
}
