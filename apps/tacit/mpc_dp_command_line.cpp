// The command line of `tacit mpc dp`: options and help. What the commands do is in mpc_dp.cpp.
#include <memory>

#include "mpc_command_line.hpp"
#include "mpc_dp.hpp"

namespace tacit::app::mpc {

namespace {

using Kind = tacit::mpc::PrivateQuestion::Kind;

constexpr const char* dp_footer = R"(
Contributors, any number, are no parties: each cuts what it has into a share for each party with `tacit mpc dp give`,
sealed to that party, which may go by any way. The parties then run one of the other commands, all with the same options
and each with a ledger of its own (`tacit dp create --change-one`), which says for whom the budget is.

Parties    three or four that the roster says compute
Adversary  three parties: semi-honest, one. Four parties: one that does anything. Two parties who put their files
           together know everything, in both cases. Contributors may do anything
Revealed   the answer with noise, to those with the role `receive`, of the parties (opened) and of others in the roster
           (sealed to them: --out, `tacit mpc reveal`); a party that only computes does not learn it. Who has
           contributed, to all parties. Nobody learns the noise or the exact answer
A cheater could
           of three parties: change answers and noise, and learn about contributions by that, unnoticed. Of four: end
           the run, after it has the answer too. A contributor that cheats has its value clamped, or is no member of any
           count
Protected  what each contributor brought, with the epsilon that is asked (computational differential privacy); not
           that it took part
Ledgers    all must have the loss left, or nothing is spent and computed; then all spend it, whatever happens after
Rounds, bytes
           a sum of 1000 values: 21 rounds and 164 kB from the party that sends most (25 and 102 kB among four)

Examples:
  tacit dp create     --ledger wages.ledger --data-set wages --epsilon 2 --change-one                  (each party)
  tacit mpc dp give   --roster wages.toml --name ada --value 3100.50 --digits 2 --out files       (each contributor)
  tacit mpc dp sum    --roster wages.toml --identity me --contributions from-them --ledger wages.ledger
                      --low 0 --high 10000 --digits 2 --epsilon 1/2
  tacit mpc dp give   --roster poll.toml --name ada --keys tea,coffee,water --choose tea --out files
  tacit mpc dp histogram --roster poll.toml --identity me --contributions from-them --ledger poll.ledger
                      --keys tea,coffee,water --epsilon 1
  tacit mpc dp give   --roster poll.toml --name ada --keys tea,coffee,water --approve tea,water --out files
  tacit mpc dp select --roster poll.toml --identity me --contributions from-them --ledger poll.ledger
                      --keys tea,coffee,water --epsilon 1)";

void add_digits(CLI::App* command, int& digits) {
    command->add_option("--digits", digits, "Digits behind the point")->check(CLI::Range(0, 9))->capture_default_str();
}

void add_give(CLI::App* parent, std::function<void()>& run) {
    const auto options = std::make_shared<GiveOptions>();
    CLI::App* command = parent->add_subcommand("give", "Cut what you have into a file for each party");
    command->footer(dp_footer);
    command->add_option("--roster", options->roster, "TOML file of the parties")->required();
    add_task(command, options->task, "survey");
    command->add_option("--name", options->name, "Your name, which is not secret")->required();
    CLI::Option* keys =
        command->add_option("--keys", options->keys, "KEY,KEY,...: as the parties state them")->delimiter(',');
    CLI::Option_group* what = command->add_option_group("What you have");
    what->add_option("--value", options->value, "A number, for sums and counts")->excludes(keys);
    what->add_option("--choose", options->chosen, "One of the keys, for histograms")->needs(keys);
    what->add_option("--approve", options->approved, "KEY,KEY,...: any of the keys, for selections")
        ->delimiter(',')
        ->needs(keys);
    what->require_option(1);
    add_digits(command, options->digits);
    command->add_option("--out", options->out, "Folder for PARTY/NAME.share")->required();
    command->callback([&run, options] { run = [options] { give(*options); }; });
}

void add_question(CLI::App* parent, std::function<void()>& run, Kind kind, const char* name, const char* help) {
    const auto options = std::make_shared<PrivateAnswerOptions>();
    options->question.kind = kind;
    CLI::App* command = parent->add_subcommand(name, help);
    command->footer(dp_footer);
    add_session(command, options->session);
    command->add_flag("--json", options->session.json, "One JSON object");
    add_task(command, options->task, "survey");
    command->add_option("--contributions", options->contributions, "Folder with the files that were sent to you")
        ->required();
    command->add_option("--out", options->out, "Folder for what receivers who are no parties are told");
    command->add_option("--ledger", options->ledger, "Your ledger of these contributors")->required();
    command->add_option("--witness", options->witness, "File that knows the ledger's newest head");
    command->add_option("--epsilon", options->epsilon, "What one unit of privacy may lose: 0.5 or 1/2")->required();
    command->add_option("--minimum", options->question.minimum, "Fewer contributors get no answer")
        ->check(CLI::Range(2, 1 << 30))
        ->capture_default_str();
    if (kind == Kind::sum || kind == Kind::count) {
        const bool sums = kind == Kind::sum;
        command->add_option("--low", options->low, sums ? "What is below counts as this" : "Counted from here")
            ->required();
        command->add_option("--high", options->high, sums ? "What is above counts as this" : "Counted up to here")
            ->required();
        add_digits(command, options->question.digits);
    } else {
        command->add_option("--keys", options->question.keys, "KEY,KEY,...: public")->delimiter(',')->required();
    }
    command->callback([&run, options] { run = [options] { answer_privately(*options); }; });
}

}  // namespace

void add_private_answers(CLI::App* parent, std::function<void()>& run) {
    CLI::App* group = parent->add_subcommand("dp", "Differentially private answers that nobody computes alone");
    group->footer(dp_footer)->require_subcommand(1);
    add_give(group, run);
    add_question(group, run, Kind::sum, "sum", "The sum of clamped values");
    add_question(group, run, Kind::count, "count", "How many values are within bounds");
    add_question(group, run, Kind::histogram, "histogram", "How many chose each key");
    add_question(group, run, Kind::select, "select", "The key that most approved: its name alone");
}

}  // namespace tacit::app::mpc
