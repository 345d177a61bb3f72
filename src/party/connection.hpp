#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "identity/tls.hpp"

namespace tacit::party {

/// What a peer may send ahead of what the protocol reads.
inline constexpr std::size_t most_unread_bytes = std::size_t{64} << 20;

/// Bytes in a row; what was read is wiped.
class ByteQueue {
public:
    ByteQueue() = default;
    ~ByteQueue();
    ByteQueue(const ByteQueue&) = delete;
    ByteQueue& operator=(const ByteQueue&) = delete;
    void append(std::span<const std::byte> bytes);
    void drop(std::size_t count);
    [[nodiscard]] std::span<const std::byte> front() const noexcept { return std::span(bytes_).subspan(head_); }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size() - head_; }

private:
    std::vector<std::byte> bytes_;
    std::size_t head_ = 0;
};

/// A link to one party after the handshake: what is to be sent, and what has come. Never waits.
class Connection {
public:
    explicit Connection(identity::TlsStream stream) : stream_(std::move(stream)) {}

    /// Queues a frame. Long ones are written from where they lie, as far as the socket takes them.
    void send(std::span<const std::byte> header, std::span<const std::byte> payload);
    /// What has come and comes next goes to `out`, which shrinks to what is still missing. Whether anything moved.
    bool receive(std::span<std::byte>& out);
    /// Both say whether anything moved. Reading ends once `enough` bytes wait to be taken.
    bool write_some();
    bool read_some(std::size_t enough = most_unread_bytes);

    /// What has come and was not taken.
    [[nodiscard]] std::span<const std::byte> unread() const noexcept { return in_.front(); }
    [[nodiscard]] std::size_t queued() const noexcept { return out_.size(); }
    /// The peer is so far ahead that nothing more is read.
    [[nodiscard]] bool is_full() const noexcept { return in_.size() >= most_unread_bytes; }
    /// The peer sends no more; `broken`: without having said so.
    [[nodiscard]] bool ended() const noexcept { return ended_ || broken_; }
    [[nodiscard]] bool broken() const noexcept { return broken_; }
    [[nodiscard]] identity::TlsStream& stream() noexcept { return stream_; }
    /// What to poll for; 0: nothing.
    [[nodiscard]] short events() const noexcept;

private:
    [[nodiscard]] bool note(identity::TlsStep step);
    bool write_from(std::span<const std::byte>& bytes);
    identity::TlsStream stream_;
    ByteQueue in_;
    ByteQueue out_;
    bool ended_ = false;
    bool broken_ = false;
};

}  // namespace tacit::party
