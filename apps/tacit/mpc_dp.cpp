#include "mpc_dp.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "dp_output.hpp"
#include "mpc_results.hpp"
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

/// Keys are public; a contribution is for one list of them in one order.
std::string keys_text(const char* what, const std::vector<std::string>& keys) {
    return fmt::format("{} {} keys {}", what, keys.size(), hash_of_names(keys).substr(0, 16));
}

std::string kind_of(Kind kind, int digits, const std::vector<std::string>& keys) {
    switch (kind) {
        case Kind::sum:
        case Kind::count: return fmt::format("value, {} digits", digits);
        case Kind::histogram: return keys_text("one of", keys);
        case Kind::select: return keys_text("any of", keys);
    }
    return {};
}

Kind kind_of(const GiveOptions& options) {
    return !options.value.empty() ? Kind::sum : !options.chosen.empty() ? Kind::histogram : Kind::select;
}

/// A party that refuses stays until all have heard why.
PrivateAnswer answer_in(party::Session& session, tacit::dp::Ledger& ledger, const PrivateQuestion& question,
                        const Bits& shares, const Receivers& receivers) {
    try {
        PrivateAnswer answer = tacit::mpc::answer_privately(session.party(), ledger, question, shares, receivers);
        session.finish();
        return answer;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::budget_exceeded) session.finish();
        throw;
    }
}

bool is_one_number(const PrivateAnswer& answer) {
    return answer.estimates.size() == 1 && answer.estimates.front().key.empty();
}

std::string answer_text(const PrivateAnswer& answer) {
    return !answer.received           ? result_went_elsewhere
           : answer.estimates.empty() ? answer.selected
           : is_one_number(answer)    ? dp::shown(answer.estimates.front().answer)
                                      : dp::shown(answer.estimates);
}

void report(const PrivateAnswerOptions& options, const PrivateAnswer& answer, party::Party& me) {
    if (options.session.json) {
        nlohmann::json object = dp::as_json(answer.statement);
        object["received"] = answer.received;
        if (answer.received) {
            object["answer"] = answer.estimates.empty() ? nlohmann::json(answer.selected)
                               : is_one_number(answer)  ? dp::as_json(answer.estimates.front().answer)
                                                        : dp::as_json(answer.estimates);
        }
        object["contributors"] = answer.contributors;
        object["bytes_sent"] = me.traffic().bytes_sent;
        object["session"] = to_hex(me.session());
        fmt::print("{}\n", object.dump());
        return;
    }
    fmt::print("{}\n{}  {} sent\n", answer_text(answer), dp::shown(answer.statement),
               bytes_text(me.traffic().bytes_sent));
}

}  // namespace

void give(const GiveOptions& options) {
    write_shares(party::read_roster(options.roster),
                 {kind_of(kind_of(options), options.digits, options.keys), options.task}, options.name,
                 contribution_of(options), options.out);
    print_step("give", fmt::format("a file '{}.share' for each party in {}; sealed, so send each by any way",
                                   options.name, options.out.string()));
}

void answer_privately(const PrivateAnswerOptions& options) {
    const PrivateQuestion question = question_of(options);
    const party::Roster roster = party::read_roster(options.session.roster);
    const Receivers receivers = receivers_of(roster);
    check_folder_for_results(options.out, !receivers.outsiders.empty());
    const Inbox inbox(roster, options.session.identity_folder, options.contributions,
                      {kind_of(question.kind, question.digits, question.keys), options.task},
                      contribution_planes(question));
    tacit::dp::Ledger ledger = tacit::dp::Ledger::open(options.ledger, options.witness);
    const Inbox::Collected given = inbox.read_all();
    if (given.names.size() < question.minimum) {
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("{} of {} contributors whom --minimum asks for; nothing was spent or sent",
                                given.names.size(), question.minimum));
    }
    party::Plan plan = plan_answer(question, ledger.terms(), hash_of_names(given.names));
    plan.parameters += fmt::format("; task {}", options.task);
    party::Session session = open_session(options.session, roster, plan);
    const PrivateAnswer answer = answer_in(session, ledger, question, given.shares, receivers);
    write_results(options.out, session.party(), answer.files);
    report(options, answer, session.party());
}

std::string private_answer_text(const Revealed& revealed) {
    const PrivateAnswer answer = read_private_answer(revealed).value();
    const tacit::dp::Statement& s = answer.statement;
    return fmt::format("{}\n{}  data set '{}'; cost {}\n  unit of privacy: {}; neighbours: {}\n  {}",
                       answer_text(answer), dp::shown(s.steps, s.noise), s.data_set, to_string(s.measure, s.loss),
                       s.unit, s.neighbours, s.adversary);
}

}  // namespace tacit::app::mpc
