#include <fmt/format.h>

#include "commands.hpp"
#include "output.hpp"

namespace tacit::app {

void encrypt(const EncryptOptions& options, const CommonOptions& common) {
    const learn::EncryptionSummary summary = learn::encrypt_data(options.private_folder, options.upload_folder,
                                                                 progress_bar("Encrypting", common, step_text));
    std::string text =
        fmt::format("{}: {} of {} rows in {} ciphertexts, {} -> {}", summary.data, count_text(summary.rows_used),
                    count_text(summary.rows), summary.ciphertexts, bytes_text(summary.file_bytes),
                    (options.upload_folder / learn::file_names::inputs).string());
    if (summary.files > 1) text += fmt::format(" and {} more, one for each segment", summary.files - 1);
    if (summary.copied_files > 0) text += fmt::format("\n{} of the files equal earlier ones", summary.copied_files);
    print_step("encrypt", text);
}

}  // namespace tacit::app
