#include <fmt/format.h>

#include <chrono>
#include <variant>

#include "commands.hpp"
#include "output.hpp"

namespace tacit::app {

namespace {

std::string finished_text(const learn::StatisticsRecord& s, const fs::path& result_folder) {
    return fmt::format(
        "{} on {} {} ({}), after {} of loading keys and ciphertexts\n"
        "{} multiplications, {} rotations, depth {}; peak memory {}\n"
        "encrypted weights, {} -> {}",
        seconds_text(s.seconds), s.threads, s.threads == 1 ? "core" : "cores", s.kernels,
        seconds_text(s.seconds_loading), s.products, s.rotations, s.depth, bytes_text(s.peak_memory_bytes),
        bytes_text(s.output_file_bytes), (result_folder / learn::file_names::weights).string());
}

std::string waiting_text(const learn::NeedsRefresh& wait, const fs::path& result_folder) {
    return fmt::format(
        "segment {} of {} is done; its encrypted state -> {}\n"
        "the state has no levels left: give \"{}\" to the customer for `tacit refresh`, then train again",
        wait.segment + 1, wait.segments, (result_folder / learn::file_names::state(wait.segment)).string(),
        result_folder.string());
}

}  // namespace

bool train(const TrainOptions& options, const CommonOptions& common) {
    learn::TrainingRun run{.refresh_patience = std::chrono::seconds(options.wait_seconds)};
    run.waiting = [&](const learn::NeedsRefresh& wait) {
        print_step("train", fmt::format("segment {} of {} is done; waiting for `tacit refresh`", wait.segment + 1,
                                        wait.segments));
    };
    const learn::TrainingOutcome outcome =
        learn::train(options.upload_folder, options.result_folder, training_bar(common), run);
    const auto* const statistics = std::get_if<learn::StatisticsRecord>(&outcome);
    print_step("train", statistics != nullptr
                            ? finished_text(*statistics, options.result_folder)
                            : waiting_text(std::get<learn::NeedsRefresh>(outcome), options.result_folder));
    return statistics != nullptr;
}

}  // namespace tacit::app
