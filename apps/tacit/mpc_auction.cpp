#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "mpc_ballots.hpp"
#include "mpc_results.hpp"
#include "mpc_shares.hpp"
#include "output.hpp"
#include "tacit/base/bytes.hpp"
#include "tacit/base/files.hpp"
#include "tacit/mpc/auction.hpp"
#include "tacit/mpc/decimal.hpp"

namespace tacit::app::mpc {

namespace {

using namespace tacit::mpc;

constexpr std::size_t bid_bits = 40;
constexpr std::uint32_t most_bidders = std::uint32_t{1} << 20U;

Brought bids_of(int digits, const std::string& task) { return {fmt::format("bid, {} digits", digits), task}; }

ClearBits amount_bits(const std::string& text, int digits) {
    const std::int64_t amount = parse_decimal(text, digits).value();
    if (amount < 0 || amount >> bid_bits != 0) {
        throw Error(ErrorCode::invalid_argument, fmt::format("an amount of {}; amounts are from 0 to {}", text,
                                                             to_decimal((Int128{1} << bid_bits) - 1, digits)));
    }
    return {std::vector{static_cast<std::uint64_t>(amount)}, bid_bits};
}

void write_names(ByteWriter& out, const std::vector<std::string>& names) {
    out.u32(static_cast<std::uint32_t>(names.size()));
    for (const std::string& name : names) out.string(name);
}

std::vector<std::string> read_names(ByteReader& in) {
    std::vector<std::string> names;
    const std::uint32_t count = in.bounded_u32("the number of bidders", most_bidders);
    for (std::uint32_t i = 0; i < count; ++i) names.push_back(in.string("a bidder"));
    return names;
}

/// What a receiver who is no party needs to read result_bits: bidders as `winners` counts them.
std::vector<std::byte> about_result(const AuctionOptions& options, Opened opened, const AuctionOutcome& outcome,
                                    const std::vector<std::string>& names) {
    ByteWriter out;
    out.u8(static_cast<std::uint8_t>(options.digits));
    out.u8(opened == Opened::price_and_winners ? 1 : 0);
    out.u64(options.units);
    std::vector<std::string> ordered;
    for (const std::uint32_t number : outcome.bidder) ordered.push_back(names.at(number));
    write_names(out, ordered);
    return std::move(out).take();
}

std::string result_text(const AuctionResult& result, const std::vector<std::string>& names, int digits) {
    if (!result.sold) return fmt::format("nothing sold among {} bidders", names.size());
    const std::string price = to_decimal(static_cast<Int128>(result.price.value_or(0)), digits);
    std::vector<std::string> winners;
    for (const std::size_t winner : result.winners) winners.push_back(names.at(winner));
    return winners.empty() ? fmt::format("sold at {}", price)
                           : fmt::format("{} for {}", fmt::join(winners, ", "), price);
}

void report(const AuctionOptions& options, const std::vector<std::string>& names,
            const std::optional<AuctionResult>& result, party::Party& me) {
    if (options.session.json) {
        nlohmann::json object{{"received", result.has_value()},
                              {"bidders", names.size()},
                              {"bytes_sent", me.traffic().bytes_sent},
                              {"session", to_hex(me.session())}};
        if (result) {
            std::vector<std::string> winners;
            for (const std::size_t winner : result->winners) winners.push_back(names.at(winner));
            object["sold"] = result->sold;
            object["winners"] = winners;
            object["price"] = result->price
                                  ? nlohmann::json(to_decimal(static_cast<Int128>(*result->price), options.digits))
                                  : nlohmann::json();
        }
        fmt::print("{}\n", object.dump());
        return;
    }
    std::string text = result ? result_text(*result, names, options.digits) : result_went_elsewhere;
    if (options.told != "all" && (!result || result->sold)) {
        text += options.told == "seller"    ? "; the seller learns to whom"
                : options.told == "bidders" ? "; winners learn it"
                                            : "; nobody learns to whom";
    }
    print_step("auction", fmt::format("{}\n{} sent", text, bytes_text(me.traffic().bytes_sent)));
}

/// Somebody who is told by the key of its bid. Throws now what would end the run when it has a result.
Outsider outsider_of(const std::string& name, const std::optional<party::SealingPublicKey>& reply,
                     const Receivers& receivers) {
    if (std::ranges::find(receivers.outsiders, name, &Outsider::name) != receivers.outsiders.end()) {
        throw Error(
            ErrorCode::invalid_argument,
            fmt::format("'{}' is told as a bidder and receives by the roster; one of the two needs another name",
                        name));
    }
    if (!reply) {
        throw Error(ErrorCode::malformed_input,
                    fmt::format("the bid of '{}' has no key for what it is to be told; have "
                                "it made by `tacit mpc bid`, or take it away",
                                name));
    }
    Rng rng = Rng::from_system();
    const auto sealed = catching([&] { return party::seal(*reply, {}, {}, rng); });
    if (!sealed) {
        throw Error(ErrorCode::malformed_input, fmt::format("the bid of '{}': {}", name, sealed.error().what()));
    }
    return {.name = name, .key = *reply};
}

/// One party's side of an auction: what it was brought, and to whom results go.
struct Auction {
    const AuctionOptions& options;
    const party::Roster roster = party::read_roster(options.session.roster);
    const Receivers receivers = receivers_of(roster);
    const Inbox inbox{roster, options.session.identity_folder, options.bids, bids_of(options.digits, options.task),
                      bid_bits};
    const std::string task = options.task.empty() ? roster.name : options.task;
    const Inbox::Collected bids = inbox.read_all(options.seller);
    const std::optional<Contributed> seller =
        options.seller.empty() ? std::nullopt : std::optional(inbox.read(options.seller));

