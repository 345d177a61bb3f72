#include "score.hpp"

#include <fmt/format.h>

#include "output.hpp"

namespace tacit::app {

namespace names = learn::file_names;

void score_offer(const ScoreOptions& options) {
    learn::offer_scoring(options.model, options.choice.offer);
    print_step("offer", fmt::format("columns, levels and classes of {}, no weights -> {}", options.model.string(),
                                    options.choice.offer.string()));
}

void score_keygen(const ScoreOptions& options) {
    const learn::ScoringKeys made =
        learn::score_keygen(options.choice, options.private_folder, options.upload_folder, options.overwrite);
    print_step("keygen",
               fmt::format("{} features, {} {}, model {}\n{}\n{} rows in a batch; {} -> {}\n"
                           "secret key -> {}, which stays with the customer",
                           made.features, made.outputs, made.outputs == 1 ? "output" : "outputs",
                           options.choice.model.empty() ? "in the clear at the service" : "encrypted",
                           made.parameters.summary(), count_text(made.rows_in_a_batch), bytes_text(made.upload_bytes),
                           options.upload_folder.string(), (options.private_folder / names::secret_key).string()));
}

void score_encrypt(const ScoreOptions& options, const CommonOptions& common) {
    const learn::ScoredRows s = learn::score_encrypt(options.private_folder, options.upload_folder, options.data,
                                                     progress_bar("Encrypting", common));
    print_step("encrypt", fmt::format("{}: {} rows in {} {}, {} ciphertexts, {} -> {}", s.data, count_text(s.rows),
                                      s.batches, s.batches == 1 ? "batch" : "batches", count_text(s.ciphertexts),
                                      bytes_text(s.file_bytes), (options.upload_folder / names::rows).string()));
}

void score_run(const ScoreOptions& options, const CommonOptions& common) {
    const learn::ScoringStatistics s =
        learn::score_run(options.upload_folder, options.result_folder, options.model, progress_bar("Scoring", common));
    print_step("run",
               fmt::format("{} of computing, {} of reading {}; {} batches of up to {} rows; peak memory {}\n"
                           "encrypted scores, {} -> {}",
                           seconds_text(s.seconds), seconds_text(s.seconds_loading), bytes_text(s.input_file_bytes),
                           s.batches, count_text(s.rows_in_a_batch), bytes_text(s.peak_memory_bytes),
                           bytes_text(s.output_file_bytes), (options.result_folder / names::scores).string()));
}

void score_decrypt(const ScoreOptions& options) {
    const learn::Prediction p = learn::score_decrypt(options.private_folder, options.result_folder);
    std::string text = prediction_summary(p);
    if (!options.out.empty()) {
        const std::string csv = prediction_csv(p);
        write_file_atomically(options.out, std::as_bytes(std::span(csv)), FileMode::owner_only);
        text += fmt::format("\nscores -> {}", options.out.string());
    }
    print_step("decrypt", text);
}

}  // namespace tacit::app
