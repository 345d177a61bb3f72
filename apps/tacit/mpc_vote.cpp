#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "mpc_ballots.hpp"
#include "mpc_results.hpp"
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

Brought ballots_of(std::size_t choices, bool approval, const std::string& task) {
    return {fmt::format("ballot, {}{} choices", approval ? "any of " : "", choices), task};
}

std::string counts_text(std::span<const std::uint64_t> counts) {
    std::string text;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        text += fmt::format("{}choice {}: {}", i == 0 ? "" : "\n", i + 1, counts[i]);
    }
    return text;
}

const char* decision_text(bool carried) { return carried ? "YES: carried" : "NO: not carried"; }

/// What a party learns.
struct Outcome {
    std::optional<bool> carried{};
    std::optional<std::vector<std::uint64_t>> counts{};
};

void report(const VoteOptions& options, std::size_t ballots, const Outcome& outcome, party::Party& me) {
    if (options.session.json) {
        nlohmann::json object{{"received", outcome.carried || outcome.counts},
                              {"ballots", ballots},
                              {"bytes_sent", me.traffic().bytes_sent},
                              {"session", to_hex(me.session())}};
        if (outcome.carried) object["carried"] = *outcome.carried;
        if (outcome.counts) object["counts"] = *outcome.counts;
        fmt::print("{}\n", object.dump());
        return;
    }
    std::string text = fmt::format("{} ballots\n", count_text(ballots));
    text += outcome.carried  ? decision_text(*outcome.carried)
            : outcome.counts ? counts_text(*outcome.counts)
                             : result_went_elsewhere;
    if (outcome.counts && !options.approval && is_unanimous(*outcome.counts)) {
        text += "\nunanimous: these counts show how everybody voted who did; --decision would have opened one bit";
    }
    print_step("vote", fmt::format("{}\n{} sent", text, bytes_text(me.traffic().bytes_sent)));
}

/// Counts or decides, and gives that to the receivers.
Outcome count(Replicated& ring, const VoteOptions& options, const Bits& ballots, const Receivers& receivers,
              const std::string& task, std::vector<ResultFile>& files) {
    Outcome outcome;
    if (options.decision) {
        auto given = deliver(ring, carried_bit(ring, ballots, majority_of(options)), receivers,
                             {.kind = result_kinds::decision, .task = task});
        if (given.value) outcome.carried = given.value->at(0, 0);
        files = std::move(given.files);
        return outcome;
    }
    const Numbers counts =
        options.approval ? count_approvals(ring, ballots) : count_choices(ring, ballots, {.choices = options.choices});
    auto given = deliver(ring, counts, receivers, {.kind = result_kinds::counts, .task = task});
    outcome.counts = std::move(given.value);
    files = std::move(given.files);
    return outcome;
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
    write_shares(party::read_roster(options.roster), ballots_of(options.choices, options.approval, options.task),
                 options.voter, ClearBits(std::vector{word}, planes_of(options.choices, options.approval)),
                 options.out);
    print_step("ballot", fmt::format("a file '{}.share' for each party in {}; sealed, so send each by any way",
                                     options.voter, options.out.string()));
}

void vote(const VoteOptions& options) {
    const party::Roster roster = party::read_roster(options.session.roster);
    static_cast<void>(majority_of(options));
    if (options.decision && (options.approval || options.choices != 2)) {
        throw Error(ErrorCode::invalid_argument, "--decision is for votes on yes (choice 1) and no (choice 2)");
    }
    const Receivers receivers = receivers_of(roster);
    check_folder_for_results(options.out, !receivers.outsiders.empty());
    const Inbox inbox(roster, options.session.identity_folder, options.ballots,
                      ballots_of(options.choices, options.approval, options.task),
                      planes_of(options.choices, options.approval));
    const Inbox::Collected ballots = inbox.read_all();
    const std::string task = options.task.empty() ? roster.name : options.task;
    const party::Plan plan{
        .program = "vote/2",
        .parameters =
            fmt::format("task {}; choices {}; approval {}; decision {}; majority {}; at least {}; quorum {}; voters {}",
                        task, options.choices, options.approval, options.decision, options.majority, options.at_least,
                        options.quorum, hash_of_names(ballots.names))};
    party::Session session = open_session(options.session, roster, plan);
    Replicated ring(session.party());
    ring.confirm_dealt(std::vector<const Components*>{&ballots.shares.parts});
    std::vector<ResultFile> files;
    const Outcome outcome = count(ring, options, ballots.shares, receivers, task, files);
    session.finish();
    write_results(options.out, session.party(), files);
    report(options, ballots.names.size(), outcome, session.party());
}

std::string vote_text(const Revealed& revealed) {
    if (revealed.label.kind == result_kinds::decision) {
        return decision_text(bits_of(revealed, BitShape{1, 1}).at(0, 0));
    }
    const auto* const counts = std::get_if<std::vector<std::uint64_t>>(&revealed.value);
    if (counts == nullptr) throw Error(ErrorCode::malformed_input, "these files hold no counts of votes");
    return counts_text(*counts);
}

}  // namespace tacit::app::mpc
