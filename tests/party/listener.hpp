#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/posix_file.hpp"

namespace tacit::party {

/// A socket bound to a free port of this machine.
struct Listener {
    Descriptor socket{::socket(AF_INET, SOCK_STREAM, 0)};
    int port = 0;
    Listener() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        socklen_t size = sizeof address;
        EXPECT_EQ(bind(socket.value(), reinterpret_cast<const sockaddr*>(&address), size), 0);
        EXPECT_EQ(getsockname(socket.value(), reinterpret_cast<sockaddr*>(&address), &size), 0);
        port = ntohs(address.sin_port);
    }
};

/// One that was free a moment ago.
inline int free_port() { return Listener().port; }

}  // namespace tacit::party
