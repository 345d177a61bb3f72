// The command line of `tacit mpc psi`.
#include <map>
#include <memory>

#include "mpc_command_line.hpp"
#include "mpc_psi.hpp"

namespace tacit::app::mpc {

namespace {

constexpr const char* footer = R"(
Parties    the two who compute in the roster; both run this command with the same --reveal, --protocol, --spelling,
           --digits, --minimum and --largest
Protocol   ecdh: Diffie-Hellman; gives all of --reveal and holds back what is below --minimum.
           vole: oblivious transfer; for large lists. A million against a million takes seconds instead of minutes and
           a third of the bytes. The receiver finds the common rows itself, so it gives intersections alone, and any
           that is not empty. If both receive, the first in the roster learns first, and could keep it from the other
Adversary  semi-honest, one of the two
Revealed   to both: how many different elements the other has (hide it with --pad), and whether --minimum is reached.
           intersection: to those who receive, which of their own rows are common. count: how many are. sum: to both,
           how many are, and the sum of the weights that the party --weights-of gives to them
Not hidden what the answer says: two runs on lists that differ by one row tell whether that row is common. A file has
           --runs runs with each party (kept in the identity's folder, file 'runs'); raise them with thought
A cheater could
           put into its list what it wants to test, say that a minimum is reached when it is not, or spoil the result;
           with sum, who does not give the weights can have single ones opened
Stopped    with ecdh, a run that was cut goes on where it was if both start the same command on the same data again
           (for a sum until it has been opened); that is the same run, which --runs counts once. Until it is over,
           secrets of the run lie in the identity's folder under 'stopped'
Rounds, bytes
           ecdh: 5 to 7 rounds, one more for every 4096 elements; 32 bytes for each element of either side, and about
           10 (count), 18 (intersection) or 106 (sum) more; one hash and two multiplications of a point for each.
           vole: 8 rounds; 21 bytes for each element of the receiver, 10 for each of the other

Identifiers are compared after --spelling: exact (Unicode's normal form, no space around), lower (and without case),
email, phone. Rows without one take no part. The file is read two or three times; memory stays near 150 MB, whatever its length.

Examples:
  tacit mpc psi --roster two.toml --identity me --data customers.csv --column email --spelling email --out common.csv
  tacit mpc psi --roster two.toml --identity me --data customers.csv --column email --spelling email --reveal count
  tacit mpc psi --roster two.toml --identity me --data customers.csv --column phone --spelling phone --protocol vole
                --out common.csv
  tacit mpc psi --roster two.toml --identity me --data sales.csv --column email --spelling email
                --reveal sum --weights-of shop --weights amount --digits 2 --minimum 100)";

}  // namespace

void add_psi(CLI::App* parent, std::function<void()>& run) {
    const auto options = std::make_shared<PsiCommand>();
    CLI::App* command = parent->add_subcommand("psi", "What two lists have in common");
    command->footer(footer);
    add_session(command, options->session);
    command->add_flag("--json", options->session.json, "One JSON object");
    command->add_option("--data", options->data, "CSV file with a header")->required();
    command->add_option("--column", options->column, "Column of the identifiers")->required();
    command->add_option("--delimiter", options->delimiter, "Between fields")->capture_default_str();
    const std::map<std::string, table::Spelling> spellings = {{"exact", table::Spelling::exact},
                                                              {"lower", table::Spelling::lower},
                                                              {"email", table::Spelling::email},
                                                              {"phone", table::Spelling::phone}};
    command->add_option("--spelling", options->spelling, "exact, lower, email or phone (default: exact)")
        ->transform(CLI::CheckedTransformer(spellings));
    const std::map<std::string, tacit::mpc::PsiOutput> outputs = {{"intersection", tacit::mpc::PsiOutput::intersection},
                                                                  {"count", tacit::mpc::PsiOutput::count},
                                                                  {"sum", tacit::mpc::PsiOutput::sum}};
    command->add_option("--reveal", options->reveal, "intersection, count or sum (default: intersection)")
        ->transform(CLI::CheckedTransformer(outputs));
    const std::map<std::string, tacit::mpc::PsiProtocol> protocols = {{"ecdh", tacit::mpc::PsiProtocol::ecdh},
                                                                      {"vole", tacit::mpc::PsiProtocol::vole}};
    command->add_option("--protocol", options->protocol, "ecdh or vole, see above (default: ecdh)")
        ->transform(CLI::CheckedTransformer(protocols));
    command->add_option("--out", options->out, "File for your common rows");
    command->add_option("--weights-of", options->weights_of, "sum: who gives the weights");
    command->add_option("--weights", options->weights, "sum: column of your weights");
    command->add_option("--digits", options->digits, "Digits behind the point of weights")
        ->check(CLI::Range(0, 9))
        ->capture_default_str();
    command->add_option("--minimum", options->minimum, "Open nothing if fewer are common")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->add_option("--pad", options->pad, "Announce so many elements, however many you have");
    command->add_option("--largest", options->largest, "Elements that a list may have")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->add_option("--runs", options->runs, "Runs allowed on this file and column with this party")
        ->capture_default_str();
    command->callback([&run, options] { run = [options] { psi(*options); }; });
}

}  // namespace tacit::app::mpc
