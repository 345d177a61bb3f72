#pragma once

#include <fmt/format.h>

#include <chrono>
#include <future>
#include <string>
#include <vector>

#include "../base/temporary_folder.hpp"
#include "party/listener.hpp"
#include "tacit/party/session.hpp"

namespace tacit::party {

using namespace std::chrono_literals;

inline constexpr MessageType word_type{0x7f01, "word"};

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
