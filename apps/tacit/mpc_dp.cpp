#include "mpc_dp.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "dp_output.hpp"
#include "mpc_shares.hpp"
#include "output.hpp"
#include "tacit/mpc/decimal.hpp"

namespace tacit::app::mpc {

namespace {

using namespace tacit::mpc;
using Kind = PrivateQuestion::Kind;

ClearBits contribution_of(const GiveOptions& options) {
    if (!options.value.empty()) return value_contribution(parse_decimal(options.value, options.digits).value());
    if (!options.chosen.empty()) return choice_contribution(options.keys, options.chosen);
    return approval_contribution(options.keys, options.approved);
}

PrivateQuestion question_of(const PrivateAnswerOptions& options) {
    PrivateQuestion question = options.question;
    question.epsilon = tacit::dp::parse_cost(options.epsilon).value();
    if (!options.low.empty()) question.low = parse_decimal(options.low, question.digits).value();
    if (!options.high.empty()) question.high = parse_decimal(options.high, question.digits).value();
    return question;
}

/// A party that refuses stays until all have heard why.
PrivateAnswer answer_in(party::Session& session, tacit::dp::Ledger& ledger, const PrivateQuestion& question,
                        const Bits& shares) {
    try {
        PrivateAnswer answer = tacit::mpc::answer_privately(session.party(), ledger, question, shares);
        session.finish();
        return answer;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::budget_exceeded) session.finish();
        throw;
    }
}

void report(const PrivateAnswerOptions& options, const PrivateAnswer& answer, party::Party& me) {
    const Kind kind = options.question.kind;
    const bool one = kind == Kind::sum || kind == Kind::count;
    if (options.session.json) {
        nlohmann::json object = dp::as_json(answer.statement);
        object["answer"] = kind == Kind::select ? nlohmann::json(answer.selected)
                           : one                ? dp::as_json(answer.estimates.front().answer)
                                                : dp::as_json(answer.estimates);
        object["contributors"] = answer.contributors;
        object["bytes_sent"] = me.traffic().bytes_sent;
        object["session"] = to_hex(me.session());
        fmt::print("{}\n", object.dump());
        return;
    }
    const std::string text = kind == Kind::select ? answer.selected
                             : one                ? dp::shown(answer.estimates.front().answer)
                                                  : dp::shown(answer.estimates);
    fmt::print("{}\n{}  {} sent\n", text, dp::shown(answer.statement), bytes_text(me.traffic().bytes_sent));
}

}  // namespace

void give(const GiveOptions& options) {
    write_shares(party::read_roster(options.roster), options.name, contribution_of(options), options.out);
    print_step("give", fmt::format("a file '{}.share' for each party in {}; bring each to its party alone",
                                   options.name, options.out.string()));
}

void answer_privately(const PrivateAnswerOptions& options) {
    const PrivateQuestion question = question_of(options);
    const party::Roster roster = party::read_roster(options.session.roster);
    const Place place = place_of(roster, options.session.identity_folder);
    tacit::dp::Ledger ledger = tacit::dp::Ledger::open(options.ledger, options.witness);
    const Collected given =
        read_shares(options.contributions, place.parties, place.party, contribution_planes(question));
    if (given.names.size() < question.minimum) {
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("{} of {} contributors whom --minimum asks for; nothing was spent or sent",
                                given.names.size(), question.minimum));
    }
    party::Session session =
        open_session(options.session, roster, plan_answer(question, ledger.terms(), hash_of_names(given.names)));
    report(options, answer_in(session, ledger, question, given.shares), session.party());
}

}  // namespace tacit::app::mpc
