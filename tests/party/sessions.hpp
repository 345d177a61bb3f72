#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <chrono>
#include <future>
#include <string>
#include <vector>

#include "../base/temporary_folder.hpp"
#include "identity/tcp.hpp"
#include "tacit/party/session.hpp"

namespace tacit::party {

using namespace std::chrono_literals;

inline constexpr MessageType word_type{0x7f01, "word"};

/// A port that was free a moment ago.
inline int free_port() {
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(socket.value(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(getsockname(socket.value(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    return ntohs(address.sin_port);
}

class Sessions : public InTemporaryFolder {
protected:
    /// n parties with identities and addresses of this machine.
    void make_parties(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            const std::string name = fmt::format("p{}", i);
            identities_.push_back(identity::Identity::create(folder_ / name, name));
            roster_.members.push_back({.name = name,
                                       .pin = identities_.back().fingerprint(),
                                       .address = fmt::format("127.0.0.1:{}", free_port())});
        }
    }

    Session open(std::size_t i, const Plan& plan, Patience patience = {20s, 20s}) const {
        return Session::open(roster_, identities_[i], plan, patience);
    }

    /// Every party in a thread: protocol(session). Results or errors by party.
    template <class Protocol>
    auto run(const Protocol& protocol) const {
        using Value = std::invoke_result_t<const Protocol&, std::size_t>;
        std::vector<std::future<Expected<Value>>> parties;
        for (std::size_t i = 0; i < identities_.size(); ++i) {
            parties.push_back(std::async(std::launch::async, [&protocol, i]() -> Expected<Value> {
                return catching([&] { return protocol(i); });
            }));
        }
        std::vector<Expected<Value>> outcomes;
        for (auto& party : parties) outcomes.push_back(party.get());
        return outcomes;
    }

    std::vector<identity::Identity> identities_;
    Roster roster_{.name = "test", .members = {}};
    Plan plan_{.program = "test/1", .parameters = "none"};
};

}  // namespace tacit::party
