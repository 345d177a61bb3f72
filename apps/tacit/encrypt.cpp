#include <fmt/format.h>

#include "commands.hpp"
#include "output.hpp"

namespace tacit::app {

void encrypt(const EncryptOptions& options, const CommonOptions& common) {
    const learn::EncryptionSummary summary =
        learn::encrypt_data(options.private_folder, options.upload_folder, progress_bar("Encrypting", common));
    print_step("encrypt",
               fmt::format("{}: {} of {} rows in {} ciphertexts, {} -> {}", summary.data, count_text(summary.rows_used),
                           count_text(summary.rows), summary.ciphertexts, bytes_text(summary.file_bytes),
                           (options.upload_folder / learn::file_names::inputs).string()));
}

}  // namespace tacit::app
