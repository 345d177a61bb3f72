#include "service/customers.hpp"

#include <system_error>

#include "base/fail.hpp"
#include "tacit/identity/identity.hpp"

namespace tacit::service {

namespace fs = std::filesystem;

void CustomerPins::refresh() {
    const fs::path path = folder_ / identity::file_names::pins;
    std::error_code error;
    const Stamp stamp{fs::last_write_time(path, error), error ? 0 : fs::file_size(path, error)};
    if (stamp_ == stamp) return;
    stamp_ = stamp;
    pins_ = {};
    try {
        pins_ = identity::read_pins(folder_);
    } catch (const Error& flaw) {
        log_.write("pins_unreadable", {{"reason", std::string(flaw.what())}});
    }
}

std::optional<identity::Pin> CustomerPins::find(const identity::Fingerprint& fingerprint) {
    const std::lock_guard guard(mutex_);
    refresh();
    const identity::Pin* const pin = pins_.find(fingerprint);
    if (pin == nullptr) return std::nullopt;
    return *pin;
}

OpenCalls::Place OpenCalls::enter(CustomerId customer) {
    const std::lock_guard guard(mutex_);
    int& open = open_[customer];
    if (open >= most) {
        fail(ErrorCode::quota_exceeded, "you have {} calls open at once, as many as you may; let one end", most);
    }
    ++open;
    return {*this, customer};
}

void OpenCalls::leave(CustomerId customer) {
    const std::lock_guard guard(mutex_);
    if (--open_[customer] == 0) open_.erase(customer);
}

}  // namespace tacit::service
