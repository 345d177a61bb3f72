#include "mpc_study.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "mpc_shares.hpp"
#include "output.hpp"
#include "tacit/base/files.hpp"
#include "tacit/study/compute.hpp"
#include "tacit/study/web.hpp"

namespace tacit::app::mpc {

namespace {

using namespace tacit::study;

constexpr std::uint64_t largest_share_bytes = std::uint64_t{1} << 28;

std::string deadline_text(const Study& study) {
    return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(study.deadline.time_since_epoch().count()));
}

void write_text(const fs::path& path, const std::string& text) {
    write_file_atomically(path, std::as_bytes(std::span(text)), FileMode::owner_only);
}

void check_address(const std::string& address) {
    if (parse_link(address + "/#00000000000000000000000000000000")) return;
    throw Error(ErrorCode::invalid_argument,
                fmt::format("'{}' is no address of a study; it looks like https://host:port, without a path", address));
}

/// Throws parameter_mismatch unless the roster has the study's servers in the same order.
void check_roster(const Study& study, const party::Roster& roster) {
    const std::vector<party::Member> parties = party::computing(roster);
    const bool same = std::ranges::equal(parties, study.servers, {}, &party::Member::name, &Server::name);
    if (same) return;
    std::vector<std::string> names;
    for (const Server& server : study.servers) names.push_back(server.name);
    throw Error(ErrorCode::parameter_mismatch,
                fmt::format("the servers of study '{}' are {}; the roster's parties that compute must be these, in "
                            "this order",
                            study.name, fmt::join(names, ", ")));
}

}  // namespace

void study_key(const fs::path& out) {
    Rng rng = Rng::from_system();
    const auto key = party::SealingKey::create(rng);
    party::write_sealing_key(out, key);
    print_step("key", fmt::format("public {}\nsecret -> {}, which stays here", to_hex(key.public_key()), out.string()));
}

void study_show(const fs::path& description) {
    const Study study = read_study(description);
    std::string text =
        fmt::format("'{}', {}; everybody must see the same number\n{} cells of {} columns, open until {}", study.name,
                    number_of(study), study.cells(), study.columns.size(), deadline_text(study));
    text += fmt::format("\nnothing is shown of fewer than {} contributors", study.fewest);
    for (const Server& server : study.servers) text += fmt::format("\nserver {} {}", server.name, to_hex(server.key));
    text += fmt::format("\nanalyst {}\n{}", to_hex(study.analyst),
                        study.servers.size() == 3
                            ? "three servers: safe if each follows the protocol and no two work together"
                            : "four servers: safe if no two work together, whatever one of them does");
    print_step("study", text);
}

void study_create(const StudyFolderOptions& options) {
    const Store store = Store::create(options.folder, options.description);
    print_step("create",
               fmt::format("'{}', {} -> {}", store.study().name, number_of(store.study()), options.folder.string()));
}

void study_invite(const StudyFolderOptions& options) {
    check_address(options.address);
    const Store store(options.folder);
    Rng rng = Rng::from_system();
    std::string links;
    for (const Invitation& one : store.invite(options.count, rng)) {
        links += to_text(Link{.base = options.address, .invitation = one}) + "\n";
    }
    write_text(options.out, links);
    print_step("invite", fmt::format("{} links, each for one contributor -> {}; with them tell study number {}",
                                     count_text(options.count), options.out.string(), number_of(store.study())));
}

void study_status(const StudyFolderOptions& options) {
    const Store store(options.folder);
    const auto counts = store.counts();
    print_step("status", fmt::format("{} of {} invited have handed in a table; {}", count_text(counts.submitted),
                                     count_text(counts.invited),
                                     counts.closed ? "closed" : "open until " + deadline_text(store.study())));
}

