#pragma once

#include <string>

#include "commands.hpp"
#include "tacit/service/server.hpp"

/// The commands around the service: who we are, the server, and its customers' jobs.
namespace tacit::app {

struct IdentityOptions {
    fs::path folder;
    std::string name;  ///< of the identity, or of the pin
    bool overwrite = false;
    std::string key;       ///< fingerprint to pin
    fs::path certificate;  ///< or the certificate that has it
    std::string address;   ///< of the pinned service; empty: none
};
void create_identity(const IdentityOptions& options);
void show_identity(const IdentityOptions& options);
void pin_identity(const IdentityOptions& options);
void unpin_identity(const IdentityOptions& options);

/// Until SIGINT or SIGTERM.
void serve(const service::ServerOptions& options);

struct JobOptions {
    fs::path identity_folder;
    std::string server;  ///< name of its pin; empty: the only one with an address
    std::string job;
    fs::path folder;          ///< upload, or result
    fs::path private_folder;  ///< empty: states are not refreshed
};
void submit_job(const JobOptions& options, const CommonOptions& common);
void show_jobs(const JobOptions& options);
void watch_job(const JobOptions& options, const CommonOptions& common);
void refresh_job(const JobOptions& options);
void fetch_job(const JobOptions& options);
void cancel_job(const JobOptions& options);
void remove_job(const JobOptions& options);
void clean_jobs(const JobOptions& options);

/// Throws unreachable if something is wrong, after saying what.
void doctor(const JobOptions& options);

}  // namespace tacit::app
