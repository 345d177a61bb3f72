// Server and client in one process, over TLS at this machine; workers are small shell scripts.
#include "tacit/service/server.hpp"

#include <array>
#include <chrono>
#include <fstream>
#include <thread>

#include "base/temporary_folder.hpp"
#include "base/throws.hpp"
#include "tacit/base/files.hpp"
#include "tacit/identity/identity.hpp"
#include "tacit/identity/pins.hpp"
#include "tacit/learn/roles.hpp"
#include "tacit/service/client.hpp"
#include "tacit/service/doctor.hpp"

namespace tacit::service {

namespace fs = std::filesystem;
using identity::Identity;
using identity::Pin;
using identity::Pins;
using testing::HasSubstr;

namespace {

const std::string checks_pass = R"(case "$*" in *--check) echo done; exit 0;; esac; )";
constexpr const char* never_ends = "sleep 1000";
constexpr const char* gives_results =
    "while [ $# -gt 1 ]; do [ $1 = --result ] && r=$2; shift; done; echo w > $r/weights.bin;"
    " echo s > $r/statistics.json; echo progress 1 2 0 1 3 4 99; echo noise; echo progress 2 2 0 1 0 4 9; echo done";
constexpr const char* fails = "echo failed \"no key in '$2/inputs.bin'\"; exit 2";
constexpr const char* dies = "kill -9 $$";

class Servers : public InTemporaryFolder {
protected:
    Servers()
        : server_identity_(Identity::create(folder_ / "server", "server")),
          alice_(Identity::create(folder_ / "alice", "alice")),
          bob_(Identity::create(folder_ / "bob", "bob")) {
        Pins pins;
        pins.add({"alice", alice_.fingerprint(), {}});
        pins.add({"bob", bob_.fingerprint(), {}});
        identity::write_pins(folder_ / "server", pins);
        options_.identity_folder = folder_ / "server";
        options_.store_folder = folder_ / "store";
        options_.address = "127.0.0.1:0";
    }
    void start(const char* script) { start_with_checks((checks_pass + script).c_str()); }
    void start_with_checks(const char* script) {
        options_.worker_command = {"/bin/sh", "-c", script, "worker"};
        server_.emplace(options_);
    }
    [[nodiscard]] Pin pin() const {
        return {"trainer", server_identity_.fingerprint(), "127.0.0.1:" + std::to_string(server_->port())};
    }
    [[nodiscard]] Client client(const Identity& identity) const { return {identity, pin()}; }
    /// The smallest job that there is.
    fs::path upload_folder() {
        const fs::path folder = folder_ / "upload";
        if (fs::exists(folder)) return folder;
        const learn::TrainingChoice choice{.recipe = {.minibatches = 1, .minibatch_size = 16}};
        static_cast<void>(learn::generate_job(choice, {}, folder_ / "private", folder));
        static_cast<void>(learn::encrypt_data(folder_ / "private", folder));
        return folder;
    }
    JobStatus wait(Client& client, const JobId& job) {
        return client.watch(job, [](const JobStatus&) {});
    }

