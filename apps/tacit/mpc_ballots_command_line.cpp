// The command line of `tacit mpc bid|auction|ballot|vote|reveal`: options and help. What they do is in mpc_auction.cpp
// and mpc_vote.cpp.
#include "mpc_ballots_command_line.hpp"

#include <memory>

#include "mpc_ballots.hpp"
#include "mpc_command_line.hpp"

namespace tacit::app {

namespace {

using namespace mpc;

constexpr const char* auction_footer = R"(
Parties    three or four that the roster says compute; all run this command with the same options. Bidders, any number,
           are no parties: each cuts its bid into shares with `tacit mpc bid` and brings one file to each party
Adversary  three parties: semi-honest, one. A party that departs from the protocol can change the outcome, and learn
           about bids by that, unnoticed. Four parties: one that does anything; it can end the run, not falsify it.
           Two parties who put their files together know every bid, in both cases
Revealed   whether something was sold, the price, and the winners to whom --told says; who has bid; when. Losing bids
           are never opened. By definition the price of a second-price auction is the highest losing bid, or the
           reserve: whoever knows the price knows that one. Rules with --first-price open no losing bid at all
Ties       the earlier name in the alphabet wins, or with --lottery whom an order says that nobody could choose
Reserve    public (--reserve), or the seller's own bid (--seller NAME), which loses ties and is opened only as a price
Cost       1000 bidders, one unit: 93 rounds (96 among four), 65 kB from each party (98 kB)

Examples:
  tacit mpc bid     --roster sale.toml --bidder ada --amount 155.00 --digits 2 --out files     (each bidder)
  tacit mpc auction --roster sale.toml --identity me --bids from-bidders --digits 2 --reserve 100
  tacit mpc auction --roster sale.toml --identity me --bids from-bidders --seller seller --lottery --told bidders
                    --out to-bidders)";

constexpr const char* vote_footer = R"(
Parties, adversary: as for `tacit mpc auction`. Voters are no parties: each makes a ballot with `tacit mpc ballot` and
brings one file to each party. The parties know who has voted, and must see to it that everybody does so once.

Revealed   with --decision one bit, to all parties: YES if enough voted and enough of them said yes, else NO, and not
           which of the two failed. Else the counts of all choices. Counts of a unanimous vote show every single vote,
           and those of a small vote much: prefer --decision
Valid      every ballot is: a number that is no choice counts as an abstention, no ballot counts twice

Examples:
  tacit mpc ballot --roster board.toml --voter ada --choice 1 --out files             (1 is yes, 2 is no)
  tacit mpc vote   --roster board.toml --identity me --ballots from-voters --decision --majority 2/3 --at-least
                   --quorum 20
  tacit mpc vote   --roster board.toml --identity me --ballots from-voters --choices 5 --approval)";

constexpr const char* reveal_footer = R"(
What `tacit mpc auction --told bidders` or `--told seller` wrote: one file from each party, in the roster's order.

Examples:
  tacit mpc reveal --share a/ada.share --share b/ada.share --share c/ada.share
  tacit mpc reveal --share a/seller.share --share b/seller.share --share c/seller.share --names a/bidders.txt)";

void add_bid(CLI::App* parent, std::function<void()>& run) {
    const auto options = std::make_shared<BidOptions>();
    CLI::App* command = parent->add_subcommand("bid", "Cut a sealed bid into a file for each party of an auction");
    command->footer(auction_footer);
    command->add_option("--roster", options->roster, "TOML file of the auction's parties")->required();
    command->add_option("--bidder", options->bidder, "Your name, which is not secret")->required();
    command->add_option("--amount", options->amount, "Your bid")->required();
    command->add_option("--digits", options->digits, "Digits behind the point")->check(CLI::Range(0, 9));
    command->add_option("--out", options->out, "Folder for PARTY/BIDDER.share")->required();
    command->callback([&run, options] { run = [options] { bid(*options); }; });
}

