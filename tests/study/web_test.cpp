#include "tacit/study/web.hpp"

#include <algorithm>
#include <optional>
#include <thread>

#include "../base/temporary_folder.hpp"
#include "studies.hpp"
#include "study/page.hpp"
#include "tacit/base/files.hpp"
#include "tacit/study/compute.hpp"

namespace tacit::study {

namespace {

class Stores : public InTemporaryFolder {
protected:
    Stores() : made_(make_study(seeded_.rng, 3)) {
        write_file_atomically(folder_ / "wages.toml", std::as_bytes(std::span(made_.toml)));
    }
    Store create() { return Store::create(folder_ / "store", folder_ / "wages.toml"); }
    std::vector<std::byte> submission(const Invitation& invitation, std::uint64_t version) {
        Table table(made_.study);
        table.fill(0, std::vector<std::int64_t>{1, static_cast<std::int64_t>(version)});
        return make_submission(made_.study, contributor_of(invitation), version, table, seeded_.rng);
    }
    static std::string refusal(const Expected<Digest>& outcome, ErrorCode code) {
        if (outcome) return "taken";
        EXPECT_STREQ(to_string(outcome.error().code()), to_string(code));
        return outcome.error().what();
    }

    Seeded seeded_;
    Made made_;
};

/// Serves while it lives.
class Running {
public:
    explicit Running(WebServer& server) : server_(server), thread_([this] { server_.run(); }) {}
    ~Running() {
        server_.stop();
        thread_.join();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    WebServer& server_;
    std::thread thread_;
};

}  // namespace

TEST_F(Stores, AnInvitationCountsOnceAndItsNewestVersionStays) {
    const Store store = create();
    const auto invitations = store.invite(3, seeded_.rng);
    EXPECT_EQ(store.invite(2, seeded_.rng).size(), 2U);
    EXPECT_EQ(store.status(invitations[0])->version, 0U);
    EXPECT_TRUE(store.status(invitations[0])->open);
    EXPECT_TRUE(store.take(invitations[0], submission(invitations[0], 1)));
    const auto second = submission(invitations[0], 2);
    EXPECT_EQ(store.take(invitations[0], second).value(), read_header(made_.study, second)->receipt);
    EXPECT_TRUE(store.take(invitations[2], submission(invitations[2], 1)));
    EXPECT_EQ(Store(folder_ / "store").counts().submitted, 2U);
    EXPECT_EQ(store.counts().invited, 5U);
    EXPECT_EQ(store.status(invitations[0])->version, 2U);
    store.close(folder_ / "out");
    for (std::size_t server = 0; server < 3; ++server) {
        const auto bundle = read_file(folder_ / "out" / ("server" + std::to_string(server + 1) + ".bundle"), 1 << 20);
        const auto parts = parts_of_bundle(made_.study, server, bundle).value();
        EXPECT_EQ(parts.size(), 2 * part_bytes(made_.study));
        const auto kept = part_for(made_.study, second, server);
        EXPECT_NE(std::ranges::search(parts, kept).begin(), parts.end());
    }
}

TEST_F(Stores, ReplaysOthersSubmissionsAndStrangersAreRefused) {
    const Store store = create();
    const auto invitations = store.invite(2, seeded_.rng);
    const auto first = submission(invitations[0], 1);
    EXPECT_TRUE(store.take(invitations[0], first));
    const auto replayed = refusal(store.take(invitations[0], first), ErrorCode::protocol_violation);
    EXPECT_THAT(replayed, testing::HasSubstr("version 1 of a table of which version 1 is here"));
    const auto jump = refusal(store.take(invitations[0], submission(invitations[0], 9)), ErrorCode::protocol_violation);
    EXPECT_THAT(jump, testing::HasSubstr("version 9"));
    const auto other = refusal(store.take(invitations[1], first), ErrorCode::malformed_input);
    EXPECT_THAT(other, testing::HasSubstr("another contributor's"));
    const auto cut = std::span(first).first(part_bytes(made_.study));
    EXPECT_THAT(refusal(store.take(invitations[0], cut), ErrorCode::malformed_input), testing::HasSubstr("not whole"));
    const auto stranger = refusal(store.take(Invitation{}, first), ErrorCode::untrusted_peer);
    EXPECT_THAT(stranger, testing::HasSubstr("no invitation"));
    store.close(folder_ / "out");
    EXPECT_FALSE(store.status(invitations[1])->open);
    const auto late = refusal(store.take(invitations[1], submission(invitations[1], 1)), ErrorCode::budget_exceeded);
    EXPECT_THAT(late, testing::HasSubstr("closed"));
    expect_throws(ErrorCode::budget_exceeded, "is closed", [&] { return store.invite(1, seeded_.rng).size(); });
}

TEST_F(Stores, PastTheDeadlineNothingIsTaken) {
    made_.toml.replace(made_.toml.find("2999"), 4, "2020");
    write_file_atomically(folder_ / "wages.toml", std::as_bytes(std::span(made_.toml)));
    made_.study = parse_study(made_.toml).value();
    const Store store = create();
    const auto one = store.invite(1, seeded_.rng).front();
    EXPECT_FALSE(store.status(one)->open);
    EXPECT_THAT(refusal(store.take(one, submission(one, 1)), ErrorCode::budget_exceeded), testing::HasSubstr("closed"));
}

TEST_F(Stores, FoldersAndNumbersOfInvitationsThatCannotBeAreRefused) {
    const Store store = create();
    expect_throws(ErrorCode::invalid_argument, "has a study already", [&] { return create().counts().invited; });
    expect_throws(ErrorCode::quota_exceeded, "most = 1000", [&] { return store.invite(1001, seeded_.rng).size(); });
    expect_throws(ErrorCode::io_failure, "none", [&] { return Store(folder_ / "none").counts().invited; });
}

TEST_F(Stores, AStudyIsSettledWithOneSetOfContributors) {
    const auto record = folder_ / "record";
    const Digest first{std::byte{1}};
    const Digest second{std::byte{2}};
    settle(record, made_.study, first);
    settle(record, made_.study, first);
    const auto settles = [&](const Study& study, const Digest& contributors) {
        settle(record, study, contributors);
        return 0;
    };
    expect_throws(ErrorCode::budget_exceeded, "with other contributors", [&] { return settles(made_.study, second); });
    Study other = made_.study;
    other.title = "Another";
    EXPECT_EQ(settles(other, second), 0);
    expect_throws(ErrorCode::budget_exceeded, "with other contributors", [&] { return settles(other, first); });
    write_file_atomically(record, std::as_bytes(std::span(std::string_view("damaged"))), FileMode::owner_only);
    expect_throws(ErrorCode::malformed_input, "no record", [&] { return settles(other, second); });
    const std::string line = std::string(2 * 64 + 1, 'a') + "\n";  // as long, without the space
    write_file_atomically(record, std::as_bytes(std::span(line)), FileMode::owner_only);
    expect_throws(ErrorCode::malformed_input, "no record", [&] { return settles(other, second); });
}

TEST_F(Stores, TheClientHandsInThroughTheServerAndHearsRefusals) {
    const Store store = create();
    const auto invitation = store.invite(1, seeded_.rng).front();
    WebServer server = WebServer::plain_on_loopback(store, 0);
    std::optional<Running> running(std::in_place, server);
    const Link link{.base = "http://127.0.0.1:" + std::to_string(server.port()), .invitation = invitation};
    Table table(made_.study);
    table.fill(3, std::vector<std::int64_t>{5, 6});
    EXPECT_EQ(submit(made_.study, link, table, {}, seeded_.rng).version, 1U);
    EXPECT_EQ(submit(made_.study, link, table, {}, seeded_.rng).version, 2U);
    const Link stranger{.base = link.base, .invitation = {}};
    expect_throws(ErrorCode::protocol_violation, "status 403: this link is no invitation",
                  [&] { return submit(made_.study, stranger, table, {}, seeded_.rng).version; });
    Study other = made_.study;
    other.title = "Another";
    expect_throws(ErrorCode::protocol_violation, "status 400: a submission to another study",
                  [&] { return submit(other, link, table, {}, seeded_.rng).version; });
    const Link plain{.base = "http://127.0.0.1.example:80", .invitation = invitation};
    expect_throws(ErrorCode::invalid_argument, "is not encrypted",
                  [&] { return submit(made_.study, plain, table, {}, seeded_.rng).version; });
    expect_throws(ErrorCode::unreachable, "is the port taken",
                  [&] { return WebServer::plain_on_loopback(store, server.port()).port(); });
    running.reset();
    expect_throws(ErrorCode::unreachable, "does not answer",
                  [&] { return submit(made_.study, link, table, {}, seeded_.rng).version; });
    expect_throws(ErrorCode::invalid_argument, "not a certificate and its key", [&] {
        return WebServer(store, {.host = "127.0.0.1", .port = 0, .certificate = folder_ / "a", .key = folder_ / "b"})
            .port();
    });
}

TEST(StudyPage, LoadsNothingFromElsewhereAndHoldsNoCodeInMarkup) {
    const std::string_view html = page::html();
    EXPECT_THAT(std::string(html), testing::StartsWith("<!doctype html>"));
    for (const std::string_view text : {html, page::script(), page::style()}) {
        EXPECT_FALSE(text.empty());
        for (const char* never : {"//cdn", "http://", "https://", "innerHTML", "eval(", "onclick", "style="}) {
            EXPECT_EQ(text.find(never), std::string_view::npos) << never;
        }
    }
    EXPECT_EQ(std::count(html.begin(), html.end(), '\0'), 0);
}

}  // namespace tacit::study
