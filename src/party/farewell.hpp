#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tacit/party/party.hpp"

namespace tacit::party {

/// What a party sends before it leaves because another one is gone or silent, so that the rest learn whom to ask. It
/// says nothing that the network does not show, and nothing follows from it but the text of a message.
inline constexpr MessageType farewell_type{0x0012, "farewell"};
inline constexpr std::size_t farewell_bytes = sizeof(std::uint32_t);  ///< of the payload: who is missed

/// The whole frame.
[[nodiscard]] std::vector<std::byte> make_farewell(std::uint32_t missed);
/// Throws unreachable for `from`, who left because of `missed`; any number of those names.
[[noreturn]] void fail_because_missed(const std::vector<std::string>& names, int from, std::uint32_t missed);
/// Who is missed, if these are bytes that end in a farewell.
[[nodiscard]] std::optional<std::uint32_t> farewell_at_end(std::span<const std::byte> bytes);

}  // namespace tacit::party