void study_close(const StudyFolderOptions& options) {
    const Store store(options.folder);
    store.close(options.out);
    std::string text = fmt::format("{} tables; nothing more is taken in", count_text(store.counts().submitted));
    for (const Server& server : store.study().servers) {
        text += fmt::format("\n{} gets {}", server.name, (options.out / (server.name + ".bundle")).string());
    }
    print_step("close", text);
}

void study_serve(const StudyServeOptions& options) {
    const Store store(options.folder);
    if (!options.plain_on_loopback && (options.certificate.empty() || options.key.empty())) {
        throw Error(ErrorCode::invalid_argument,
                    "--certificate and --key are missing; only --plain-on-loopback goes "
                    "without");
    }
    WebServer server =
        options.plain_on_loopback
            ? WebServer::plain_on_loopback(store, options.port)
            : WebServer(
                  store,
                  {.host = options.host, .port = options.port, .certificate = options.certificate, .key = options.key});
    print_step("serve", fmt::format("'{}', {} at port {}{}", store.study().name, number_of(store.study()),
                                    server.port(), options.plain_on_loopback ? " of 127.0.0.1, unencrypted" : ""));
    std::fflush(stdout);
    server.run();
}

void study_submit(const StudySubmitOptions& options) {
    const Study study = read_study(options.description);
    const Link link = parse_link(options.link).value();
    const Table table = read_table(study, options.table);
    Rng rng = Rng::from_system();
    const Receipt receipt = submit(study, link, table, options.authorities, rng);
    print_step("submit", fmt::format("{} cells, version {}\nreceipt {}", table.filled(), receipt.version,
                                     to_hex(receipt.receipt)));
}

void study_compute(const StudyComputeOptions& options) {
    const Study study = read_study(options.description);
    const party::Roster roster = party::read_roster(options.session.roster);
    check_roster(study, roster);
    const auto server = static_cast<std::size_t>(place_of(roster, options.session.identity_folder).party);
    const party::SealingKey key = party::read_sealing_key(options.key);
    const MappedFile bundle = MappedFile::open(options.bundle);
    const auto parts = parts_of_bundle(study, server, bundle.bytes()).value();
    fs::path record = options.key;
    record += ".studies";
    party::Session session =
        open_session(options.session, roster, {.program = "study/1", .parameters = to_hex(study.hash())});
    const Outcome outcome = compute(session.party(), study, key, parts,
                                    [&](const Digest& contributors) { settle(record, study, contributors); });
    session.finish();
    write_file_atomically(options.out, outcome.result, FileMode::owner_only);
    if (!options.receipts.empty()) {
        std::string lines;
        for (const Digest& receipt : outcome.receipts) lines += to_hex(receipt) + "\n";
        write_text(options.receipts, lines);
    }
    print_step("compute", fmt::format("{} contributors, {} missing elsewhere or unreadable, {} with tables that are "
                                      "none\n{} entries shown, sealed to the analyst -> {}\n{} sent",
                                      count_text(outcome.contributors), outcome.missing, outcome.invalid, outcome.shown,
                                      options.out.string(), bytes_text(session.party().traffic().bytes_sent)));
}

void study_result(const StudyResultOptions& options) {
    const Study study = read_study(options.description);
    const party::SealingKey key = party::read_sealing_key(options.key);
    std::vector<std::vector<std::byte>> shares;
    for (const fs::path& path : options.shares) shares.push_back(read_file(path, largest_share_bytes));
    const Result result = open_result(study, key, shares).value();
    const std::string text = options.json ? to_json(study, result) + "\n" : to_csv(study, result);
    if (options.out.empty()) {
        fmt::print("{}", text);
        return;
    }
    write_text(options.out, text);
    print_step("result", fmt::format("{} contributors, {} with tables that are none; {} of {} entries shown -> {}",
                                     count_text(result.contributors), result.invalid,
                                     std::ranges::count_if(result.entries, [](const auto& e) { return e.has_value(); }),
                                     result.entries.size(), options.out.string()));
}

}  // namespace tacit::app::mpc
