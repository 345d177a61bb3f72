#pragma once

#include "mpc.hpp"
#include "tacit/mpc/private_answers.hpp"

/// `tacit mpc dp`: contributors bring shares of what they have; three or four parties release differentially private
/// answers about all of it.
namespace tacit::app::mpc {

struct GiveOptions {
    fs::path roster;
    std::string task;  ///< which survey; empty: the roster's name
    std::string name;
    std::string value;
    int digits = 0;
    std::vector<std::string> keys;
    std::string chosen;
    std::vector<std::string> approved;
    fs::path out;
};
void give(const GiveOptions& options);

struct PrivateAnswerOptions {
    SessionOptions session;
    std::string task;
    fs::path contributions;
    fs::path ledger;
    fs::path witness;
    std::string epsilon;
    std::string low;
    std::string high;
    fs::path out;                          ///< for receivers who are no parties
    tacit::mpc::PrivateQuestion question;  ///< kind, digits, keys and minimum; the rest is in the texts above
};
void answer_privately(const PrivateAnswerOptions& options);

}  // namespace tacit::app::mpc
