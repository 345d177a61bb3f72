#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mpc_ballots.hpp"
#include "mpc_shares.hpp"
#include "output.hpp"
#include "tacit/base/files.hpp"
#include "tacit/mpc/auction.hpp"
#include "tacit/mpc/decimal.hpp"

namespace tacit::app::mpc {

namespace {

using namespace tacit::mpc;

constexpr std::size_t bid_bits = 40;

ClearBits amount_bits(const std::string& text, int digits) {
    const std::int64_t amount = parse_decimal(text, digits).value();
    if (amount < 0 || amount >> bid_bits != 0) {
        throw Error(ErrorCode::invalid_argument, fmt::format("an amount of {}; amounts are from 0 to {}", text,
                                                             to_decimal((Int128{1} << bid_bits) - 1, digits)));
    }
    return {std::vector{static_cast<std::uint64_t>(amount)}, bid_bits};
}

/// Each party's part of what bidders or seller are to learn.
void write_results(const AuctionOptions& options, const Place& place, const std::vector<std::string>& names,
                   const Bits& won) {
    const auto write = [&](const std::string& name, const Bits& share) {
        write_file_atomically(options.out / (name + ".share"), to_bytes(share, place.parties, place.party),
                              FileMode::owner_only);
    };
    std::error_code error;
    fs::create_directories(options.out, error);
    if (options.told == "seller") {
        write("seller", won);
        const std::string text = fmt::format("{}\n", fmt::join(names, "\n"));
        write_file_atomically(options.out / "bidders.txt", std::as_bytes(std::span(text)));
        return;
    }
    for (std::uint32_t i = 0; i < names.size(); ++i) write(names[i], gather(won, std::vector{i}));
}

void report(const AuctionOptions& options, const std::vector<std::string>& names, const AuctionResult& result,
            party::Party& me) {
    std::vector<std::string> winners;
    for (const std::size_t winner : result.winners) winners.push_back(names.at(winner));
    const std::string price = result.price ? to_decimal(static_cast<Int128>(*result.price), options.digits) : "";
    if (options.session.json) {
        nlohmann::json object{{"sold", result.sold},
                              {"winners", winners},
                              {"bidders", names.size()},
                              {"bytes_sent", me.traffic().bytes_sent},
                              {"session", to_hex(me.session())}};
        object["price"] = result.price ? nlohmann::json(price) : nlohmann::json();
        fmt::print("{}\n", object.dump());
        return;
    }
    std::string text = !result.sold ? fmt::format("nothing sold among {} bidders", names.size())
                       : winners.empty()
                           ? fmt::format("sold at {}; {}", price,
                                         options.told == "seller" ? "the seller learns to whom" : "winners learn it")
                           : fmt::format("{} for {}", fmt::join(winners, ", "), price);
    print_step("auction", fmt::format("{}\n{} sent", text, bytes_text(me.traffic().bytes_sent)));
}

}  // namespace

void bid(const BidOptions& options) {
    write_shares(party::read_roster(options.roster), options.bidder, amount_bits(options.amount, options.digits),
                 options.out);
    print_step("bid", fmt::format("a file '{}.share' for each party in {}; bring each to its party alone",
                                  options.bidder, options.out.string()));
}

void auction(const AuctionOptions& options) {
    const party::Roster roster = party::read_roster(options.session.roster);
    const Place place = place_of(roster, options.session.identity_folder);
    if (options.told != "all" && options.out.empty()) {
        throw Error(ErrorCode::invalid_argument, "what bidders or seller learn needs a folder: give --out");
    }
    const Collected bids = read_shares(options.bids, place.parties, place.party, bid_bits, options.seller);
    const AuctionRules rules{
        .price = options.first_price ? AuctionRules::Price::lowest_winning : AuctionRules::Price::highest_losing,
        .units = options.units,
        .ties = options.lottery ? AuctionRules::Ties::lottery : AuctionRules::Ties::earliest,
        .bid_bits = bid_bits};
    const party::Plan plan{
        .program = "auction/1",
        .parameters = fmt::format("first price {}; units {}; lottery {}; told {}; reserve {}; seller {}; digits {}; "
                                  "bidders {}",
                                  options.first_price, options.units, options.lottery, options.told, options.reserve,
                                  options.seller, options.digits, hash_of_names(bids.names))};
    party::Session session = open_session(options.session, roster, plan);
    Replicated ring(session.party());
    const Bits reserve = options.seller.empty() ? ring.constant(amount_bits(options.reserve, options.digits))
                                                : read_share(options.bids / (options.seller + ".share"), place.parties,
                                                             place.party, {bid_bits, 1});
    std::vector<const Components*> dealt{&bids.shares.parts};
    if (!options.seller.empty()) dealt.push_back(&reserve.parts);
    ring.confirm_dealt(dealt);
    const AuctionOutcome outcome = hold_auction(ring, bids.shares, reserve, rules);
    const bool all = options.told == "all";
    const AuctionResult result = open_result(ring, outcome, all ? Opened::price_and_winners : Opened::price);
    if (!all) write_results(options, place, bids.names, ring.for_receiver(won_bits(ring, outcome)));
    session.finish();
    report(options, bids.names, result, session.party());
}

void reveal(const RevealOptions& options) {
    std::vector<std::string> names;
    if (!options.names.empty()) {
        const auto bytes = read_file(options.names, std::uint64_t{1} << 28);
        std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        for (; !rest.empty(); rest.remove_prefix(std::min(rest.size(), rest.find('\n')) + 1)) {
            names.emplace_back(rest.substr(0, rest.find('\n')));
        }
    }
    const int parties = static_cast<int>(options.shares.size());
    std::vector<Bits> shares;
    for (int i = 0; i < parties; ++i) {
        shares.push_back(read_share(options.shares[static_cast<std::size_t>(i)], parties, i,
                                    {1, std::max<std::size_t>(names.size(), 1)}));
    }
    const ClearBits won = combine(shares).value();
    std::vector<std::string> winners;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (won.at(0, i)) winners.push_back(names[i]);
    }
    print_step("reveal", names.empty()     ? std::string(won.at(0, 0) ? "you have won" : "you have not won")
                         : winners.empty() ? std::string("nobody has won")
                                           : fmt::format("{}", fmt::join(winners, ", ")));
}

}  // namespace tacit::app::mpc
