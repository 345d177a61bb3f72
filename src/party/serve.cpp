#include "tacit/party/serve.hpp"

#include <algorithm>
#include <future>
#include <list>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

#include "base/fail.hpp"
#include "party/callers.hpp"
#include "party/connection.hpp"
#include "party/greeting.hpp"
#include "tacit/base/interrupt.hpp"

namespace tacit::party {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_waiting = 4;           ///< connections of one client
constexpr std::size_t most_waiting_in_all = 256;  ///< so that descriptors do not run out
constexpr std::size_t most_before_a_greeting = 4096;
constexpr int one_wait_ms = 50;

}  // namespace

/// Lets clients in and gives each its session.
class Reception {
public:
    Reception(const Roster& roster, const identity::Identity& identity, const Plan& plan, const ServeOptions& options,
              const ServeClient& serve, const ClientFailed& failed)
        : roster_(roster),
          plan_(plan),
          options_(options),
          serve_(serve),
          failed_(failed),
          members_(computing(roster)),
          self_(position(members_, identity)),
          context_(identity::make_tls_context(identity)),
          callers_(require_address(members_[self_]), context_) {}

    void run() {
        const auto deadline = Clock::now() + options_.patience.to_meet;
        while (!options_.stop.stop_requested() && !interruption_requested()) {
            callers_.advance([&](identity::TlsStream stream, const auto& key) { welcome(std::move(stream), key); });
            drop_gone();
            begin_sessions();
            std::erase_if(running_, [](const Running& one) { return one.is_over(); });
            if (options_.once && served_ == 1) break;
            if (options_.once && Clock::now() > deadline) {
                fail(ErrorCode::unreachable,
                     "no client came to {} within {} s; `tacit mpc doctor` on both sides says more",
                     members_[self_].address, options_.patience.to_meet.count());
            }
            wait();
        }
        running_.clear();  // waits for them
        if (only_error_) throw Error(*only_error_);
        if (options_.once) throw_if_interrupted();
    }

private:
    struct Waiting {
        std::size_t client;
        std::unique_ptr<Connection> connection;
    };
    struct Running {
        std::size_t client;
        std::future<void> done;
        [[nodiscard]] bool is_over() const {
            return done.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
        }
    };

    void welcome(identity::TlsStream stream, const identity::Fingerprint& key) {
        const auto at = std::ranges::find(members_, key, &Member::pin);
        const auto client = static_cast<std::size_t>(at - members_.begin());
        if (at == members_.end() || client == self_ || waiting_.size() == most_waiting_in_all) return;
        if (std::cmp_greater_equal(std::ranges::count(waiting_, client, &Waiting::client), most_waiting)) return;
        waiting_.push_back({client, std::make_unique<Connection>(std::move(stream))});
    }
    /// Also whoever says more than a greeting before it was greeted.
    void drop_gone() {
        std::erase_if(waiting_, [](const Waiting& one) {
            one.connection->read_some();
            return one.connection->ended() || one.connection->unread().size() > most_before_a_greeting;
        });
    }
    void begin_sessions() {
        for (auto at = waiting_.begin(); at != waiting_.end() && running_.size() < options_.at_once;) {
            if (std::ranges::count(running_, at->client, &Running::client) != 0) {
                ++at;
                continue;
            }
            running_.push_back(
                {at->client, std::async(std::launch::async,
                                        [this, client = at->client, connection = std::move(at->connection)]() mutable {
                                            attend(client, std::move(connection));
                                        })});
            at = waiting_.erase(at);
            if (++served_ == 1 && options_.once) return;
        }
    }
    /// In a thread of its own.
    void attend(std::size_t client, std::unique_ptr<Connection> connection) {
        const std::vector<Member> both{members_[self_], members_[client]};
        std::vector<std::unique_ptr<Connection>> connections(2);
        connections[1] = std::move(connection);
        try {
            Session session =
                Session::begin(roster_, both, 0, std::move(connections), plan_, options_.patience.to_go_on);
            serve_(session, both[1]);
        } catch (const Error& error) {
            report(both[1], error);
        } catch (const std::bad_alloc&) {
            report(both[1],
                   Error(ErrorCode::quota_exceeded, "out of memory in this session; ask for fewer rows at once"));
        }
    }
    void report(const Member& client, const Error& error) {
        const std::lock_guard lock(reporting_);
        if (options_.once) {
            only_error_ = error;
        } else {
            failed_(client, error);
        }
    }
    void wait() {
        std::vector<pollfd> waits;
        callers_.add_waits(waits);
        poll(waits.data(), waits.size(), one_wait_ms);
    }

    const Roster& roster_;
    const Plan& plan_;
    const ServeOptions& options_;
    const ServeClient& serve_;
    const ClientFailed& failed_;
    std::vector<Member> members_;
    std::size_t self_;
    identity::TlsContext context_;
    Callers callers_;
    std::list<Waiting> waiting_;
    std::mutex reporting_;
    std::optional<Error> only_error_;
    std::size_t served_ = 0;
    std::list<Running> running_;  ///< goes first: its threads use the rest
};

void serve_clients(const Roster& roster, const identity::Identity& identity, const Plan& plan,
                   const ServeOptions& options, const ServeClient& serve, const ClientFailed& failed) {
    Reception(roster, identity, plan, options, serve, failed).run();
}

}  // namespace tacit::party
