#include "party/tls_transport.hpp"

#include <poll.h>

#include <algorithm>

#include "base/fail.hpp"
#include "party/farewell.hpp"
#include "tacit/base/interrupt.hpp"

namespace tacit::party {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t most_queued_bytes = std::size_t{32} << 20;
/// How often somebody who waits looks for signals.
constexpr milliseconds one_wait{100};

}  // namespace

TlsTransport::TlsTransport(std::vector<std::unique_ptr<Connection>> connections, std::vector<std::string> names,
                           std::chrono::seconds patience)
    : connections_(std::move(connections)), names_(std::move(names)), patience_(patience) {}

Connection& TlsTransport::connection(int party, const char* what) {
    const auto& link = connections_.at(static_cast<std::size_t>(party));
    if (!link) fail(ErrorCode::unreachable, "there is no connection to {} for '{}'", party, what);
    return *link;
}

void TlsTransport::send(int to, std::span<const std::byte> header, std::span<const std::byte> payload) {
    Connection& link = connection(to, "a message");
    link.send(header, payload);
    // Whoever is far ahead waits until we read; to wait for it would be to wait for ourselves.
    const auto is_ahead = [](const auto& other) { return other && other->is_full(); };
    pump_until(to, "room for a message", nullptr,
               [&] { return link.queued() <= most_queued_bytes || std::ranges::any_of(connections_, is_ahead); });
}

void TlsTransport::receive(int from, const char* what, std::span<std::byte> out) {
    Connection& link = connection(from, what);
    for (const auto& other : connections_) {
        if (other) other->write_some();
    }
    link.receive(out);
    pump_until(from, what, &out, [&] { return out.empty(); });
}

bool TlsTransport::has_come(int from, std::size_t bytes) {
    Connection& link = connection(from, "what may have come");
    link.read_some(bytes);
    return link.unread().size() >= bytes;
}

void TlsTransport::flush() {
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        if (!connections_[i]) continue;
        const Connection& link = *connections_[i];
        pump_until(static_cast<int>(i), "room for a message", nullptr, [&] { return link.queued() == 0; });
    }
}

bool TlsTransport::pump(const Connection* watched, std::span<std::byte>* wanted, milliseconds longest) {
    bool any = false;
    bool moved = false;
    std::vector<pollfd> waits;
    for (const auto& link : connections_) {
        if (!link) continue;
        const bool is_watched = link.get() == watched;
        const bool wrote = link->write_some();
        const bool read = is_watched && wanted != nullptr ? link->receive(*wanted) : link->read_some();
        any = any || wrote || read;
        moved = moved || (is_watched && (wrote || read));
        if (link->events() != 0) waits.push_back({link->stream().descriptor(), link->events(), 0});
    }
    if (!any && longest.count() > 0) poll(waits.data(), waits.size(), static_cast<int>(longest.count()));
    return moved;
}

void TlsTransport::check_links(int party, const char* what) {
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        if (connections_[i] && connections_[i]->broken()) {
            if (const auto missed = farewell_at_end(connections_[i]->unread())) {
                fail_because_missed(names_, static_cast<int>(i), *missed);
            }
            say_farewell(static_cast<int>(i));
            fail(ErrorCode::unreachable,
                 "{} ended the run, or the connection to it broke, while '{}' of {} was due; nothing was opened after "
                 "that: start the run again on all sides",
                 names_[i], what, names_[static_cast<std::size_t>(party)]);
        }
    }
}

void TlsTransport::say_farewell(int missed) {
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        if (!connections_[i] || connections_[i]->ended() || static_cast<int>(i) == missed) continue;
        connections_[i]->send(make_farewell(static_cast<std::uint32_t>(missed)), {});
        connections_[i]->write_some();
    }
}

template <class Done>
void TlsTransport::pump_until(int party, const char* what, std::span<std::byte>* wanted, const Done& done) {
    const Connection& link = connection(party, what);
    auto deadline = Clock::now() + patience_;
    while (!done()) {
        throw_if_interrupted();
        const bool moved = pump(&link, wanted, one_wait);
        if (done()) return;
        check_links(party, what);
        if (link.ended() && !moved) {
            fail(ErrorCode::unreachable, "{} finished although '{}' was due from it; use one version on all sides",
                 names_[static_cast<std::size_t>(party)], what);
        }
        if (moved) deadline = Clock::now() + patience_;
        if (Clock::now() <= deadline) continue;
        say_farewell(party);
        const std::string& name = names_[static_cast<std::size_t>(party)];
        if (link.queued() != 0) {
            fail(ErrorCode::unreachable,
                 "{} took nothing for {} s of what is sent to it; see what holds it up, or allow more --patience", name,
                 patience_.count());
        }
        fail(ErrorCode::unreachable,
             "{} sent nothing for {} s while '{}' was due from it; see what holds it up, or allow more --patience",
             name, patience_.count(), what);
    }
}

void TlsTransport::finish(milliseconds stay) {
    flush();
    for (const auto& link : connections_) {
        if (link) link->stream().end();
    }
    const auto all_ended = [&] {
        return std::ranges::all_of(connections_, [](const auto& link) { return !link || link->ended(); });
    };
    for (const auto deadline = Clock::now() + stay; !all_ended() && Clock::now() < deadline;)
        pump(nullptr, nullptr, one_wait);
    connections_.clear();
}

}  // namespace tacit::party
