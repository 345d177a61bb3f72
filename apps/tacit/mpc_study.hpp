#pragma once

#include <string>
#include <vector>

#include "mpc.hpp"

/// `tacit mpc study ...`: a study among many contributors who come once.
namespace tacit::app::mpc {

/// Makes a sealing key and prints its public half.
void study_key(const fs::path& out);
/// Checks a description and prints what everybody must compare.
void study_show(const fs::path& description);

struct StudyFolderOptions {
    fs::path folder;
    fs::path description;   ///< create
    std::size_t count = 0;  ///< invite
    std::string address;    ///< invite: what links begin with
    fs::path out;           ///< invite: file for the links; close: folder for the bundles
};
void study_create(const StudyFolderOptions& options);
void study_invite(const StudyFolderOptions& options);
void study_status(const StudyFolderOptions& options);
void study_close(const StudyFolderOptions& options);

struct StudyServeOptions {
    fs::path folder;
    std::string host = "0.0.0.0";
    int port = 8443;
    fs::path certificate;
    fs::path key;
    bool plain_on_loopback = false;
};
void study_serve(const StudyServeOptions& options);

struct StudySubmitOptions {
    fs::path description;
    std::string link;
    fs::path table;
    fs::path authorities;
};
void study_submit(const StudySubmitOptions& options);

struct StudyComputeOptions {
    SessionOptions session;
    fs::path description;
    fs::path key;
    fs::path bundle;
    fs::path out;
    fs::path receipts;
};
void study_compute(const StudyComputeOptions& options);

struct StudyResultOptions {
    fs::path description;
    fs::path key;
    std::vector<fs::path> shares;
    fs::path out;
    bool json = false;
};
void study_result(const StudyResultOptions& options);

}  // namespace tacit::app::mpc
