#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "output.hpp"
#include "service_commands.hpp"
#include "tacit/base/interrupt.hpp"

namespace tacit::app {

void serve(const service::ServerOptions& options) {
    const service::Server server(options);
    print_step("serve", fmt::format("listening at port {}, store {}", server.port(), options.store_folder.string()));
    while (!interruption_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(100));
}

}  // namespace tacit::app
