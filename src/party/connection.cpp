#include "party/connection.hpp"

#include <poll.h>

#include <algorithm>
#include <array>

#include "tacit/base/secret.hpp"

namespace tacit::party {

namespace {

/// What a peer may send ahead of what the protocol reads.
constexpr std::size_t most_unread_bytes = std::size_t{64} << 20;
constexpr std::size_t piece_bytes = std::size_t{1} << 16;

}  // namespace

ByteQueue::~ByteQueue() { wipe(bytes_); }

void ByteQueue::append(std::span<const std::byte> bytes) {
    if (bytes_.size() + bytes.size() > bytes_.capacity()) {  // growing by itself would leave a copy behind
        std::vector<std::byte> larger;
        larger.reserve(std::max(2 * size(), size() + bytes.size()));
        larger.insert(larger.end(), front().begin(), front().end());
        wipe(bytes_);
        bytes_ = std::move(larger);
        head_ = 0;
    }
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void ByteQueue::drop(std::size_t count) {
    wipe(std::span(bytes_).subspan(head_, count));
    head_ += count;
    if (head_ != bytes_.size()) return;
    bytes_.clear();
    head_ = 0;
}

bool Connection::note(identity::TlsStep step) {
    if (step == identity::TlsStep::ended) ended_ = true;
    if (step == identity::TlsStep::broken) broken_ = true;
    return step == identity::TlsStep::done;
}

bool Connection::write_some() {
    bool moved = false;
    while (out_.size() != 0 && !broken_) {
        std::size_t count = 0;
        if (!note(stream_.write(out_.front(), count))) break;
        out_.drop(count);
        moved = true;
    }
    return moved;
}

bool Connection::read_some() {
    bool moved = false;
    std::array<std::byte, piece_bytes> piece;
    while (!ended() && in_.size() < most_unread_bytes) {
        std::size_t count = 0;
        if (!note(stream_.read(piece, count))) break;
        in_.append(std::span(piece).first(count));
        moved = true;
    }
    if (moved) wipe(piece);
    return moved;
}

std::span<std::byte> Connection::take(std::span<std::byte> out) {
    const std::size_t count = std::min(out.size(), in_.size());
    std::copy_n(in_.front().begin(), count, out.begin());
    in_.drop(count);
    return out.subspan(count);
}

short Connection::events() const noexcept {
    if (broken_) return 0;
    const int reads = !ended_ && in_.size() < most_unread_bytes ? POLLIN : 0;
    return static_cast<short>(reads | (out_.size() != 0 ? POLLOUT : 0));
}

}  // namespace tacit::party
