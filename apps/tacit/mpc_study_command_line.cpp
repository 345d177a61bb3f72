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

Servers    three or four, each of which holds shares. Three: semi-honest; a server that departs from the protocol can
           change results, and learn about tables by that, unnoticed. Four: one that does anything; it can end the run,
           not falsify it. Two servers together know every table, in both cases
Web server sees who is invited, who has handed in, and ciphertexts; if it cheats it can leave contributors out, or send
           browsers another page. Contributors who use `study submit` and the description do not have to trust it
Servers see who contributed, by invitation; tables that are none; which entries have too few contributors
Analyst    sees contributors, sums and means of the entries that are shown

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

/// A command whose options live as long as it may run.
template <class Options>
struct Command {
    CLI::App* line;
    std::shared_ptr<Options> options = std::make_shared<Options>();

    Command(CLI::App* parent, const char* name, const char* summary) : line(parent->add_subcommand(name, summary)) {
        line->footer(study_footer);
    }
    void calls(Run& run, void (*function)(const Options&)) const {
        line->callback([&run, function, kept = options] { run = [function, kept] { function(*kept); }; });
    }
};

void add_description(CLI::App* command, fs::path& path) {
    command->add_option("--study", path, "TOML file with the description, the same for all")->required();
}

void add_folder(CLI::App* command, fs::path& path) {
    command->add_option("--folder", path, "Folder of the organiser")->required();
}

void add_organiser(CLI::App* parent, Run& run) {
    const Command<StudyFolderOptions> create(parent, "create", "Organiser: make a folder for a study");
    add_description(create.line, create.options->description);
    add_folder(create.line, create.options->folder);
    create.calls(run, study_create);
    const Command<StudyFolderOptions> invite(parent, "invite", "Organiser: make links, one for each contributor");
    add_folder(invite.line, invite.options->folder);
    invite.line->add_option("--count", invite.options->count, "How many")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 20U))
        ->required();
    invite.line->add_option("--address", invite.options->address, "https://host:port of `study serve`")->required();
    invite.line->add_option("--out", invite.options->out, "File for the links; they are secrets")->required();
    invite.calls(run, study_invite);
    const Command<StudyFolderOptions> status(parent, "status", "Organiser: how many have handed in a table");
    add_folder(status.line, status.options->folder);
    status.calls(run, study_status);
    const Command<StudyFolderOptions> close(parent, "close", "Organiser: take nothing more in; files for the servers");
    add_folder(close.line, close.options->folder);
    close.line->add_option("--out", close.options->out, "Folder for SERVER.bundle")->required();
    close.calls(run, study_close);
}

void add_serve(CLI::App* parent, Run& run) {
    const Command<StudyServeOptions> serve(parent, "serve", "Organiser: serve the page and take tables in");
    add_folder(serve.line, serve.options->folder);
    serve.line->add_option("--host", serve.options->host, "Address to listen at")->capture_default_str();
    serve.line->add_option("--port", serve.options->port, "0: any")->check(CLI::Range(0, 65535))->capture_default_str();
    CLI::Option* plain = serve.line->add_flag("--plain-on-loopback", serve.options->plain_on_loopback,
                                              "Unencrypted on 127.0.0.1: tests, or behind a proxy on this machine");
    serve.line->add_option("--certificate", serve.options->certificate, "PEM file, the chain behind it")
        ->excludes(plain);
    serve.line->add_option("--key", serve.options->key, "PEM file of the certificate's key")->excludes(plain);
    serve.calls(run, study_serve);
}

void add_submit(CLI::App* parent, Run& run) {
    const Command<StudySubmitOptions> submit(parent, "submit", "Contributor: hand a table in without a browser");
    add_description(submit.line, submit.options->description);
    submit.line->add_option("--link", submit.options->link, "Your invitation")->required();
    submit.line->add_option("--table", submit.options->table, "CSV file: groups and columns; a row for each cell")
        ->required();
    submit.line->add_option("--authorities", submit.options->authorities,
                            "PEM file of certificates to trust (default: the system's)");
    submit.calls(run, study_submit);
}

void add_compute(CLI::App* parent, Run& run) {
    const Command<StudyComputeOptions> compute(parent, "compute", "Server: compute the result with the other servers");
    add_session(compute.line, compute.options->session);
    add_description(compute.line, compute.options->description);
    compute.line->add_option("--key", compute.options->key, "Your sealing key")->required();
    compute.line->add_option("--bundle", compute.options->bundle, "What the organiser brought you")->required();
    compute.line->add_option("--out", compute.options->out, "File for the analyst")->required();
    compute.line->add_option("--receipts", compute.options->receipts, "File for the receipts of all that counted");
    compute.calls(run, study_compute);
}

void add_result(CLI::App* parent, Run& run) {
    const Command<StudyResultOptions> result(parent, "result", "Analyst: read the result");
    add_description(result.line, result.options->description);
    result.line->add_option("--key", result.options->key, "Your sealing key")->required();
    result.line->add_option("--share", result.options->shares, "Each server's file, in the description's order")
        ->required();
    result.line->add_flag("--json", result.options->json, "JSON; else CSV");
    result.line->add_option("--out", result.options->out, "File (default: stdout)");
    result.calls(run, study_result);
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
