#include "tacit/party/party.hpp"

#include <limits>
#include <utility>

#include "base/fail.hpp"
#include "party/farewell.hpp"
#include "tacit/base/bytes.hpp"

namespace tacit::party {

namespace {

struct Header {
    std::uint32_t length;
    std::uint16_t type;
    std::uint32_t number;
};

std::vector<std::byte> to_bytes(const Header& header) {
    ByteWriter out;
    out.reserve(frame_header_bytes);
    out.u32(header.length);
    out.u16(header.type);
    out.u32(header.number);
    return std::move(out).take();
}

Header parse_header(std::span<const std::byte> bytes) {
    ByteReader in(bytes);
    Header header{};
    header.length = in.u32();
    header.type = in.u16();
    header.number = in.u32();
    return header;
}

}  // namespace

Party::Party(int index, std::vector<std::string> names, const Digest& session, Rng rng, Transport& transport)
    : index_(index),
      names_(std::move(names)),
      session_(session),
      rng_(std::move(rng)),
      transport_(&transport),
      sent_(names_.size()),
      received_(names_.size()) {
    if (index < 0 || index >= count()) {
        fail(ErrorCode::invalid_argument, "there is no party {} among {}; parties count from 0", index, count());
    }
    for (int other = 0; other < count(); ++other) {
        if (other != index) others_.push_back(other);
    }
}

std::size_t Party::peer(int party, const char* operation) const {
    if (party < 0 || party >= count() || party == index_) {
        fail(ErrorCode::invalid_argument, "{}: party {} of {} cannot have party {} on the other side", operation,
             index_, count(), party);
    }
    return static_cast<std::size_t>(party);
}

void Party::send_bytes(int to, const MessageType& type, std::span<const std::byte> payload) {
    const std::size_t other = peer(to, "send");
    if (payload.size() > std::numeric_limits<std::uint32_t>::max()) {
        fail(ErrorCode::invalid_argument, "a message '{}' of {} bytes; send less than 4 GiB at once", type.name,
             payload.size());
    }
    const auto header =
        to_bytes({.length = static_cast<std::uint32_t>(payload.size()), .type = type.number, .number = sent_[other]++});
    transport_->send(to, header, payload);
    ++traffic_.messages_sent;
    traffic_.bytes_sent += payload.size();
}

void Party::receive_bytes(int from, const MessageType& type, std::span<std::byte> payload) {
    const std::size_t other = peer(from, "receive");
    std::array<std::byte, frame_header_bytes> bytes{};
    transport_->receive(from, type.name, bytes);
    const Header header = parse_header(bytes);
    const std::uint32_t due = received_[other]++;
    if (header.type == farewell_type.number && header.length == farewell_bytes) {
        std::array<std::byte, farewell_bytes> rest{};
        transport_->receive(from, farewell_type.name, rest);
        fail_because_missed(names_, from, ByteReader(rest).u32());
    }
    if (header.type != type.number || header.number != due || header.length != payload.size()) {
        accuse(from,
               fmt::format("sent {} bytes of type {:#x} as message {} where '{}' ({:#x}) of {} bytes was due as {}",
                           header.length, header.type, header.number, type.name, type.number, payload.size(), due));
    }
    transport_->receive(from, type.name, payload);
    traffic_.bytes_received += payload.size();
}

bool Party::has_come(int from, std::size_t payload_bytes) {
    static_cast<void>(peer(from, "has_come"));
    return transport_->has_come(from, frame_header_bytes + payload_bytes);
}

Digest Party::hash(std::string_view label, int party, std::span<const std::byte> data) const {
    ByteWriter fields;
    fields.string(label);
    fields.bytes(session_);
    fields.u32(static_cast<std::uint32_t>(party));
    fields.u64(data.size());
    Hasher hasher;
    hasher.update(std::move(fields).take());
    hasher.update(data);
    return hasher.finish();
}

void Party::accuse(int party, const std::string& what) const {
    fail(ErrorCode::protocol_violation, "{} {}; all parties must run the same version on the same plan", name(party),
         what);
}

}  // namespace tacit::party
