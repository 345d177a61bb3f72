#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "tacit/base/hash.hpp"
#include "tacit/base/random.hpp"
#include "tacit/party/transport.hpp"

namespace tacit::party {

/// What a message is. The number travels, the name is for messages to people. Every protocol has a block of 256
/// numbers of its own; docs/mpc.md lists them.
struct MessageType {
    std::uint16_t number;
    const char* name;
};

/// What travels as it lies in memory: integers and arrays of them, little endian.
template <class T>
concept Wire = std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>;
static_assert(std::endian::native == std::endian::little, "words travel as they lie in memory");

/// What one party sent and received, framing excluded.
struct Traffic {
    std::uint64_t messages_sent = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
};

/// Length (u32), type (u16) and number on this link (u32) of a message.
inline constexpr std::size_t frame_header_bytes = 10;

/// One party in a run of a protocol: its place, its randomness, and typed messages to the others.
///
/// A protocol is a function that every party calls with its own Party and its own inputs. Sending never waits for the
/// other side, so all may send and then receive. The receiver says what must come, type and exact length; anything else
/// ends the run before it is read. A party is used by one thread at a time.
class Party {
public:
    /// The transport must outlive the party. `names` has one entry per party; `session` is the same for all of them and
    /// for no other run.
    Party(int index, std::vector<std::string> names, const Digest& session, Rng rng, Transport& transport);

    [[nodiscard]] int index() const noexcept { return index_; }
    [[nodiscard]] int count() const noexcept { return static_cast<int>(names_.size()); }
    /// All but this one, ascending.
    [[nodiscard]] const std::vector<int>& others() const noexcept { return others_; }
    [[nodiscard]] const std::string& name(int party) const { return names_.at(static_cast<std::size_t>(party)); }
    /// Names this run: goes into every hash, commitment and key derivation.
    [[nodiscard]] const Digest& session() const noexcept { return session_; }
    /// This party's own secret randomness.
    [[nodiscard]] Rng& rng() noexcept { return rng_; }
    [[nodiscard]] const Traffic& traffic() const noexcept { return traffic_; }

    /// Throws invalid_argument from 2^32 bytes on, and for a party that is this one or none; unreachable if the other
    /// one is gone.
    template <Wire T>
    void send(int to, const MessageType& type, std::span<const T> values) {
        send_bytes(to, type, std::as_bytes(values));
    }
    template <Wire T>
    void send(int to, const MessageType& type, const std::vector<T>& values) {
        send_bytes(to, type, std::as_bytes(std::span(values)));
    }
    /// One value.
    template <Wire T>
    void send(int to, const MessageType& type, const T& value) {
        send_bytes(to, type, std::as_bytes(std::span(&value, 1)));
    }
    /// The same to all others.
    template <class Values>
    void send_to_others(const MessageType& type, const Values& values) {
        for (const int to : others_) send(to, type, values);
    }

    /// Exactly out.size() values of exactly this type. Throws protocol_violation if something else comes, unreachable
    /// if nothing does.
    template <Wire T>
    void receive(int from, const MessageType& type, std::span<T> out) {
        receive_bytes(from, type, std::as_writable_bytes(out));
    }
    /// Memory for `count` values is taken first: bound a count that came from another party.
    template <Wire T>
    [[nodiscard]] std::vector<T> receive(int from, const MessageType& type, std::size_t count) {
        std::vector<T> values(count);
        receive_bytes(from, type, std::as_writable_bytes(std::span(values)));
        return values;
    }
    /// One value.
    template <Wire T>
    [[nodiscard]] T receive(int from, const MessageType& type) {
        T value;
        receive_bytes(from, type, std::as_writable_bytes(std::span(&value, 1)));
        return value;
    }
    /// Whether a message of that many bytes from that party is there already; where it says no, receive() may wait. For
    /// work that can be done in any order: within one process (LocalNetwork) the answer is always no.
    [[nodiscard]] bool has_come(int from, std::size_t payload_bytes);
    /// Sends what is queued now: before a long computation that nobody else has to wait for.
    void flush() { transport_->flush(); }

    /// H(label, session, party, data), each with its length: one label per use of a hash in a protocol.
    [[nodiscard]] Digest hash(std::string_view label, int party, std::span<const std::byte> data) const;
    /// Throws protocol_violation for the user to read; the other parties only learn that the run ended.
    [[noreturn]] void accuse(int party, const std::string& what) const;

private:
    void send_bytes(int to, const MessageType& type, std::span<const std::byte> payload);
    void receive_bytes(int from, const MessageType& type, std::span<std::byte> payload);
    [[nodiscard]] std::size_t peer(int party, const char* operation) const;

    int index_;
    std::vector<std::string> names_;
    std::vector<int> others_;
    Digest session_;
    Rng rng_;
    Transport* transport_;
    std::vector<std::uint32_t> sent_;
    std::vector<std::uint32_t> received_;
    Traffic traffic_;
};

}  // namespace tacit::party
