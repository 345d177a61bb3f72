#pragma once

#include <string>

#include "commands.hpp"
#include "tacit/party/session.hpp"

/// The commands `tacit mpc ...`: parties who do not trust each other.
namespace tacit::app::mpc {

/// What every protocol takes.
struct SessionOptions {
    fs::path roster;
    fs::path identity_folder;
    int patience = 60;  ///< seconds until all are there, and while one that must speak is silent
    bool json = false;
};
[[nodiscard]] party::Session open_session(const SessionOptions& options, const party::Roster& roster,
                                          const party::Plan& plan);

struct EntryOptions {
    fs::path identity_folder;
    std::string address;
    std::vector<std::string> roles;
};
/// Prints this party's lines of a roster.
void print_entry(const EntryOptions& options);
void show_roster(const fs::path& roster);
/// Throws unreachable if something is wrong, after saying what.
void doctor(const SessionOptions& options);

struct SumOptions {
    SessionOptions session;
    bool average = false;
    std::string value;  ///< the one value of this party
    fs::path values;    ///< or a file with one on each line
    std::uint64_t entries = 1;
    int digits = 0;
    std::string low = "0";
    std::string high;
    fs::path out;  ///< for the sums; empty: stdout
};
void sum(const SumOptions& options);

}  // namespace tacit::app::mpc
