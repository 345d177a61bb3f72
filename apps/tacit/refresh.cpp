#include <fmt/format.h>

#include "commands.hpp"
#include "output.hpp"

namespace tacit::app {

void refresh(const RefreshOptions& options) {
    const learn::RefreshSummary done =
        learn::refresh_state(options.private_folder, options.result_folder, options.upload_folder);
    print_step("refresh", fmt::format("state after segment {} of {}, {} of {} steps: {} fresh ciphertexts, {} -> {}",
                                      done.segment + 1, done.segments, done.steps, done.all_steps, done.ciphertexts,
                                      bytes_text(done.file_bytes),
                                      (options.upload_folder / learn::file_names::refreshed(done.segment)).string()));
}

}  // namespace tacit::app
