// What anybody sends to the web server of a study, over a socket. The first byte says how: 0 as it is, 1 as the body of
// /status, 2 as that of /submit, 3 as that behind an invitation that is one.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "base/posix_file.hpp"
#include "common.hpp"
#include "folder.hpp"
#include "study.hpp"
#include "tacit/study/store.hpp"
#include "tacit/study/web.hpp"

namespace {

using namespace tacit;

/// A server that runs until the process ends.
struct Served {
    fuzz::Folder folder;
    fuzz::StudyWorld world;
    study::Store store = [&] {
        const auto text = std::as_bytes(std::span(world.toml));
        return study::Store::create(folder.path() / "study", folder.file(text, "study.toml"));
    }();
    study::Invitation invitation = store.invite(1, world.rng).front();
    study::WebServer server = study::WebServer::plain_on_loopback(store, 0);
    std::thread runs{[this] { server.run(); }};

    ~Served() {
        server.stop();
        runs.join();
    }
};

/// The answer. Who says that nothing more comes gets none; but a request that is not whole would be waited for.
std::string ask(int port, const std::string& request, bool whole) {
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<in_port_t>(port));
    if (connect(socket.value(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
    static_cast<void>(send(socket.value(), request.data(), request.size(), MSG_NOSIGNAL));
    if (!whole) shutdown(socket.value(), SHUT_WR);
    std::string answer;
    std::array<char, 4096> piece{};
    for (ssize_t got = 1; got > 0;) {
        got = recv(socket.value(), piece.data(), piece.size(), 0);
        if (got > 0) answer.append(piece.data(), static_cast<std::size_t>(got));
    }
    return answer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Served served;
    if (size == 0) return 0;
    std::string body(reinterpret_cast<const char*>(data + 1), size - 1);
    std::string head;
    if (data[0] % 4 != 0) {
        if (data[0] % 4 == 3) {
            const auto& secret = served.invitation;
            body.insert(0, reinterpret_cast<const char*>(secret.data()), secret.size());
        }
        head = std::string("POST ") + (data[0] % 4 == 1 ? "/status" : "/submit") +
               " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n";
    }
    const std::string answer = ask(served.server.port(), head + body, !head.empty());
    if (answer.find(" 500 ") < 16) fuzz::report("a request that the server takes for its own failure");
    if (!head.empty() && !answer.starts_with("HTTP/1.1 ")) fuzz::report("a request without an answer");
    return 0;
}
