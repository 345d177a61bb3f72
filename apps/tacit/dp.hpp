#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// The commands under `tacit dp`. Each prints to stdout and throws tacit::Error.
namespace tacit::app::dp {

namespace fs = std::filesystem;

struct CreateOptions {
    fs::path ledger;
    std::string data_set;
    std::string unit = "person";
    unsigned long rows_per_unit = 1;
    std::string epsilon;  ///< the budget, or
    std::string delta;    ///< with epsilon, of an approximate ledger
    std::string rho;      ///< the budget of a zCDP ledger
    bool zcdp = false;    ///< the rho that epsilon and delta leave
    bool change_one = false;
};
void create(const CreateOptions& options);

struct LedgerOptions {
    fs::path ledger;
    fs::path witness;
    std::string holds;  ///< a head that it must hold
    bool head = false;  ///< prints the head alone
    bool json = false;
};
void show_ledger(const LedgerOptions& options);

/// Answers leave at multiples of so many milliseconds from when a command begins to read the rows.
inline constexpr long usual_tick_ms = 100;

/// What the queries take; each uses some of it.
struct QueryOptions {
    fs::path data;
    fs::path ledger;
    fs::path witness;
    std::string epsilon;             ///< of this query, or
    std::string rho;                 ///< for Gaussian noise
    std::vector<std::string> where;  ///< "column=value"
    std::string column;
    double low = 0;
    double high = 0;
    std::string step = "1";
    std::vector<std::string> q = {"1/2"};
    std::vector<std::string> keys;
    std::string delta;                 ///< for keys that are not stated
    std::string unit;                  ///< column that says whose a row is; then contributions are bounded:
    unsigned long rows_of_unit = 1;    ///< rows of each unit, in each group if there are groups
    unsigned long groups_of_unit = 1;  ///< groups of each unit
    std::string by;                    ///< column of groups
    std::vector<std::string> by_keys;  ///< the groups
    char separator = ';';
    bool json = false;
    bool quote = false;  ///< the price and the error alone
    long tick_ms = usual_tick_ms;
};
void count(const QueryOptions& options);
void sum(const QueryOptions& options);
void mean(const QueryOptions& options);
void variance(const QueryOptions& options);
void quantile(const QueryOptions& options);
void histogram(const QueryOptions& options);
void select(const QueryOptions& options);

struct PollOptions {
    std::string say;  ///< the own answer; prints what to say instead
    fs::path data;    ///< or what everybody said; prints the estimates
    std::string column;
    bool simulate = false;     ///< the file holds own answers, of which reports are made first
    unsigned long people = 0;  ///< or how many are asked; compares the mechanisms
    std::vector<std::string> answers;
    std::string mechanism = "response";
    std::string truth = "3/4";
    std::string epsilon;  ///< instead of the truth
    bool json = false;
};
void poll(const PollOptions& options);

/// Always refused, with the reason.
void intersect();

}  // namespace tacit::app::dp
