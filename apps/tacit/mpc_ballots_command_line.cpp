// The command line of `tacit mpc bid|auction|ballot|vote|reveal`: options and help. What they do is in mpc_auction.cpp,
// mpc_vote.cpp and mpc_results.cpp.
#include "mpc_ballots_command_line.hpp"

#include <memory>

#include "mpc_ballots.hpp"
#include "mpc_command_line.hpp"
#include "mpc_results.hpp"

namespace tacit::app {

namespace {

using namespace mpc;

constexpr const char* auction_footer = R"(
Parties    three or four that the roster says compute; all run this command with the same options. Bidders, any number,
           are no parties: each cuts its bid into shares with `tacit mpc bid`, sealed to one party each, which may go by
           any way. Nobody proves who made a bid: the parties see to it that a name is whose it says
Adversary  three parties: semi-honest, one. Four parties: one that does anything. Two parties who put their files
           together know every bid, in both cases
Revealed   whether something was sold, the price and, with --told all, the winners: to those with the role `receive`, of
           the parties (opened) and of others in the roster (sealed to them); a party that only computes learns none of
           it. With --told bidders each bidder learns whether it has won, with --told seller the seller who has, with
           --told nobody that is not opened at all. All parties know who has bid. Losing bids are never opened. By
           definition the price of a second-price auction is the highest losing bid, or the reserve: whoever knows the
           price knows that one. --first-price opens none
A cheater could
           of three: change the outcome, and learn about bids by that, unnoticed. Of four: end the run. Who carries
           all files of a bidder can keep them back, or bring older ones or its own in their place
Ties       the earlier name in the alphabet wins, or with --lottery whom an order says that nobody could choose
Reserve    public (--reserve), or the seller's own bid (--seller NAME), which loses ties and is opened only as a price
Rounds, bytes
           1000 bidders, one unit: 93 rounds (96 among four), 65 kB from each party (98 kB)

Examples:
  tacit mpc bid     --roster sale.toml --bidder ada --amount 155.00 --digits 2 --out files     (each bidder)
  tacit mpc auction --roster sale.toml --identity me --bids from-bidders --digits 2 --reserve 100
  tacit mpc auction --roster sale.toml --identity me --bids from-bidders --seller seller --lottery --told bidders
                    --out to-bidders
  tacit mpc reveal  --key files/ada.key from-parties/ada.*.result)";

constexpr const char* vote_footer = R"(
Parties    three or four that the roster says compute. Voters are no parties: each makes a ballot with `tacit mpc
           ballot`, one file sealed to each party, which may go by any way. The parties know who has voted, and must
           see to it that everybody does so once
Adversary  three parties: semi-honest, one. Four parties: one that does anything. Two parties who put their files
           together know every ballot, in both cases
Revealed   with --decision one bit: YES if enough voted and enough of them said yes, else NO, and not which of the two
           failed. Else the counts of all choices. To those with the role `receive`, of the parties (opened) and of
           others in the roster (sealed to them); a party that only computes learns neither. Counts of a unanimous vote
           show every single vote, and those of a small vote much: prefer --decision
A cheater could
           of three: change the outcome, and learn about ballots by that, unnoticed. Of four: end the run. A voter who
           cheats abstains. Who carries all files of a voter can keep them back, or bring older ones or its own in their
           place
Valid      every ballot is: a number that is no choice counts as an abstention, no ballot counts twice
Rounds, bytes
           a decision takes 14 rounds (18 among four); 8 bytes a ballot and choice from one party in three, 4 from each
           of four

Examples:
  tacit mpc ballot --roster board.toml --voter ada --choice 1 --out files             (1 is yes, 2 is no)
  tacit mpc vote   --roster board.toml --identity me --ballots from-voters --decision --majority 2/3 --at-least
                   --quorum 20
  tacit mpc vote   --roster board.toml --identity me --ballots from-voters --choices 5 --approval)";

constexpr const char* reveal_footer = R"(
Reads what the parties of an auction, a vote or a private answer wrote for you: one file from each of them, in any
order. A bidder has the key that `tacit mpc bid` made; who has the role `receive` in the roster has its identity.

Examples:
  tacit mpc reveal --key files/ada.key from-parties/ada.*.result
  tacit mpc reveal --identity me from-parties/me.*.result)";

void add_bid(CLI::App* parent, std::function<void()>& run) {
    const auto options = std::make_shared<BidOptions>();
    CLI::App* command = parent->add_subcommand("bid", "Cut a sealed bid into a file for each party of an auction");
    command->footer(auction_footer);
    command->add_option("--roster", options->roster, "TOML file of the auction's parties")->required();
    add_task(command, options->task, "one");
    command->add_option("--bidder", options->bidder, "Your name, which is not secret")->required();
    command->add_option("--amount", options->amount, "Your bid")->required();
    command->add_option("--digits", options->digits, "Digits behind the point")->check(CLI::Range(0, 9));
    command->add_option("--out", options->out, "Folder for PARTY/BIDDER.share and BIDDER.key")->required();
    command->callback([&run, options] { run = [options] { bid(*options); }; });
}

void add_auction(CLI::App* parent, std::function<void()>& run) {
    const auto options = std::make_shared<AuctionOptions>();
    CLI::App* command = parent->add_subcommand("auction", "Sealed bids: find winner and price, open nothing else");
    command->footer(auction_footer);
    add_session(command, options->session);
    command->add_flag("--json", options->session.json, "One JSON object");
    add_task(command, options->task, "one");
    command->add_option("--bids", options->bids, "Folder with the files that bidders sent you")->required();
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
        ->add_option("--told", options->told,
                     "Who learns the winners: all who receive, each bidder for itself, the seller, nobody")
        ->check(CLI::IsMember({"all", "bidders", "seller", "nobody"}))
        ->capture_default_str();
    command->add_option("--out", options->out, "Folder for what bidders, seller and other receivers are told");
    command->add_option("--digits", options->digits, "Digits behind the point")->check(CLI::Range(0, 9));
    command->callback([&run, options] { run = [options] { auction(*options); }; });
}

void add_ballot(CLI::App* parent, std::function<void()>& run) {
    const auto options = std::make_shared<BallotOptions>();
    CLI::App* command = parent->add_subcommand("ballot", "Cut a ballot into a file for each party of a vote");
    command->footer(vote_footer);
    command->add_option("--roster", options->roster, "TOML file of the vote's parties")->required();
    add_task(command, options->task, "one");
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
    add_task(command, options->task, "one");
    command->add_option("--ballots", options->ballots, "Folder with the files that voters sent you")->required();
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
    command->add_option("--out", options->out, "Folder for what receivers who are no parties are told");
    command->callback([&run, options] { run = [options] { vote(*options); }; });
}

void add_reveal(CLI::App* parent, std::function<void()>& run) {
    const auto options = std::make_shared<RevealOptions>();
    CLI::App* command = parent->add_subcommand("reveal", "Read what the parties of a run wrote for you");
    command->footer(reveal_footer);
    CLI::Option_group* who = command->add_option_group("Who you are");
    who->add_option("--key", options->key, "The key that your bid came with");
    who->add_option("--identity", options->identity_folder, "Folder of your identity, which the roster has");
    who->require_option(1);
    command->add_option("files", options->files, "A file from each party")->required();
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
