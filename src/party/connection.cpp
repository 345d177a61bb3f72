#include "party/connection.hpp"

#include <poll.h>

#include <algorithm>
#include <array>

#include "tacit/base/secret.hpp"

namespace tacit::party {

namespace {

/// The most that one record of TLS carries (RFC 8446, 5.1).
constexpr std::size_t record_bytes = std::size_t{1} << 14;
/// Shorter frames wait for more, or for the next receive().
constexpr std::size_t worth_sending_bytes = record_bytes;

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

void Connection::send(std::span<const std::byte> header, std::span<const std::byte> payload) {
    out_.append(header);
    if (out_.size() + payload.size() >= worth_sending_bytes) {
        const std::size_t missing = (record_bytes - out_.size() % record_bytes) % record_bytes;
        out_.append(payload.first(std::min(missing, payload.size())));
        payload = payload.subspan(std::min(missing, payload.size()));
        write_some();
        while (out_.size() == 0 && payload.size() >= record_bytes && write_from(payload)) {
        }
    }
    out_.append(payload);
}

/// Writes one record and takes it off.
bool Connection::write_from(std::span<const std::byte>& bytes) {
    std::size_t count = 0;
    if (broken_ || !note(stream_.write(bytes, count))) return false;
    bytes = bytes.subspan(count);
    return true;
}

bool Connection::write_some() {
    bool moved = false;
    while (out_.size() != 0) {
        std::span<const std::byte> left = out_.front();
        if (!write_from(left)) break;
        out_.drop(out_.size() - left.size());
        moved = true;
    }
    return moved;
}

bool Connection::read_some(std::size_t enough) {
    bool moved = false;
    std::array<std::byte, record_bytes> piece;
    while (!ended() && in_.size() < enough) {
        std::size_t count = 0;
        if (!note(stream_.read(piece, count))) break;
        in_.append(std::span(piece).first(count));
        moved = true;
    }
    if (moved) wipe(piece);
    return moved;
}

bool Connection::receive(std::span<std::byte>& out) {
    const std::size_t due = out.size();
    const std::size_t here = std::min(out.size(), in_.size());
    std::copy_n(in_.front().begin(), here, out.begin());
    in_.drop(here);
    out = out.subspan(here);
    while (!out.empty() && !ended()) {
        std::size_t count = 0;
        if (!note(stream_.read(out, count))) break;
        out = out.subspan(count);
    }
    return out.size() != due;
}

short Connection::events() const noexcept {
    if (broken_) return 0;
    const int reads = !ended_ && !is_full() ? POLLIN : 0;
    return static_cast<short>(reads | (out_.size() != 0 ? POLLOUT : 0));
}

}  // namespace tacit::party
