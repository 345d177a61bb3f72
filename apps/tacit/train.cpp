#include <fmt/format.h>

#include "commands.hpp"
#include "output.hpp"

namespace tacit::app {

void train(const TrainOptions& options, const CommonOptions& common) {
    const learn::StatisticsRecord s =
        learn::train(options.upload_folder, options.result_folder, progress_bar("Training", common));
    print_step("train", fmt::format("{} on {} {} ({}), after {} of loading keys and ciphertexts\n"
                                    "{} multiplications, {} rotations, depth {}; peak memory {}\n"
                                    "encrypted weights, {} -> {}",
                                    seconds_text(s.seconds), s.threads, s.threads == 1 ? "core" : "cores", s.kernels,
                                    seconds_text(s.seconds_loading), s.products, s.rotations, s.depth,
                                    bytes_text(s.peak_memory_bytes), bytes_text(s.output_file_bytes),
                                    (options.result_folder / learn::file_names::weights).string()));
}

}  // namespace tacit::app
