#pragma once

#include <functional>
#include <memory>

#include "service_commands.hpp"
#include "tacit/service/worker.hpp"

namespace CLI {
class App;
}

namespace tacit::app {

/// What the command line can say about the service.
struct ServiceLine {
    IdentityOptions identity{};
    service::ServerOptions server{};
    JobOptions job{};
    service::WorkerOptions worker{};
};

/// Adds the commands identity, serve, job and doctor; a chosen one puts its work into `run`.
void add_service_commands(CLI::App& app, ServiceLine& line, CommonOptions& common, std::function<void()>& run);

}  // namespace tacit::app
