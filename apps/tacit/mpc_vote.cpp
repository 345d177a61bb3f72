#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "mpc_ballots.hpp"
#include "mpc_shares.hpp"
#include "output.hpp"
#include "tacit/mpc/vote.hpp"

namespace tacit::app::mpc {

namespace {

using namespace tacit::mpc;

std::uint64_t parse_count(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        throw Error(ErrorCode::invalid_argument, fmt::format("'{}' is no number; a majority reads like 2/3", text));
    }
    return value;
}

Majority majority_of(const VoteOptions& options) {
    const std::string_view text = options.majority;
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) {
        throw Error(ErrorCode::invalid_argument, fmt::format("a majority of '{}'; it reads like 2/3", text));
    }
    return {.numerator = parse_count(text.substr(0, slash)),
            .denominator = parse_count(text.substr(slash + 1)),
            .more_than = !options.at_least,
            .quorum = options.quorum};
}

std::size_t planes_of(std::size_t choices, bool approval) {
    return approval ? choices : ChoiceVote{.choices = choices}.ballot_planes();
}

void report(const VoteOptions& options, std::size_t ballots, bool carried, const std::vector<std::uint64_t>& counts,
            party::Party& me) {
    if (options.session.json) {
        nlohmann::json object{
            {"ballots", ballots}, {"bytes_sent", me.traffic().bytes_sent}, {"session", to_hex(me.session())}};
        if (options.decision) object["carried"] = carried;
        if (!options.decision) object["counts"] = counts;
        fmt::print("{}\n", object.dump());
        return;
    }
    std::string text = fmt::format("{} ballots", count_text(ballots));
    if (options.decision) text += carried ? "\nYES: carried" : "\nNO: not carried";
    for (std::size_t i = 0; i < counts.size(); ++i) text += fmt::format("\nchoice {}: {}", i + 1, counts[i]);
    if (!options.decision && !options.approval && is_unanimous(counts)) {
        text += "\nunanimous: these counts show how everybody voted who did; --decision would have opened one bit";
    }
    print_step("vote", fmt::format("{}\n{} sent", text, bytes_text(me.traffic().bytes_sent)));
}

}  // namespace

void ballot(const BallotOptions& options) {
    std::uint64_t word = 0;
    for (const std::size_t choice : options.chosen) {
        if (choice == 0 || choice > options.choices || (!options.approval && options.chosen.size() > 1)) {
            throw Error(ErrorCode::invalid_argument,
                        fmt::format("choice {} of {}: choices count from 1{}", choice, options.choices,
                                    options.approval ? "" : ", and one of them may be chosen (or --approval)"));
        }
        word = options.approval ? word | std::uint64_t{1} << (choice - 1) : choice;
    }
    write_shares(party::read_roster(options.roster), options.voter,
                 ClearBits(std::vector{word}, planes_of(options.choices, options.approval)), options.out);
    print_step("ballot", fmt::format("a file '{}.share' for each party in {}; bring each to its party alone",
                                     options.voter, options.out.string()));
}

void vote(const VoteOptions& options) {
    const party::Roster roster = party::read_roster(options.session.roster);
    const Place place = place_of(roster, options.session.identity_folder);
    const Majority rule = majority_of(options);
    if (options.decision && (options.approval || options.choices != 2)) {
        throw Error(ErrorCode::invalid_argument, "--decision is for votes on yes (choice 1) and no (choice 2)");
    }
    const std::size_t planes = planes_of(options.choices, options.approval);
    const Collected ballots = read_shares(options.ballots, place.parties, place.party, planes);
    const party::Plan plan{.program = "vote/1",
                           .parameters = fmt::format(
                               "choices {}; approval {}; decision {}; majority {}; at least {}; quorum {}; voters {}",
                               options.choices, options.approval, options.decision, options.majority, options.at_least,
                               options.quorum, hash_of_names(ballots.names))};
    party::Session session = open_session(options.session, roster, plan);
    Replicated ring(session.party());
    ring.confirm_dealt(std::vector<const Components*>{&ballots.shares.parts});
    bool carried = false;
    std::vector<std::uint64_t> counts;
    if (options.decision) {
        carried = is_carried(ring, ballots.shares, rule);
    } else if (options.approval) {
        counts = ring.open(count_approvals(ring, ballots.shares));
    } else {
        counts = ring.open(count_choices(ring, ballots.shares, {.choices = options.choices}));
    }
    session.finish();
    report(options, ballots.names.size(), carried, counts, session.party());
}

}  // namespace tacit::app::mpc
