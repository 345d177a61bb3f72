// The command lines of `tacit mpc offer` and `tacit mpc predict`.
#include <map>
#include <memory>

#include "mpc_command_line.hpp"
#include "mpc_predict.hpp"

namespace tacit::app::mpc {

namespace {

constexpr const char* offer_footer = R"(
A model is what `tacit decrypt` wrote (linear, logistic, multinomial), or trees as docs/predict.md has them. An offer
has the names of columns and classes and the number and depth of trees; of a model of `tacit decrypt` also means,
deviations and levels of the training rows. No weight, no threshold, no leaf.

Example:
  tacit mpc offer --model model.json --out offer.json)";

constexpr const char* predict_footer = R"(
Parties    those who compute in the roster: the one without the role receive is the server, who runs this command with
           --model and stays until Ctrl-C; the others are its clients, who come when they like, with --offer, --data
           and --out. Each has a session of two with the server; clients see nothing of each other
Adversary  for privacy malicious, one of the two
Revealed   to the client the class of each row; with --reveal score, which both must say, the scores. To the server the
           number of rows
Not hidden what answers say: features + 1 scores are all of a linear model, and with many classes one comes close. A
           client has --queries rows of models with one offer (kept in the identity's folder, file 'queries')
A cheater could
           as the server, give wrong answers, and learns nothing of the rows; as the client, ask for each row one question
           that may be wider than a row
Rounds, bytes
           10 rounds (linear) or 16 (trees), and some more for many rows. For each row: linear, 24 (4 + 8 outputs) bytes
           a feature; trees, 1.2 kB and 4.2 bytes a feature for each of trees x 2^depth nodes; then 3 kB an output

Examples:
  tacit mpc predict --roster two.toml --identity bank --model trees.json --queries 500
  tacit mpc predict --roster two.toml --identity me --offer offer.json --data rows.csv --out answers.csv)";

}  // namespace

void add_predict(CLI::App* parent, std::function<void()>& run) {
    const auto offered = std::make_shared<OfferCommand>();
    CLI::App* command = parent->add_subcommand("offer", "What clients of a model need to ask it");
    command->footer(offer_footer);
    command->add_option("--model", offered->model, "File of the model")->required();
    command->add_option("--out", offered->out, "File for the offer")->required();
    command->callback([&run, offered] { run = [offered] { offer(*offered); }; });

    const auto options = std::make_shared<PredictCommand>();
    command = parent->add_subcommand("predict", "Ask a model that its owner does not show about rows that you do not");
    command->footer(predict_footer);
    add_session(command, options->session);
    command->add_flag("--json", options->session.json, "One JSON object");
    command->add_option("--model", options->model, "server: file of the model");
    command->add_option("--queries", options->queries, "server: rows that this client may ask about, of this model")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->add_flag("--once", options->once, "server: end after one client, with exit status 2 if that failed");
    command->add_option("--at-once", options->at_once, "server: clients answered at a time")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_option("--offer", options->offer, "client: the model's offer");
    command->add_option("--data", options->data, "client: CSV file with the columns of the offer");
    command->add_option("--out", options->out, "client: file for the answers");
    command->add_option("--delimiter", options->delimiter, "client: between fields")->capture_default_str();
    const std::map<std::string, tacit::mpc::PredictOutput> outputs = {{"class", tacit::mpc::PredictOutput::label},
                                                                      {"score", tacit::mpc::PredictOutput::score}};
    command->add_option("--reveal", options->reveal, "class or score (default: class)")
        ->transform(CLI::CheckedTransformer(outputs));
    command->callback([&run, options] { run = [options] { predict(*options); }; });
}

}  // namespace tacit::app::mpc
