#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include "base/stopwatch.hpp"
#include "tacit/party/session.hpp"

/// Parties that meet over TLS on this machine, each in a thread of this process.
class TlsParties {
public:
    explicit TlsParties(int count) {
        for (int i = 0; i < count; ++i) {
            identities_.push_back(
                tacit::identity::Identity::create(folder_ / std::to_string(i), fmt::format("p{}", i), true));
            roster_.members.push_back({.name = identities_.back().name(),
                                       .pin = identities_.back().fingerprint(),
                                       .address = fmt::format("127.0.0.1:{}", 47000 + i)});
        }
    }
    ~TlsParties() { std::filesystem::remove_all(folder_); }
    TlsParties(const TlsParties&) = delete;
    TlsParties& operator=(const TlsParties&) = delete;

    [[nodiscard]] const tacit::party::Roster& roster() const { return roster_; }

    struct Measured {
        double seconds = 0;                          ///< of the slowest party, from when it had met the others
        std::vector<tacit::party::Traffic> traffic;  ///< of each
    };

    /// Runs protocol(Party&) at every party, all at once.
    template <class Protocol>
    Measured run(const tacit::party::Plan& plan, const Protocol& protocol) const {
        Measured measured;
        measured.traffic.resize(identities_.size());
        std::vector<std::future<double>> running;
        for (std::size_t i = 0; i < identities_.size(); ++i) {
            running.push_back(std::async(std::launch::async, [&, i] {
                auto session = tacit::party::Session::open(roster_, identities_[i], plan);
                const auto start = tacit::SteadyClock::now();
                protocol(session.party());
                const double seconds = tacit::seconds_since(start);
                session.finish();
                measured.traffic[i] = session.party().traffic();
                return seconds;
            }));
        }
        for (auto& one : running) measured.seconds = std::max(measured.seconds, one.get());
        return measured;
    }

private:
    std::filesystem::path folder_ = std::filesystem::temp_directory_path() / fmt::format("tacit-bench-{}", getpid());
    std::vector<tacit::identity::Identity> identities_;
    tacit::party::Roster roster_{.name = "bench", .members = {}};
};
