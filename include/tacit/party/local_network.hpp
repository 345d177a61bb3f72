#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/party/party.hpp"

namespace tacit::party {

/// A frame on its way, for tests of what a cheating party or a bad network does.
struct Frame {
    int from;
    int to;
    std::uint32_t number;          ///< of this frame on the link, from 0
    std::vector<std::byte> bytes;  ///< header and payload; may be changed, cut, emptied or extended
};

/// All parties of a protocol in one process, each in a thread of its own, for tests, simulations and counting.
///
/// Runs repeat: a protocol receives from a party by name, so what every party sees depends on the inputs and the seed
/// alone (a Kahn process network), not on how threads are scheduled. A protocol in which everybody waits is told so.
class LocalNetwork {
public:
    /// `tamper` sees every frame before it is delivered, one at a time.
    explicit LocalNetwork(int parties, const Seed& seed = {}, std::function<void(Frame&)> tamper = {});
    ~LocalNetwork();
    LocalNetwork(const LocalNetwork&) = delete;
    LocalNetwork& operator=(const LocalNetwork&) = delete;

    /// Calls protocol(Party&) for every party, in threads of their own, and returns what each one returns. Throws the
    /// error of the party that failed first of all causes; internal if a message was never read. May be called again:
    /// every run has a session of its own.
    template <class Protocol>
    auto run(const Protocol& protocol) {
        auto outcomes = run_each(protocol);
        rethrow_cause();
        std::vector<typename decltype(outcomes)::value_type::value_type> values;
        for (auto& outcome : outcomes) values.push_back(std::move(outcome).value());
        return values;
    }
    /// The same, but every party has its own outcome.
    template <class Protocol>
    auto run_each(const Protocol& protocol) {
        using Value = std::remove_cvref_t<std::invoke_result_t<const Protocol&, Party&>>;
        std::vector<std::optional<Expected<Value>>> slots(static_cast<std::size_t>(parties_));
        run_threads([&](Party& party) {
            slots[static_cast<std::size_t>(party.index())] = protocol(party);  // a thread writes its own slot alone
        });
        std::vector<Expected<Value>> outcomes;
        for (std::size_t i = 0; i < slots.size(); ++i) {
            outcomes.push_back(slots[i] ? *std::move(slots[i]) : Expected<Value>(error_of(i)));
        }
        return outcomes;
    }

    /// Of the last run: the longest chain of messages each of which was sent after the one before was received.
    [[nodiscard]] int rounds() const noexcept;
    /// Of the last run, by party.
    [[nodiscard]] const std::vector<Traffic>& traffic() const noexcept;
    /// Of the last run: a hash of every link's frames in order.
    [[nodiscard]] Digest trace() const;

private:
    struct State;
    void run_threads(const std::function<void(Party&)>& protocol);
    void rethrow_cause() const;
    /// Rethrows what is no tacit::Error.
    [[nodiscard]] Error error_of(std::size_t party) const;

    int parties_;
    std::unique_ptr<State> state_;
};

}  // namespace tacit::party
