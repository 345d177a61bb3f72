#include <fmt/format.h>

#include "commands.hpp"
#include "output.hpp"

namespace tacit::app {

namespace {

/// What a training of several segments means for the customer; nothing of one.
std::string segments_text(const learn::JobSummary& job) {
    const auto& segments = job.program.segments;
    if (segments.size() == 1) return {};
    const auto refreshes = segments.size() - 1;
    return fmt::format("\n{} segments of up to {} steps, so {} {}, each {} to and fro; {} of inputs in all",
                       segments.size(), segments.front().steps, refreshes, refreshes == 1 ? "refresh" : "refreshes",
                       bytes_text(job.cost.state_bytes / refreshes), bytes_text(job.cost.input_bytes));
}

std::string start_text(const KeygenOptions& options) {
    if (!options.choice.start.empty()) return ", from " + options.choice.start.string();
    if (options.continued.result_folder.empty()) return {};
    return ", from the encrypted result in " + options.continued.result_folder.string();
}

}  // namespace

void keygen(const KeygenOptions& options, const CommonOptions& common) {
    learn::TrainingChoice choice = options.choice;
    choice.recipe.learning_rate =
        options.learning_rate.value_or(default_learning_rate(choice.recipe.algorithm, choice.recipe.model));
    if (!options.continued.result_folder.empty()) choice.continued = options.continued;
    const learn::JobSummary job =
        learn::generate_job(choice, options.data, options.private_folder, options.upload_folder, options.overwrite,
                            progress_bar("Making keys", common));
    const learn::TrainingRecipe& recipe = job.program.recipe;
    print_step("keygen",
               fmt::format("{}, {} rows of {} features\n"
                           "{} regression{} by {}, {} circuit, {} minibatches of {}, {} steps{}\n{}\n"
                           "{} evaluation keys of {}, packed into {} -> {}\n"
                           "secret key -> {}, which stays with the customer",
                           job.data, count_text(job.rows), job.features, to_string(recipe.model), start_text(options),
                           to_string(recipe.algorithm), to_string(job.program.method), recipe.minibatches,
                           recipe.minibatch_size, recipe.steps(), segments_text(job), job.parameters.summary(),
                           job.keys, bytes_text(job.key_memory_bytes), bytes_text(job.key_file_bytes),
                           (options.upload_folder / learn::file_names::evaluation_keys).string(),
                           (options.private_folder / learn::file_names::secret_key).string()));
}

}  // namespace tacit::app
