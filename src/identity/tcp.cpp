#include "identity/tcp.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/fail.hpp"

namespace tacit::identity {

namespace {

void do_not_delay(int socket) {
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

bool is_valid_address(std::string_view address) noexcept {
    const std::size_t colon = address.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || address.size() > 300) return false;
    if (std::ranges::any_of(address, [](char c) { return c <= ' ' || c > '~' || c == '"' || c == '\\'; })) return false;
    const std::string_view host = address.substr(0, colon);
    const bool bracketed = host.front() == '[' && host.back() == ']';
    if (host.find(':') != std::string_view::npos && !bracketed) return false;  // where would the port begin?
    const std::string_view port = address.substr(colon + 1);
    int value = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), value);
    return error == std::errc() && end == port.data() + port.size() && value >= 1 && value <= 65535;
}

Endpoint split_address(std::string_view address) {
    const std::size_t colon = address.rfind(':');
    std::string_view host = address.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    return {.host = std::string(host), .port = std::string(address.substr(colon + 1))};
}

Expected<Addresses> resolve(const Endpoint& endpoint) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = getaddrinfo(endpoint.host.c_str(), endpoint.port.c_str(), &wanted, &found);
    if (error != 0) {
        return Error(ErrorCode::unreachable,
                     fmt::format("'{}' has no address: {}", endpoint.host, gai_strerror(error)));
    }
    return Addresses(found);
}

Descriptor listen_at(const Endpoint& endpoint) {
    Descriptor listener(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const bool six = listener.value() >= 0;
    if (!six) listener = Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int on = 1;
    const int off = 0;
    setsockopt(listener.value(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (six) setsockopt(listener.value(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    const auto port = static_cast<in_port_t>(std::stoi(endpoint.port));
    sockaddr_in6 any6{};
    any6.sin6_family = AF_INET6;
    any6.sin6_port = htons(port);
    sockaddr_in any4{};
    any4.sin_family = AF_INET;
    any4.sin_port = htons(port);
    const auto* address = six ? reinterpret_cast<const sockaddr*>(&any6) : reinterpret_cast<const sockaddr*>(&any4);
    const socklen_t size = six ? sizeof any6 : sizeof any4;
    if (bind(listener.value(), address, size) != 0 || listen(listener.value(), 128) != 0) {
        fail(ErrorCode::unreachable,
             "cannot listen at port {}: {}; end the program that has it, or choose another port", endpoint.port,
             std::strerror(errno));
    }
    return listener;
}

Descriptor begin_connect(const addrinfo& address) {
    Descriptor socket(
        ::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address.ai_protocol));
    if (socket.value() < 0) return socket;
    do_not_delay(socket.value());
    if (connect(socket.value(), address.ai_addr, address.ai_addrlen) != 0 && errno != EINPROGRESS) return Descriptor();
    return socket;
}

Descriptor accept_from(const Descriptor& listener) {
    Descriptor socket(accept4(listener.value(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket.value() >= 0) do_not_delay(socket.value());
    return socket;
}

}  // namespace tacit::identity
