#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>

#include "service/log.hpp"
#include "service/store.hpp"
#include "tacit/identity/pins.hpp"

namespace tacit::service {

/// The pins of the server's identity, read again whenever the file changes, so that `tacit identity pin` needs no
/// restart. A file that does not parse trusts nobody. Any thread.
class CustomerPins {
public:
    CustomerPins(std::filesystem::path identity_folder, Log& log) : folder_(std::move(identity_folder)), log_(log) {}
    [[nodiscard]] std::optional<identity::Pin> find(const identity::Fingerprint& fingerprint);

private:
    using Stamp = std::pair<std::filesystem::file_time_type, std::uintmax_t>;
    void refresh();

    std::filesystem::path folder_;
    Log& log_;
    std::mutex mutex_;
    identity::Pins pins_;
    std::optional<Stamp> stamp_;
};

/// How many calls of one customer are open; more than a few would take the threads from the others. Any thread.
class OpenCalls {
public:
    static constexpr int most = 8;

    class Place {
    public:
        Place(OpenCalls& calls, CustomerId customer) : calls_(calls), customer_(customer) {}
        ~Place() { calls_.leave(customer_); }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

    private:
        OpenCalls& calls_;
        CustomerId customer_;
    };
    /// Throws quota_exceeded.
    [[nodiscard]] Place enter(CustomerId customer);

private:
    void leave(CustomerId customer);
    std::mutex mutex_;
    std::map<CustomerId, int> open_;
};

}  // namespace tacit::service
