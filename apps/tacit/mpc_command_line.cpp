// The command line of `tacit mpc`: options and help. What the commands do is in mpc*.cpp.
#include "mpc_command_line.hpp"

#include <memory>

#include "mpc_ballots_command_line.hpp"

namespace tacit::app {

namespace {

using namespace mpc;

constexpr const char* mpc_footer = R"(
Parties who do not trust each other compute on what each keeps to itself. Each runs the same command on a machine of
its own, with the same roster. First time, each party:

  tacit identity create --identity me --name ana
  tacit mpc roster entry --identity me --address ana.example:7001 >> wages.toml     (begin it with: name = "wages")
  tacit mpc doctor  --roster wages.toml --identity me                       (all parties at the same time)
  tacit mpc average --roster wages.toml --identity me --value 3100 --high 100000

Whoever holds the key that the roster pins is that party: compare `tacit mpc roster show` over a channel you trust.)";

constexpr const char* doctor_footer = R"(
All parties run it at the same time. It meets the others as a run would, and says for each which side is wrong: name,
port, TLS, pin, your key there, answer, roster, command, version, clock. Nothing private is used.

Example:
  tacit mpc doctor --roster wages.toml --identity me)";

constexpr const char* sum_footer = R"(
Parties    those of the roster, 3 or more of whom give values; all run this command with the same options
Adversary  semi-honest. All but two of those who give values may put their heads together and learn nothing but the
           result
Revealed   sum and number of values, to those who receive; who takes part and when, to the network
Not hidden what the result says: with 3 parties, two who tell each other their values learn the third one's. Nobody
           checks that values are true
A cheater could
           shift the result by an amount that it chooses blindly, send different results to different receivers, or end
           the run; it learns no more by that
Rounds, bytes
           3 rounds; each party sends 96 bytes and 8 per value to each other one (16 per value if sums may pass 2^63)

Numbers are decimal with at most --digits behind the point and are added exactly. --low and --high bound every value
and are part of what all must agree on.

Examples:
  tacit mpc sum     --roster wages.toml --identity me --value 3100 --high 100000
  tacit mpc average --roster wages.toml --identity me --values mine.txt --digits 2 --high 100000 --out averages.txt)";

void add_roster(CLI::App* parent, std::function<void()>& run) {
    CLI::App* group = parent->add_subcommand("roster", "Who takes part");
    group->require_subcommand(1);
    const auto entry = std::make_shared<EntryOptions>();
    CLI::App* command = group->add_subcommand("entry", "Print your own lines of a roster");
    command->add_option("--identity", entry->identity_folder, "Folder of your identity")->required();
    command->add_option("--address", entry->address, "host:port where the others reach you");
    command->add_option("--roles", entry->roles, "compute,input,receive (default: all)")
        ->delimiter(',')
        ->check(CLI::IsMember({"compute", "input", "receive"}));
    command->callback([&run, entry] { run = [entry] { print_entry(*entry); }; });
    const auto path = std::make_shared<fs::path>();
    CLI::App* show = group->add_subcommand("show", "Check a roster and print it with the number that all must see");
    show->add_option("--roster", *path, "TOML file")->required();
    show->callback([&run, path] { run = [path] { show_roster(*path); }; });
}

void add_doctor(CLI::App* parent, std::function<void()>& run) {
    const auto options = std::make_shared<SessionOptions>();
    options->patience = 30;
    CLI::App* command = parent->add_subcommand("doctor", "Find out which side is wrong if parties do not meet");
    command->footer(doctor_footer);
    add_session(command, *options);
    command->callback([&run, options] { run = [options] { doctor(*options); }; });
}

void add_sum(CLI::App* parent, std::function<void()>& run, bool average) {
    const auto options = std::make_shared<SumOptions>();
    options->average = average;
    CLI::App* command = average ? parent->add_subcommand("average", "The average of what the parties have")
                                : parent->add_subcommand("sum", "The sum of what the parties have");
    command->footer(sum_footer);
    add_session(command, options->session);
    command->add_flag("--json", options->session.json, "One JSON object");
    CLI::Option* one = command->add_option("--value", options->value, "Your value");
    CLI::Option* file = command->add_option("--values", options->values, "Or a file with one on each line");
    one->excludes(file);
    command->add_option("--entries", options->entries, "Values of each party, for a party that gives none itself")
        ->excludes(file)
        ->capture_default_str();
    command->add_option("--digits", options->digits, "Digits behind the point")
        ->check(CLI::Range(0, 9))
        ->capture_default_str();
    command->add_option("--low", options->low, "Nobody has less")->capture_default_str();
    command->add_option("--high", options->high, "Nobody has more")->required();
    command->add_option("--out", options->out, "File for the results");
    command->callback([&run, options] { run = [options] { sum(*options); }; });
}

}  // namespace

void mpc::add_session(CLI::App* command, SessionOptions& options) {
    command->add_option("--roster", options.roster, "TOML file, the same for all")->required();
    command->add_option("--identity", options.identity_folder, "Folder of your identity")->required();
    command->add_option("--patience", options.patience, "Seconds to wait for the others")
        ->check(CLI::Range(1, 86400))
        ->capture_default_str();
}

void mpc::add_task(CLI::App* command, std::string& task, const std::string& one) {
    command->add_option("--task", task,
                        "Which " + one + ", if the roster serves for several (default: the roster's name)");
}

void add_mpc(CLI::App& app, std::function<void()>& run) {
    CLI::App* command = app.add_subcommand("mpc", "Compute among parties who do not trust each other");
    command->footer(mpc_footer)->require_subcommand(1);
    add_roster(command, run);
    add_doctor(command, run);
    add_sum(command, run, false);
    add_sum(command, run, true);
    add_ballots(command, run);
    add_psi(command, run);
    add_private_answers(command, run);
    add_predict(command, run);
    add_study(command, run);
}

}  // namespace tacit::app
