// The command line of the service: options and help.
#include "service_options.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>

namespace tacit::app {

namespace {

constexpr const char* identity_footer = R"(
An identity is an Ed25519 key with a certificate that it signed itself. There is no certificate authority: two parties
tell each other the fingerprint of their keys in person or by telephone, and pin it.

Examples:
  tacit identity create --identity me --name alice
  tacit identity show   --identity me
  tacit identity pin    --identity me --name trainer --key FINGERPRINT --address trainer.example.org:7433
  tacit identity unpin  --identity me --name trainer)";

constexpr const char* serve_footer = R"(
Trains for the customers whose keys are pinned in its identity; a new pin or a removed one counts at once. Runs until
SIGINT or SIGTERM, and logs one JSON object per line to stderr. It may be killed at any moment: accepted uploads, queued
jobs and results are on the disk, and a job that was interrupted starts again.

What it can know: who its customers are, when they send what number of bytes, and which circuit they want. What it cannot
know: images, labels, weights, the secret keys. What it could do to a customer: refuse, lose, or return a wrong model;
docs/service.md has the model of the adversary.

Example:
  tacit serve --identity server --store /var/lib/tacit --listen 0.0.0.0:7433 --metrics 127.0.0.1:9109)";

constexpr const char* job_footer = R"(
The service sees ciphertexts, evaluation keys and the circuit, never images, labels, weights or the secret key. It could
still refuse, or return a wrong model: judge the model with `tacit evaluate`, and tell nobody who might be the service
what came out (SECURITY.md).

Examples:
  tacit job submit --identity me --upload upload          (sends what the service does not have yet)
  tacit job status --identity me                          (all jobs)
  tacit job watch  --identity me --job JOB --private private   (refreshes states when the service asks for it)
  tacit job refresh --identity me --job JOB --private private  (once)
  tacit job fetch  --identity me --job JOB --result result
  tacit job cancel --identity me --job JOB
  tacit job remove --identity me --job JOB                (also the files that no other job uses)
  tacit job clean  --identity me                          (files that no job uses))";

constexpr const char* doctor_footer = R"(
Goes the way to a service step by step and says which side is wrong: name, port, TLS, pin, customer, version, clock.

Example:
  tacit doctor --identity me --server trainer)";

/// A command below another, or at the top.
CLI::App* add(CLI::App* parent, const char* name, const char* summary, std::function<void()>& run,
              std::function<void()> work) {
    CLI::App* const command = parent->add_subcommand(name, summary);
    command->callback([&run, work = std::move(work)] { run = work; });
    return command;
}

/// A command whose work is that of one below it.
CLI::App* add_group(CLI::App& app, const char* name, const char* summary, const char* footer) {
    CLI::App* const group = app.add_subcommand(name, summary);
    group->footer(footer);
    group->require_subcommand(1);
    return group;
}

void add_identity_folder(CLI::App* command, fs::path& folder) {
    command->add_option("--identity", folder, "Folder of one's own identity; holds its private key")->required();
}

void add_pin(CLI::App* group, IdentityOptions& options, std::function<void()>& run) {
    CLI::App* const pin = add(group, "pin", "Trust a key", run, [&options] { pin_identity(options); });
    add_identity_folder(pin, options.folder);
    pin->add_option("--name", options.name, "What to call its owner")->required();
    CLI::Option_group* const key = pin->add_option_group("key");
    key->add_option("--key", options.key, "Its fingerprint, 64 hex digits");
    key->add_option("--certificate", options.certificate, "Or a copy of its identity.crt");
    key->require_option(1);
    pin->add_option("--address", options.address, "host:port, if it is a service");
}

void add_identity(CLI::App& app, IdentityOptions& options, std::function<void()>& run) {
    CLI::App* const group =
        add_group(app, "identity", "Anybody: make a key, and trust those of others", identity_footer);
    CLI::App* const create =
        add(group, "create", "Make a key and its certificate", run, [&options] { create_identity(options); });
    add_identity_folder(create, options.folder);
    create->add_option("--name", options.name, "What others may call its owner")->required();
    create->add_flag("--overwrite", options.overwrite, "Replace an existing key");
    add_identity_folder(add(group, "show", "Print key and pins", run, [&options] { show_identity(options); }),
                        options.folder);
    add_pin(group, options, run);
    CLI::App* const unpin = add(group, "unpin", "Trust a key no more", run, [&options] { unpin_identity(options); });
    add_identity_folder(unpin, options.folder);
    unpin->add_option("--name", options.name, "The pin's name")->required();
}

