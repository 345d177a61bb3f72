#include "party/farewell.hpp"

#include <algorithm>
#include <utility>

#include "base/fail.hpp"
#include "tacit/base/bytes.hpp"

namespace tacit::party {

std::vector<std::byte> make_farewell(std::uint32_t missed) {
    ByteWriter out;
    out.u32(farewell_bytes);
    out.u16(farewell_type.number);
    out.u32(~std::uint32_t{0});
    out.u32(missed);
    return std::move(out).take();
}

void fail_because_missed(const std::vector<std::string>& names, int from, std::uint32_t missed) {
    fail(ErrorCode::unreachable,
         "{} ended the run because it missed {}; nothing was opened after that: start the run again on all sides",
         names[static_cast<std::size_t>(from)], missed < names.size() ? names[missed] : "a party");
}

std::optional<std::uint32_t> farewell_at_end(std::span<const std::byte> bytes) {
    constexpr std::size_t size = frame_header_bytes + farewell_bytes;
    if (bytes.size() < size) return std::nullopt;
    const auto frame = bytes.last(size);
    ByteReader in(frame.last(farewell_bytes));
    const std::uint32_t missed = in.u32();
    return std::ranges::equal(frame, make_farewell(missed)) ? std::optional(missed) : std::nullopt;
}

}  // namespace tacit::party