    const std::vector<Outsider> told_to = bidders_told();  ///< bidders or the seller

    [[nodiscard]] std::vector<Outsider> bidders_told() const;
    [[nodiscard]] party::Plan plan() const;
    [[nodiscard]] Bits reserve(Replicated& ring) const {
        return seller ? seller->share : ring.constant(amount_bits(options.reserve, options.digits));
    }
    /// What those are told.
    [[nodiscard]] std::vector<ResultFile> told(Replicated& ring, const AuctionOutcome& outcome) const;
};

party::Plan Auction::plan() const {
    return {.program = "auction/2",
            .parameters = fmt::format("task {}; first price {}; units {}; lottery {}; told {}; reserve {}; seller {}; "
                                      "digits {}; bidders {}",
                                      task, options.first_price, options.units, options.lottery, options.told,
                                      options.reserve, options.seller, options.digits, hash_of_names(bids.names))};
}

std::vector<Outsider> Auction::bidders_told() const {
    if (options.told == "all" || options.told == "nobody") return {};
    if (seller && options.told == "seller") return {outsider_of(options.seller, seller->reply, receivers)};
    std::vector<Outsider> all;
    for (std::size_t i = 0; i < bids.names.size(); ++i) {
        all.push_back(outsider_of(bids.names[i], bids.replies[i], receivers));
    }
    return all;
}

std::vector<ResultFile> Auction::told(Replicated& ring, const AuctionOutcome& outcome) const {
    if (told_to.empty()) return {};
    const Bits won = ring.for_receiver(won_bits(ring, outcome));
    std::vector<ResultFile> files;
    if (options.told == "seller") {
        ByteWriter names;
        write_names(names, bids.names);
        files.push_back(result_file(ring.me(), won, told_to.front(),
                                    {.kind = result_kinds::winners, .task = task, .about = std::move(names).take()}));
        return files;
    }
    for (std::uint32_t i = 0; i < told_to.size(); ++i) {
        files.push_back(
            result_file(ring.me(), gather(won, std::vector{i}), told_to[i], {.kind = result_kinds::won, .task = task}));
    }
    return files;
}

AuctionRules rules_of(const AuctionOptions& options) {
    return {.price = options.first_price ? AuctionRules::Price::lowest_winning : AuctionRules::Price::highest_losing,
            .units = options.units,
            .ties = options.lottery ? AuctionRules::Ties::lottery : AuctionRules::Ties::earliest,
            .bid_bits = bid_bits};
}

/// The key with which a bidder reads what it is told: made with its first bid.
party::SealingKey reply_key(const fs::path& path) {
    if (fs::exists(path)) return party::read_sealing_key(path);
    Rng rng = Rng::from_system();
    party::SealingKey key = party::SealingKey::create(rng);
    fs::create_directories(path.parent_path());
    party::write_sealing_key(path, key);
    return key;
}

}  // namespace

void bid(const BidOptions& options) {
    const party::Roster roster = party::read_roster(options.roster);
    const ClearBits amount = amount_bits(options.amount, options.digits);
    check_name(options.bidder);
    const fs::path key = options.out / (options.bidder + ".key");
    write_shares(roster, bids_of(options.digits, options.task), options.bidder, amount, options.out,
                 reply_key(key).public_key());
    print_step("bid", fmt::format("a file '{}.share' for each party in {}; sealed, so send each by any way\n{} reads "
                                  "what you are told, and stays with you",
                                  options.bidder, options.out.string(), key.string()));
}

void auction(const AuctionOptions& options) {
    if (options.told == "seller" && options.seller.empty()) {
        throw Error(ErrorCode::invalid_argument,
                    "--told seller needs --seller NAME, whose bid is the reserve and has the key to seal to");
    }
    const Auction mine{options};
    check_folder_for_results(options.out, !mine.told_to.empty() || !mine.receivers.outsiders.empty());
    party::Session session = open_session(options.session, mine.roster, mine.plan());
    Replicated ring(session.party());
    const Bits reserve = mine.reserve(ring);
    std::vector<const Components*> dealt{&mine.bids.shares.parts};
    if (mine.seller) dealt.push_back(&reserve.parts);
    ring.confirm_dealt(dealt);
    const AuctionOutcome outcome = hold_auction(ring, mine.bids.shares, reserve, rules_of(options));
    const Opened opened = options.told == "all" ? Opened::price_and_winners : Opened::price;
    auto given = deliver(ring, result_bits(ring, outcome, opened), mine.receivers,
                         {.kind = result_kinds::auction,
                          .task = mine.task,
                          .about = about_result(options, opened, outcome, mine.bids.names)});
    const std::vector<ResultFile> told = mine.told(ring, outcome);
    session.finish();
    write_results(options.out, session.party(), given.files);
    write_results(options.out, session.party(), told);
    std::optional<AuctionResult> result;
    if (given.value) result = read_result(*given.value, options.units, outcome.bidder, opened);
    report(options, mine.bids.names, result, session.party());
}

std::string auction_text(const Revealed& revealed) {
    ByteReader in(revealed.about);
    const int digits = in.u8("the digits");
    const Opened opened = in.u8("what was opened") == 1 ? Opened::price_and_winners : Opened::price;
    const std::uint64_t units = in.u64("the units");
    const std::vector<std::string> names = read_names(in);
    std::vector<std::uint32_t> own_order(names.size());
    std::iota(own_order.begin(), own_order.end(), 0U);
    return result_text(read_result(bits_of(revealed), units, own_order, opened), names, std::min(digits, 9));
}

std::string winners_text(const Revealed& revealed) {
    if (revealed.label.kind == result_kinds::won) {
        return bits_of(revealed, BitShape{1, 1}).at(0, 0) ? "you have won" : "you have not won";
    }
    ByteReader in(revealed.about);
    const std::vector<std::string> names = read_names(in);
    const ClearBits& won = bits_of(revealed, BitShape{1, names.size()});
    std::vector<std::string> winners;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (won.at(0, i)) winners.push_back(names[i]);
    }
    return winners.empty() ? "nobody has won" : fmt::format("{}", fmt::join(winners, ", "));
}

}  // namespace tacit::app::mpc
