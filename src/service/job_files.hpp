#pragma once

#include <string>

#include "tacit/learn/roles.hpp"

/// Where the files of a job lie in the folder that its worker works in: JobFiles is keyed by these.
namespace tacit::service::job_files {

inline std::string uploaded(const std::string& name) { return "upload/" + name; }
inline std::string result(const std::string& name) { return "result/" + name; }

inline std::string program() { return uploaded(learn::file_names::program); }
inline std::string parameters() { return uploaded(learn::file_names::parameters); }
inline std::string evaluation_keys() { return uploaded(learn::file_names::evaluation_keys); }
inline std::string inputs(int segment) { return uploaded(learn::file_names::segment_inputs(segment)); }
inline std::string refreshed(int segment) { return uploaded(learn::file_names::refreshed(segment)); }
inline std::string state(int segment) { return result(learn::file_names::state(segment)); }
inline std::string weights() { return result(learn::file_names::weights); }
inline std::string checkpoint() { return result(learn::file_names::checkpoint); }
inline std::string statistics() { return result(learn::file_names::statistics); }

}  // namespace tacit::service::job_files
