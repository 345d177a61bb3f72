#pragma once

#include "mpc.hpp"

/// `tacit mpc bid|auction|ballot|vote`: sealed bids and ballots of people who are no parties, computed on by
/// three or four parties who are; what `tacit mpc reveal` reads is in mpc_results.hpp.
namespace tacit::app::mpc {

struct BidOptions {
    fs::path roster;
    std::string task;  ///< which auction; empty: the roster's name
    std::string bidder;
    std::string amount;
    int digits = 0;
    fs::path out;
};
void bid(const BidOptions& options);

struct AuctionOptions {
    SessionOptions session;
    std::string task;
    fs::path bids;
    bool first_price = false;
    std::size_t units = 1;
    std::string reserve = "0";
    std::string seller;  ///< whose bid is the secret reserve; empty: `reserve` is public
    bool lottery = false;
    std::string told = "all";
    fs::path out;  ///< for results that are for others
    int digits = 0;
};
void auction(const AuctionOptions& options);

struct BallotOptions {
    fs::path roster;
    std::string task;
    std::string voter;
    std::size_t choices = 2;
    std::vector<std::size_t> chosen;
    bool approval = false;
    fs::path out;
};
void ballot(const BallotOptions& options);

struct VoteOptions {
    SessionOptions session;
    std::string task;
    fs::path ballots;
    std::size_t choices = 2;
    bool approval = false;
    bool decision = false;
    std::string majority = "1/2";
    bool at_least = false;
    std::uint64_t quorum = 0;
    fs::path out;  ///< for receivers who are no parties
};
void vote(const VoteOptions& options);

}  // namespace tacit::app::mpc
