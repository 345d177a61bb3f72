// The command line of `tacit mpc study`: options and help. What the commands do is in mpc_study.cpp.
#include <memory>

#include "mpc_command_line.hpp"
#include "mpc_study.hpp"

namespace tacit::app {

namespace {

using namespace mpc;

constexpr const char* study_footer = R"(
Contributors, any number, each fill in a table once; sums and means of it with all margins go to the analyst. Nobody
sees anybody's table, and nothing is shown of fewer contributors than the description says, also not by subtracting.

Parties    three or four servers, each of which holds shares. Contributors, the organiser's web server and the analyst
           are none
Adversary  three servers: semi-honest, one. Four: one that does anything. Two servers together know every table, in
           both cases. Contributors may do anything
Revealed   to the analyst: the number of contributors, and contributors, sums and means of the entries that are shown.
           To the servers: who contributed, by invitation; tables that are none; which entries have too few
           contributors. To the web server: who is invited, who has handed in, and ciphertexts
A cheater could
           as one of three servers, change results, and learn about tables by that, unnoticed; of four, end the run. As
           the web server, leave contributors out, or send browsers another page; contributors who use `study submit`
           and the description do not have to trust it. As a contributor, send false numbers within the bounds
Rounds, bytes
           among the servers 60 to 80 bytes a number and contributor from each (100 to 130 among four); 1000 contributors
           with 480 numbers: 176 rounds and 37 MB (199 and 61 MB)

  each server, analyst   tacit mpc study key     --out my.key               (its public half goes into the description)
  organiser              tacit mpc study create  --study wages.toml --folder wages
                         tacit mpc study invite  --folder wages --count 120 --address https://host:8443 --out links.txt
                         tacit mpc study serve   --folder wages --certificate cert.pem --key key.pem
  contributors           open their link in a browser, or
                         tacit mpc study submit  --study wages.toml --link LINK --table mine.csv
  organiser              tacit mpc study close   --folder wages --out bundles            (brings each server its bundle)
  each server            tacit mpc study compute --study wages.toml --roster servers.toml --identity me --key my.key
                                                 --bundle north.bundle --out north.result
  analyst                tacit mpc study result  --study wages.toml --key my.key --share north.result --share ...

The description is shown in docs/study.md; everybody compares the number that `study show` prints.)";

using Run = std::function<void()>;

CLI::App* add_command(CLI::App* parent, const char* name, const char* summary) {
    CLI::App* command = parent->add_subcommand(name, summary);
    command->footer(study_footer);
    return command;
}

void add_description(CLI::App* command, fs::path& path) {
    command->add_option("--study", path, "TOML file with the description, the same for all")->required();
}

void add_folder(CLI::App* command, fs::path& path) {
    command->add_option("--folder", path, "Folder of the organiser")->required();
}

void add_organiser(CLI::App* parent, Run& run) {
    const auto create = std::make_shared<StudyFolderOptions>();
    CLI::App* create_command = add_command(parent, "create", "Organiser: make a folder for a study");
    add_description(create_command, create->description);
    add_folder(create_command, create->folder);
    create_command->callback([&run, create] { run = [create] { study_create(*create); }; });
    const auto invite = std::make_shared<StudyFolderOptions>();
    CLI::App* invite_command = add_command(parent, "invite", "Organiser: make links, one for each contributor");
    add_folder(invite_command, invite->folder);
    invite_command->add_option("--count", invite->count, "How many")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 20U))
        ->required();
    invite_command->add_option("--address", invite->address, "https://host:port of `study serve`")->required();
    invite_command->add_option("--out", invite->out, "File for the links; they are secrets")->required();
    invite_command->callback([&run, invite] { run = [invite] { study_invite(*invite); }; });
    const auto status = std::make_shared<StudyFolderOptions>();
    CLI::App* status_command = add_command(parent, "status", "Organiser: how many have handed in a table");
    add_folder(status_command, status->folder);
    status_command->callback([&run, status] { run = [status] { study_status(*status); }; });
    const auto close = std::make_shared<StudyFolderOptions>();
    CLI::App* close_command = add_command(parent, "close", "Organiser: take nothing more in; files for the servers");
    add_folder(close_command, close->folder);
    close_command->add_option("--out", close->out, "Folder for SERVER.bundle")->required();
    close_command->callback([&run, close] { run = [close] { study_close(*close); }; });
}