    Identity server_identity_;
    Identity alice_;
    Identity bob_;
    ServerOptions options_;
    std::optional<Server> server_;
};

std::string text_of(const fs::path& path) {
    const auto bytes = read_file(path, 1000);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST_F(Servers, RunAJobAndHandOutItsResult) {
    start(gives_results);
    Client customer = client(alice_);
    std::uint64_t last = 0;
    const JobStatus job = customer.submit(upload_folder(), [&](std::uint64_t done, std::uint64_t total) {
        EXPECT_LE(last, done);
        EXPECT_LE(done, total);
        last = done;
    });
    std::uint64_t total = 0;
    for (const auto& file : fs::directory_iterator(upload_folder())) total += file.file_size();
    EXPECT_EQ(last, total);
    const JobStatus end = wait(customer, job.id);
    EXPECT_EQ(end.state, JobState::done) << end.reason;
    EXPECT_EQ(customer.fetch(job.id, folder_ / "result"), 4U);
    EXPECT_EQ(text_of(folder_ / "result" / "weights.bin"), "w\n");
    EXPECT_EQ(text_of(folder_ / "result" / "statistics.json"), "s\n");
    EXPECT_EQ(customer.hello().bytes_used, total + 4);
    EXPECT_EQ(customer.remove(job.id), total + 4);
    EXPECT_EQ(customer.hello().bytes_used, 0U);
    EXPECT_TRUE(customer.jobs().empty());
}

TEST_F(Servers, KeepCustomersApart) {
    start(gives_results);
    Client customer = client(alice_);
    Client other = client(bob_);
    const JobId job = customer.submit(upload_folder()).id;
    static_cast<void>(wait(customer, job));
    EXPECT_EQ(other.hello().customer, "bob");
    EXPECT_EQ(other.hello().bytes_used, 0U);
    EXPECT_TRUE(other.jobs().empty());
    expect_throws(ErrorCode::invalid_argument, "no job", [&] { return other.status(job); });
    expect_throws(ErrorCode::invalid_argument, "no job", [&] { return other.fetch(job, folder_ / "stolen"); });
    expect_throws(ErrorCode::invalid_argument, "no job", [&] { return other.cancel(job); });
    expect_throws(ErrorCode::invalid_argument, "no job", [&] { return other.remove(job); });
    EXPECT_FALSE(fs::exists(folder_ / "stolen"));
}

TEST_F(Servers, CheckAJobWhileAnotherIsTrained) {
    start_with_checks("case \"$*\" in *--check) echo failed spoiled; exit 2;; esac; sleep 1000");
    Client customer = client(alice_);
    const JobStatus job = customer.await_check(customer.submit(upload_folder()));
    EXPECT_EQ(job.state, JobState::failed);
    EXPECT_EQ(job.reason, "spoiled");
}

TEST_F(Servers, TryAgainWhatFailedByTheirOwnFault) {
    const std::string once = "if [ -e " + (folder_ / "full").string() + " ]; then rm " + (folder_ / "full").string() +
                             "; echo failed_here no space; exit 2; fi; ";
    std::ofstream(folder_ / "full") << "x";
    start((once + gives_results).c_str());
    Client customer = client(alice_);
    EXPECT_EQ(wait(customer, customer.submit(upload_folder()).id).state, JobState::done);
    EXPECT_FALSE(fs::exists(folder_ / "full"));
}

TEST_F(Servers, TellWhyAJobFailedWithoutTheirOwnFolders) {
    start(fails);
    Client customer = client(alice_);
    const JobStatus end = wait(customer, customer.submit(upload_folder()).id);
    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_EQ(end.reason, "no key in 'upload/inputs.bin'");
    expect_throws(ErrorCode::invalid_argument, "has no result", [&] { return customer.fetch(end.id, folder_ / "r"); });
}

TEST_F(Servers, GiveUpAJobWhoseWorkersDie) {
    start(dies);
    Client customer = client(alice_);
    const JobStatus end = wait(customer, customer.submit(upload_folder()).id);
    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_THAT(end.reason, HasSubstr("signal 9"));
    EXPECT_THAT(end.reason, HasSubstr("(3 times)"));
}

TEST_F(Servers, DoNotBelieveAWorkerWithoutResults) {
    start("echo done");
    Client customer = client(alice_);
    const JobStatus end = wait(customer, customer.submit(upload_folder()).id);
    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_THAT(end.reason, HasSubstr("without its files (3 times)"));
}

TEST_F(Servers, DoNotBelieveAWorkerThatMiscountsSegments) {
    start("echo needs_refresh 7");
    Client customer = client(alice_);
    EXPECT_THAT(wait(customer, customer.submit(upload_folder()).id).reason, HasSubstr("segment 7 in the place of 0"));
}

TEST_F(Servers, WaitForTheOwnerAtTheEndOfASegment) {
    start(
        "while [ $# -gt 1 ]; do [ $1 = --result ] && r=$2; shift; done; echo s > $r/state-0.bin; echo needs_refresh 0");
    Client customer = client(alice_);
    const JobId job = customer.submit(upload_folder()).id;
    while (customer.status(job).state != JobState::waiting) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    expect_throws(ErrorCode::io_failure, "holds no state of this training of 1 segments",
                  [&] { return customer.refresh(job, folder_ / "private"); });
    EXPECT_EQ(customer.cancel(job).state, JobState::cancelled);
    expect_throws(ErrorCode::invalid_argument, "is cancelled and waits for no refresh",
                  [&] { return customer.refresh(job, folder_ / "private"); });
}

TEST_F(Servers, DoNotWaitForAWorkerThatClosedItsOutput) {
    start("echo failed gone; exec >&- 2>&-; sleep 1000");
    Client customer = client(alice_);
    EXPECT_EQ(wait(customer, customer.submit(upload_folder()).id).reason, "gone");
}

TEST_F(Servers, StopARunningJobWhenItIsCancelled) {
    start(never_ends);
    Client customer = client(alice_);
    const JobId job = customer.submit(upload_folder()).id;
    while (customer.status(job).state != JobState::running) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(customer.cancel(job).state, JobState::cancelled);
    while (!fs::is_empty(folder_ / "store" / "work")) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_NE(customer.submit(upload_folder()).state, JobState::cancelled);
}

TEST_F(Servers, StopAJobWhoseSecondsAreUsedUp) {
    options_.quota.seconds = 0.2;
    start(never_ends);
    Client customer = client(alice_);
    const JobStatus end = wait(customer, customer.submit(upload_folder()).id);
    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_THAT(end.reason, HasSubstr("24 hours"));
}

TEST_F(Servers, RefuseMoreThanTheQuota) {
    options_.quota.bytes = 1000;
    start(never_ends);
    Client customer = client(alice_);
    expect_throws(ErrorCode::quota_exceeded, "tacit job remove", [&] { return customer.submit(upload_folder()); });
    options_.quota.object_bytes = 10;
    server_.reset();
    start(never_ends);
    Client again = client(alice_);
    expect_throws(ErrorCode::quota_exceeded, "1 to 10", [&] { return again.submit(upload_folder()); });
}

TEST_F(Servers, DoNotTalkToStrangers) {
    start(never_ends);
    const Identity mallory = Identity::create(folder_ / "mallory", "alice");  // names do not matter
    Client stranger = client(mallory);
    expect_throws(ErrorCode::unreachable, "tacit doctor", [&] { return stranger.hello(); });
    const std::vector<Finding> findings = diagnose(mallory, pin());
    EXPECT_EQ(findings.back().what, "customer");
    EXPECT_EQ(findings.back().verdict, Finding::Verdict::wrong);
    EXPECT_THAT(findings.back().detail, HasSubstr(identity::to_string(mallory.fingerprint())));
}

TEST_F(Servers, TrustAPinAtOnceAndNoLongerThanItIsThere) {
    start(never_ends);
    Client customer = client(alice_);
    EXPECT_EQ(customer.hello().customer, "alice");
    Pins pins = identity::read_pins(folder_ / "server");
    pins.remove("alice");
    identity::write_pins(folder_ / "server", pins);
    expect_throws(ErrorCode::untrusted_peer, "no longer pinned", [&] { return customer.hello(); });
    pins.add({"eve", alice_.fingerprint(), {}});
    identity::write_pins(folder_ / "server", pins);
    EXPECT_EQ(customer.hello().customer, "eve");
}

TEST_F(Servers, TrustNobodyIfTheirPinsAreSpoiled) {
    start(never_ends);
    Client customer = client(alice_);
    EXPECT_EQ(customer.hello().customer, "alice");
    std::ofstream(folder_ / "server" / "pins", std::ios::app) << "half a line";
    expect_throws(ErrorCode::untrusted_peer, "no longer pinned", [&] { return customer.hello(); });
}

TEST_F(Servers, AreNotTrustedWithAnotherKey) {
    start(never_ends);
    Pin wrong = pin();
    wrong.fingerprint = bob_.fingerprint();
    Client customer(alice_, wrong);
    expect_throws(ErrorCode::untrusted_peer, identity::to_string(server_identity_.fingerprint()),
                  [&] { return customer.hello(); });
    EXPECT_EQ(diagnose(alice_, wrong).back().what, "pin");
}

TEST_F(Servers, RefuseAUsedPort) {
    start(never_ends);
    ServerOptions second = options_;
    second.store_folder = folder_ / "second";
    second.address = pin().address;
    expect_throws(ErrorCode::io_failure, "choose a free port", [&] { return Server(second).port(); });
}

TEST_F(Servers, StartAJobAgainAfterTheyWereStopped) {
    start(never_ends);
    JobId job{};
    {
        Client customer = client(alice_);
        job = customer.submit(upload_folder()).id;
        while (customer.status(job).state != JobState::running) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }
    server_.reset();
    start(gives_results);
    Client customer = client(alice_);
    EXPECT_EQ(wait(customer, job).state, JobState::done);
}

TEST_F(Servers, KeepTheCheckpointOfARunThatWasStopped) {
    const std::string find_result = "while [ $# -gt 1 ]; do [ $1 = --result ] && r=$2; shift; done; ";
    start((find_result + "echo c > $r/checkpoint.bin; echo x > $r/other; sleep 1000").c_str());
    const JobId job = client(alice_).submit(upload_folder()).id;
    const fs::path work = folder_ / "store" / "work" / ("1-" + to_hex(job)) / "result";
    while (!fs::exists(work / "other")) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    server_.reset();
    EXPECT_TRUE(fs::exists(work / "checkpoint.bin"));
    start((find_result +
           "[ $(ls $r) = checkpoint.bin ] || exit 1; echo w > $r/weights.bin; echo s > $r/statistics.json;"
           " echo done")
              .c_str());
    Client customer = client(alice_);
    EXPECT_EQ(wait(customer, job).state, JobState::done);
    while (!fs::is_empty(folder_ / "store" / "work")) std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

TEST_F(Servers, AreDiagnosedStepByStep) {
    start(never_ends);
    const std::vector<Finding> good = diagnose(alice_, pin());
    std::string steps;
    for (const Finding& finding : good) {
        EXPECT_EQ(finding.verdict, Finding::Verdict::good) << finding.detail;
        steps += finding.what + " ";
    }
    EXPECT_EQ(steps, "name port TLS pin customer version clock ");
    const Pin stopped = pin();
    server_.reset();
    EXPECT_EQ(diagnose(alice_, stopped).back().what, "port");
    EXPECT_EQ(diagnose(alice_, {"x", {}, "no-such-host.invalid:1"}).back().what, "name");
    expect_throws(ErrorCode::invalid_argument, "has no address", [&] { return diagnose(alice_, {"x", {}, {}}); });
    expect_throws(ErrorCode::invalid_argument, "has no address", [&] { return Client(alice_, {"x", {}, {}}).hello(); });
}

TEST(JobIds, AreHexDigits) {
    const JobId id = parse_job_id("000102030405060708090a0b0c0d0eff").value();
    EXPECT_EQ(id[1], std::byte{1});
    EXPECT_EQ(id[15], std::byte{0xff});
    for (const char* text : {"", "00", "000102030405060708090A0B0C0D0EFF", "../../etc/passwd"}) {
        expect_throws(ErrorCode::malformed_input, "names no job", [&] { return parse_job_id(text).value(); });
    }
}

}  // namespace

}  // namespace tacit::service
