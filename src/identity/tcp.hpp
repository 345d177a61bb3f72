#pragma once

#include <netdb.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/posix_file.hpp"
#include "tacit/base/expected.hpp"

/// Addresses and sockets.
namespace tacit::identity {

/// What host:port says; brackets around an IPv6 host are taken off.
struct Endpoint {
    std::string host;
    std::string port;
};

/// Whether it is host:port with a port from 1 to 65535; an IPv6 host is in brackets.
[[nodiscard]] bool is_valid_address(std::string_view address) noexcept;
/// Of a valid address.
[[nodiscard]] Endpoint split_address(std::string_view address);

struct FreeAddresses {
    void operator()(addrinfo* addresses) const noexcept { freeaddrinfo(addresses); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

/// Asks the name service, which may take seconds. unreachable with the reason.
[[nodiscard]] Expected<Addresses> resolve(const Endpoint& endpoint);

/// A socket that accepts connections to the port on all interfaces (IPv6 and IPv4) and does not wait. Throws
/// unreachable if the port is taken.
[[nodiscard]] Descriptor listen_at(const Endpoint& endpoint);
/// Begins to connect and does not wait; an invalid descriptor if there is no way at all.
[[nodiscard]] Descriptor begin_connect(const addrinfo& address);
/// The next connection, which does not wait and does not delay small messages; invalid if there is none.
[[nodiscard]] Descriptor accept_from(const Descriptor& listener);

}  // namespace tacit::identity