void add_auction(CLI::App* parent, std::function<void()>& run) {
    const auto options = std::make_shared<AuctionOptions>();
    CLI::App* command = parent->add_subcommand("auction", "Sealed bids: find winner and price, open nothing else");
    command->footer(auction_footer);
    add_session(command, options->session);
    command->add_flag("--json", options->session.json, "One JSON object");
    command->add_option("--bids", options->bids, "Folder with the files that bidders brought to you")->required();
    command->add_flag(
        "--first-price", options->first_price,
        "Winners pay the lowest winning bid (one unit: their own); else the highest losing one (Vickrey)");
    command->add_option("--units", options->units, "Equal units for sale; all winners pay the same")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 20U))
        ->capture_default_str();
    CLI::Option* reserve = command->add_option("--reserve", options->reserve, "Least price")->capture_default_str();
    command->add_option("--seller", options->seller, "Whose bid is a secret reserve")->excludes(reserve);
    command->add_flag("--lottery", options->lottery, "Coins decide between equal bids");
    command
        ->add_option("--told", options->told, "Who learns the winners: all parties, each bidder for itself, the seller")
        ->check(CLI::IsMember({"all", "bidders", "seller"}))
        ->capture_default_str();
    command->add_option("--out", options->out, "Folder for what bidders or seller are told");
    command->add_option("--digits", options->digits, "Digits behind the point")->check(CLI::Range(0, 9));
    command->callback([&run, options] { run = [options] { auction(*options); }; });
}

void add_ballot(CLI::App* parent, std::function<void()>& run) {
    const auto options = std::make_shared<BallotOptions>();
    CLI::App* command = parent->add_subcommand("ballot", "Cut a ballot into a file for each party of a vote");
    command->footer(vote_footer);
    command->add_option("--roster", options->roster, "TOML file of the vote's parties")->required();
    command->add_option("--voter", options->voter, "Your name, which is not secret")->required();
    command->add_option("--choices", options->choices, "How many choices there are")
        ->check(CLI::Range(1, 60))
        ->capture_default_str();
    command->add_option("--choice", options->chosen, "Yours, from 1; none: abstain")->delimiter(',');
    command->add_flag("--approval", options->approval, "Any number of choices");
    command->add_option("--out", options->out, "Folder for PARTY/VOTER.share")->required();
    command->callback([&run, options] { run = [options] { ballot(*options); }; });
}

void add_vote(CLI::App* parent, std::function<void()>& run) {
    const auto options = std::make_shared<VoteOptions>();
    CLI::App* command = parent->add_subcommand("vote", "Count sealed ballots, or open YES or NO alone");
    command->footer(vote_footer);
    add_session(command, options->session);
    command->add_flag("--json", options->session.json, "One JSON object");
    command->add_option("--ballots", options->ballots, "Folder with the files that voters brought to you")->required();
    command->add_option("--choices", options->choices, "How many choices there are")
        ->check(CLI::Range(1, 60))
        ->capture_default_str();
    command->add_flag("--approval", options->approval, "Any number of choices on a ballot");
    CLI::Option* decision = command->add_flag("--decision", options->decision, "Open YES or NO, not the counts");
    command->add_option("--majority", options->majority, "Part of the votes cast that must be yes")
        ->needs(decision)
        ->capture_default_str();
    command->add_flag("--at-least", options->at_least, "That part is enough; else more is needed")->needs(decision);
    command->add_option("--quorum", options->quorum, "Votes cast that any decision needs")->needs(decision);
    command->callback([&run, options] { run = [options] { vote(*options); }; });
}

void add_reveal(CLI::App* parent, std::function<void()>& run) {
    const auto options = std::make_shared<RevealOptions>();
    CLI::App* command = parent->add_subcommand("reveal", "Read what the parties of an auction wrote for you");
    command->footer(reveal_footer);
    command->add_option("--share", options->shares, "A party's file; once for each party")->required();
    command->add_option("--names", options->names, "The bidders, for the seller");
    command->callback([&run, options] { run = [options] { reveal(*options); }; });
}

}  // namespace

void add_ballots(CLI::App* parent, std::function<void()>& run) {
    add_bid(parent, run);
    add_auction(parent, run);
    add_ballot(parent, run);
    add_vote(parent, run);
    add_reveal(parent, run);
}

}  // namespace tacit::app
