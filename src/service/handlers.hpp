#pragma once

#include <memory>

#include "service/customers.hpp"
#include "service/runner.hpp"

namespace grpc {
class Service;
}

namespace tacit::service {

/// What the handlers of calls work with.
struct HandlerParts {
    Store& store;
    Runner& runner;
    CustomerPins& pins;
    Metrics& metrics;
    Log& log;
    Quota quota{};
};

/// The calls of training.proto. Everything is looked up under the customer whose key the connection proved.
[[nodiscard]] std::shared_ptr<grpc::Service> make_handlers(const HandlerParts& parts);

}  // namespace tacit::service
