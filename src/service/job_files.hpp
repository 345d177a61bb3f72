#pragma once

#include <fmt/format.h>

#include <string>

#include "tacit/learn/roles.hpp"

/// Where the files of a job lie in the folder that its worker works in: JobFiles is keyed by these.
namespace tacit::service::job_files {

inline std::string uploaded(const char* name) { return fmt::format("upload/{}", name); }
inline std::string result(const char* name) { return fmt::format("result/{}", name); }

inline std::string program() { return uploaded(learn::file_names::program); }
inline std::string parameters() { return uploaded(learn::file_names::parameters); }
inline std::string evaluation_keys() { return uploaded(learn::file_names::evaluation_keys); }
inline std::string inputs(int segment) {
    return segment == 0 ? uploaded(learn::file_names::inputs) : fmt::format("upload/inputs-{}.bin", segment);
}
inline std::string refreshed(int segment) { return fmt::format("upload/refreshed-{}.bin", segment); }
inline std::string state(int segment) { return fmt::format("result/state-{}.bin", segment); }
inline std::string weights() { return result(learn::file_names::weights); }
inline std::string statistics() { return result(learn::file_names::statistics); }

}  // namespace tacit::service::job_files
