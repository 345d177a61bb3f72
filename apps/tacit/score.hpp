#pragma once

#include <filesystem>
#include <functional>

#include "commands.hpp"
#include "tacit/learn/score_roles.hpp"

namespace CLI {
class App;
}

namespace tacit::app {

/// What `tacit score ...` can say.
struct ScoreOptions {
    learn::ScoringChoice choice{};
    fs::path private_folder{};
    fs::path upload_folder{};
    fs::path result_folder{};
    fs::path model{};
    fs::path data{};
    fs::path out{};
    bool overwrite = false;
};

/// Adds the command; `run` is set to what the user chose.
void add_score(CLI::App& app, ScoreOptions& options, CommonOptions& common, std::function<void()>& run);

void score_offer(const ScoreOptions& options);
void score_keygen(const ScoreOptions& options);
void score_encrypt(const ScoreOptions& options, const CommonOptions& common);
void score_run(const ScoreOptions& options, const CommonOptions& common);
void score_decrypt(const ScoreOptions& options);

}  // namespace tacit::app
