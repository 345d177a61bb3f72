#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "commands.hpp"
#include "output.hpp"
#include "tacit/base/interrupt.hpp"

namespace tacit::app {

namespace {

using learn::RefreshNeed;

void refresh_once(const RefreshOptions& options) {
    const learn::RefreshSummary done =
        learn::refresh_state(options.private_folder, options.result_folder, options.upload_folder);
    print_step("refresh", fmt::format("state after segment {} of {}, {} of {} steps: {} fresh ciphertexts, {} -> {}",
                                      done.segment + 1, done.segments, done.steps, done.all_steps, done.ciphertexts,
                                      bytes_text(done.file_bytes),
                                      (options.upload_folder / learn::file_names::refreshed(done.segment)).string()));
}

/// Until there is something to do.
RefreshNeed await_need(const RefreshOptions& options) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options.wait_seconds);
    for (;;) {
        const RefreshNeed need =
            learn::find_refresh_need(options.private_folder, options.result_folder, options.upload_folder);
        if (need != RefreshNeed::none) return need;
        throw_if_interrupted();
        if (std::chrono::steady_clock::now() > end) {
            throw Error(ErrorCode::unreachable,
                        fmt::format("no state came into '{}' for {} s; is `tacit train` running?",
                                    options.result_folder.string(), options.wait_seconds));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

}  // namespace

void refresh(const RefreshOptions& options) {
    if (options.wait_seconds == 0) return refresh_once(options);
    while (await_need(options) == RefreshNeed::state) refresh_once(options);
    print_step("refresh", "the model is trained: `tacit decrypt`");
}

}  // namespace tacit::app
