// A sealed-bid auction and a vote among three parties of whom none sees a bid or a ballot. Bidders and voters are no
// parties: each cuts its secret into three shares and sends one to each, sealed, by any way. A seller who is no party
// reads the result from what each party seals to her. Everything runs in one process here.
#include <cstdio>
#include <string>
#include <vector>

#include "tacit/mpc/auction.hpp"
#include "tacit/mpc/dealing.hpp"
#include "tacit/mpc/receivers.hpp"
#include "tacit/mpc/vote.hpp"
#include "tacit/party/local_network.hpp"

using namespace tacit;

int main() {
    constexpr int parties = 3;
    Rng rng = Rng::from_system();
    const std::vector<std::string> bidders{"Ada", "Blaise", "Carl", "Daniel"};
    const std::vector<std::uint64_t> bids{12000, 15500, 9800, 14200};
    std::vector<party::SealingKey> keys;  // each party's; among companies the roster has the public halves
    for (int i = 0; i < parties; ++i) keys.push_back(party::SealingKey::create(rng));
    const auto label = [&](std::size_t bidder, int party) {
        return mpc::ShareLabel{.kind = "bid, 2 digits", .task = "lot 7", .name = bidders[bidder], .party = party};
    };
    std::vector<std::vector<std::vector<std::byte>>> mail(parties);  // files by party
    for (std::size_t bidder = 0; bidder < bids.size(); ++bidder) {
        const auto shares = mpc::deal(mpc::ClearBits(std::vector{bids[bidder]}, 40), parties, rng);
        for (int i = 0; i < parties; ++i) {
            const auto to = static_cast<std::size_t>(i);
            mail[to].push_back(mpc::seal_share(label(bidder, i), {}, shares[to], keys[to].public_key(), rng));
        }
    }
    const party::SealingKey seller = party::SealingKey::create(rng);
    const auto reserve = mpc::deal(mpc::ClearBits(std::vector<std::uint64_t>{10000}, 40), parties, rng);
    const std::vector<std::uint64_t> ballots{1, 1, 2, 1, 0, 2, 1};  // 1 yes, 2 no, 0 abstains
    const auto ballot_shares = mpc::deal(mpc::ClearBits(ballots, 2), parties, rng);

    struct Seen {
        mpc::AuctionResult auction;
        bool carried = false;
        std::vector<std::byte> to_seller;
    };
    party::LocalNetwork network(parties);
    const auto seen = network.run([&](party::Party& me) {
        const auto i = static_cast<std::size_t>(me.index());
        mpc::Replicated ring(me);
        std::vector<mpc::Bits> opened;
        for (std::size_t bidder = 0; bidder < bids.size(); ++bidder) {
            const auto bid = mpc::open_contribution(keys[i], mail[i][bidder], label(bidder, me.index()), {40, 1});
            opened.push_back(bid.value().share);
        }
        const mpc::Bits all = mpc::collect(opened, 40);
        ring.confirm_dealt(std::vector{&all.parts, &reserve[i].parts, &ballot_shares[i].parts});
        const auto outcome = mpc::hold_auction(ring, all, reserve[i], {});  // one unit, second price
        const auto won = mpc::deliver(ring, mpc::won_bits(ring, outcome),
                                      {.parties = {}, .outsiders = {{"seller", seller.public_key()}}},
                                      {.kind = "winners", .task = "lot 7"});
        return Seen{.auction = mpc::open_result(ring, outcome, mpc::Opened::price),
                    .carried = mpc::is_carried(ring, ballot_shares[i], {.quorum = 5}),
                    .to_seller = won.files[0].bytes};
    });

    const auto& auction = seen[0].auction;
    std::vector<std::vector<std::byte>> files;
    for (const Seen& one : seen) files.push_back(one.to_seller);
    const auto won = std::get<mpc::ClearBits>(mpc::reveal(seller, files).value().value);
    std::printf("sold at %llu, the second highest bid; the seller alone learns that %s has won\n",
                static_cast<unsigned long long>(*auction.price), won.at(0, 1) ? bidders[1].c_str() : "somebody else");
    std::printf("the motion is %s\n", seen[0].carried ? "carried" : "not carried");
    std::printf("%d rounds; party 0 sent %llu bytes\n", network.rounds(),
                static_cast<unsigned long long>(network.traffic()[0].bytes_sent));
    return won.at(0, 1) && !won.at(0, 0) && *auction.price == 14200 && seen[2].carried ? 0 : 1;
}