void add_serve(CLI::App& app, service::ServerOptions& options, CommonOptions& common, std::function<void()>& run) {
    CLI::App* const command = add(&app, "serve", "Service: train for customers over the network", run, [&] {
        options.worker_command = {"/proc/self/exe", "worker"};
        options.worker_threads = common.threads;
        serve(options);
    });
    command->footer(serve_footer);
    add_identity_folder(command, options.identity_folder);
    command->add_option("--store", options.store_folder, "Folder for uploads, jobs and results")->required();
    command->add_option("--listen", options.address, "host:port")->capture_default_str();
    command->add_option("--metrics", options.metrics_address, "host:port for Prometheus (default: none)");
    const auto add_size = [&](const char* name, std::uint64_t& value, const char* text) {
        command->add_option(name, value, text)->transform(CLI::AsSizeValue(true))->capture_default_str();
    };
    add_size("--memory", options.worker_memory_bytes,
             "Heap of a worker (two may run: a training and a check); 0: a third of the memory");
    add_size("--quota-bytes", options.quota.bytes, "Bytes that a customer may store");
    add_size("--quota-object", options.quota.object_bytes, "Bytes of one file");
    command->add_option("--quota-jobs", options.quota.jobs, "Unfinished jobs of a customer")->capture_default_str();
    command->add_option("--quota-seconds", options.quota.seconds, "Seconds of computing for a customer in 24 hours")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command
        ->add_option("--checkpoint-seconds", options.checkpoint_seconds,
                     "Between checkpoints, from which a training goes on that was stopped")
        ->check(CLI::Range(0.1, 86'400.0))
        ->capture_default_str();
    command
        ->add_option("--rest-seconds", options.rest_seconds,
                     "How long a training that waits for its owner keeps its keys in memory, while no other one comes")
        ->check(CLI::Range(0.0, 86'400.0))
        ->capture_default_str();
    command->add_option("--threads", common.threads, "Cores of a training (0: all)")->check(CLI::Range(0, 4096));
}

CLI::App* add_client(CLI::App* command, JobOptions& options) {
    add_identity_folder(command, options.identity_folder);
    command->add_option("--server", options.server,
                        "Name of the service's pin (default: the only one with an address)");
    return command;
}

CLI::Option* add_job_name(CLI::App* command, JobOptions& options) {
    return command->add_option("--job", options.job, "The job's 32 hex digits");
}

void add_job(CLI::App& app, JobOptions& options, CommonOptions& common, std::function<void()>& run) {
    CLI::App* const group = add_group(app, "job", "Customer: trainings at a service", job_footer);
    CLI::App* const submit = add_client(
        add(group, "submit", "Send an upload folder and queue its training", run, [&] { submit_job(options, common); }),
        options);
    submit->add_option("--upload", options.folder, "What keygen and encrypt wrote")->required();
    submit->add_flag("--quiet", common.quiet, "No progress bar");
    add_job_name(add_client(add(group, "status", "How one job is, or all", run, [&] { show_jobs(options); }), options),
                 options);
    CLI::App* const watch = add_client(
        add(group, "watch", "Wait for a job, with a live bar", run, [&] { watch_job(options, common); }), options);
    add_job_name(watch, options)->required();
    watch->add_option("--private", options.private_folder,
                      "Folder with the secret key: refresh the states of a training of several segments");
    watch->add_flag("--quiet", common.quiet, "No progress bar");
    CLI::App* const refresh = add_client(
        add(group, "refresh", "Refresh the state that a job waits for", run, [&] { refresh_job(options); }), options);
    add_job_name(refresh, options)->required();
    refresh->add_option("--private", options.private_folder, "Folder with the secret key")->required();
    CLI::App* const fetch =
        add_client(add(group, "fetch", "Get the encrypted result", run, [&] { fetch_job(options); }), options);
    add_job_name(fetch, options)->required();
    fetch->add_option("--result", options.folder, "Folder for the result")->required();
    add_job_name(add_client(add(group, "cancel", "Stop a job", run, [&] { cancel_job(options); }), options), options)
        ->required();
    add_job_name(
        add_client(add(group, "remove", "Make the service forget a job", run, [&] { remove_job(options); }), options),
        options)
        ->required();
    add_client(add(group, "clean", "Make the service forget files that no job uses", run, [&] { clean_jobs(options); }),
               options);
}

/// Started by `serve` alone.
void add_worker(CLI::App& app, service::WorkerOptions& options, CommonOptions& common, std::function<void()>& run) {
    CLI::App* const command = add(&app, "worker", "", run, [&options] { std::exit(service::run_worker(options)); });
    command->group("");
    command->add_option("--upload", options.upload_folder)->required();
    command->add_option("--result", options.result_folder)->required();
    command->add_option("--memory", options.memory_bytes)->required();
    command->add_option("--checkpoint-seconds", options.checkpoint_seconds)->required();
    command->add_option("--checkpoint-bytes", options.checkpoint_bytes)->required();
    command->add_flag("--check", options.check);
    command->add_option("--threads", common.threads)->required();
}

}  // namespace

void add_service_commands(CLI::App& app, ServiceLine& line, CommonOptions& common, std::function<void()>& run) {
    add_identity(app, line.identity, run);
    CLI::App* const doctor_command = add_client(
        add(&app, "doctor", "Anybody: find out why a service does not answer", run, [&line] { doctor(line.job); }),
        line.job);
    doctor_command->footer(doctor_footer);
    add_serve(app, line.server, common, run);
    add_job(app, line.job, common, run);
    add_worker(app, line.worker, common, run);
}

}  // namespace tacit::app