void add_serve(CLI::App* parent, Run& run) {
    const auto serve = std::make_shared<StudyServeOptions>();
    CLI::App* serve_command = add_command(parent, "serve", "Organiser: serve the page and take tables in");
    add_folder(serve_command, serve->folder);
    serve_command->add_option("--host", serve->host, "Address to listen at")->capture_default_str();
    serve_command->add_option("--port", serve->port, "0: any")->check(CLI::Range(0, 65535))->capture_default_str();
    CLI::Option* plain = serve_command->add_flag("--plain-on-loopback", serve->plain_on_loopback,
                                                 "Unencrypted on 127.0.0.1: tests, or behind a proxy on this machine");
    serve_command->add_option("--certificate", serve->certificate, "PEM file, the chain behind it")->excludes(plain);
    serve_command->add_option("--key", serve->key, "PEM file of the certificate's key")->excludes(plain);
    serve_command->callback([&run, serve] { run = [serve] { study_serve(*serve); }; });
}

void add_submit(CLI::App* parent, Run& run) {
    const auto submit = std::make_shared<StudySubmitOptions>();
    CLI::App* submit_command = add_command(parent, "submit", "Contributor: hand a table in without a browser");
    add_description(submit_command, submit->description);
    submit_command->add_option("--link", submit->link, "Your invitation")->required();
    submit_command->add_option("--table", submit->table, "CSV file: groups and columns; a row for each cell")
        ->required();
    submit_command->add_option("--authorities", submit->authorities,
                               "PEM file of certificates to trust (default: the system's)");
    submit_command->callback([&run, submit] { run = [submit] { study_submit(*submit); }; });
}

void add_compute(CLI::App* parent, Run& run) {
    const auto compute = std::make_shared<StudyComputeOptions>();
    CLI::App* compute_command = add_command(parent, "compute", "Server: compute the result with the other servers");
    add_session(compute_command, compute->session);
    add_description(compute_command, compute->description);
    compute_command->add_option("--key", compute->key, "Your sealing key")->required();
    compute_command->add_option("--bundle", compute->bundle, "What the organiser brought you")->required();
    compute_command->add_option("--out", compute->out, "File for the analyst")->required();
    compute_command->add_option("--receipts", compute->receipts, "File for the receipts of all that counted");
    compute_command->callback([&run, compute] { run = [compute] { study_compute(*compute); }; });
}

void add_result(CLI::App* parent, Run& run) {
    const auto result = std::make_shared<StudyResultOptions>();
    CLI::App* result_command = add_command(parent, "result", "Analyst: read the result");
    add_description(result_command, result->description);
    result_command->add_option("--key", result->key, "Your sealing key")->required();
    result_command->add_option("--share", result->shares, "Each server's file, in the description's order")->required();
    result_command->add_flag("--json", result->json, "JSON; else CSV");
    result_command->add_option("--out", result->out, "File (default: stdout)");
    result_command->callback([&run, result] { run = [result] { study_result(*result); }; });
}

}  // namespace

void mpc::add_study(CLI::App* parent, Run& run) {
    CLI::App* study = parent->add_subcommand("study", "Sums and means over many contributors who fill in a table once");
    study->footer(study_footer)->require_subcommand(1);
    const auto out = std::make_shared<fs::path>();
    CLI::App* key = study->add_subcommand("key", "Server or analyst: make a sealing key");
    key->add_option("--out", *out, "File for the secret half")->required();
    key->callback([&run, out] { run = [out] { study_key(*out); }; });
    const auto description = std::make_shared<fs::path>();
    CLI::App* show = study->add_subcommand("show", "Check a description and print its number");
    add_description(show, *description);
    show->callback([&run, description] { run = [description] { study_show(*description); }; });
    add_organiser(study, run);
    add_serve(study, run);
    add_submit(study, run);
    add_compute(study, run);
    add_result(study, run);
}

}  // namespace tacit::app
