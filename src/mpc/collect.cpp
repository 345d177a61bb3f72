#include "tacit/mpc/collect.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "base/fail.hpp"
#include "tacit/base/bytes.hpp"
#include "tacit/base/int128.hpp"
#include "tacit/base/secret.hpp"
#include "tacit/mpc/secret_vector.hpp"
#include "tacit/party/agreement.hpp"

namespace tacit::mpc {

namespace {

constexpr party::MessageType count_type{0x0141, "number of contributors"};
constexpr party::MessageType list_type{0x0142, "list of contributors"};
constexpr std::size_t most_entries = std::size_t{1} << 16;
constexpr std::size_t listed_bytes = 24;  ///< contributor and version

/// What a sealed share is bound to.
std::vector<std::byte> place_of(const Digest& task, const ContributorId& contributor, std::uint64_t version,
                                std::size_t server) {
    ByteWriter out;
    out.string("tacit collection 1");
    out.bytes(task);
    out.bytes(contributor);
    out.u64(version);
    out.u64(server);
    return std::move(out).take();
}

std::size_t share_bytes(const CollectionTask& task, int server) {
    return server == 0 ? 8 * task.entries.size() : sizeof(Seed);
}

std::vector<std::uint64_t> expand(std::span<const std::byte> seed_bytes, std::size_t entries) {
    Seed seed{};
    std::ranges::copy(seed_bytes, seed.begin());
    std::vector<std::uint64_t> words(entries);
    Rng(seed).fill(std::span<std::uint64_t>(words));
    wipe(seed);
    return words;
}

}  // namespace

void CollectionTask::check() const {
    if (entries.empty() || entries.size() > most_entries) {
        fail(ErrorCode::invalid_argument, "a task with {} entries; 1 to {} fit", entries.size(), most_entries);
    }
    if (low > high) fail(ErrorCode::invalid_argument, "no value lies between {} and {}", low, high);
    if (fewest < 3 || most < fewest || most > (std::uint64_t{1} << 32)) {
        fail(ErrorCode::invalid_argument,
             "{} to {} contributors; fewer than 3 would learn each other's values, and 2^32 are the most", fewest,
             most);
    }
    const Int128 bound = std::max(static_cast<Int128>(high), -static_cast<Int128>(low));
    if (bound * static_cast<Int128>(most) > INT64_MAX) {
        fail(ErrorCode::invalid_argument, "sums of {} values from {} to {} can pass 2^63; use a coarser unit", most,
             low, high);
    }
    if (servers.size() < 2 || std::set(servers.begin(), servers.end()).size() != servers.size()) {
        fail(ErrorCode::invalid_argument, "{} servers; 2 or more with keys of their own must share the values",
             servers.size());
    }
}

Digest CollectionTask::hash() const {
    ByteWriter out;
    out.string("tacit collection task 1");
    out.string(name);
    out.u64(entries.size());
    for (const std::string& entry : entries) out.string(entry);
    out.i64(low);
    out.i64(high);
    out.u64(fewest);
    out.u64(most);
    for (const party::SealingPublicKey& key : servers) out.bytes(key);
    Hasher hasher;
    hasher.update(std::move(out).take());
    return hasher.finish();
}

std::vector<std::vector<std::byte>> make_submission(const CollectionTask& task, const ContributorId& contributor,
                                                    std::uint64_t version, std::span<const std::int64_t> values,
                                                    Rng& rng) {
    task.check();
    if (values.size() != task.entries.size()) {
        fail(ErrorCode::invalid_argument, "{} values where the task has {} entries", values.size(),
             task.entries.size());
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] >= task.low && values[i] <= task.high) continue;
        fail(ErrorCode::invalid_argument, "'{}' is outside {} to {}; mend it", task.entries[i], task.low, task.high);
    }
    SecretVector<std::uint64_t> first(values.begin(), values.end());
    std::vector<std::vector<std::byte>> messages;
    const Digest hash = task.hash();
    const auto write = [&](std::size_t server, std::span<const std::byte> share) {
        ByteWriter out;
        out.bytes(contributor);
        out.u64(version);
        out.bytes(party::seal(task.servers[server], share, place_of(hash, contributor, version, server), rng));
        messages.push_back(std::move(out).take());
    };
    messages.emplace_back();
    for (std::size_t server = 1; server < task.servers.size(); ++server) {
        Seed seed = rng.new_seed();
        const auto words = expand(seed, values.size());
        for (std::size_t i = 0; i < words.size(); ++i) first[i] -= words[i];
        write(server, seed);
        wipe(seed);
    }
    write(0, std::as_bytes(std::span(first)));
    std::swap(messages.front(), messages.back());
    messages.pop_back();
    return messages;
}

Collection::Collection(CollectionTask task, int server, party::SealingKey key)
    : task_(std::move(task)), task_hash_(task_.hash()), server_(server), key_(std::move(key)) {
    task_.check();
    const auto index = static_cast<std::size_t>(server);
    if (server < 0 || index >= task_.servers.size() || task_.servers[index] != key_.public_key()) {
        fail(ErrorCode::invalid_argument, "this key is not that of server {} of the task; use the right key", server);
    }
}

Expected<bool> Collection::add(std::span<const std::byte> message) {
    return catching([&]() -> Expected<bool> {
        ByteReader in(message);
        ContributorId contributor{};
        in.bytes(std::span<std::byte>(contributor), "the contributor");
        const std::uint64_t version = in.u64("the version");
        const std::size_t due = share_bytes(task_, server_);
        const auto sealed = in.bytes(due + party::sealing_overhead_bytes, "a sealed share");
        in.expect_end();
        const auto at = reports_.find(contributor);
        if (at != reports_.end() && at->second.version >= version) return false;
        auto share =
            party::unseal(key_, sealed, place_of(task_hash_, contributor, version, static_cast<std::size_t>(server_)));
        if (!share) return share.error();
        if (closed_ || (at == reports_.end() && reports_.size() >= task_.most)) {
            return Error(ErrorCode::budget_exceeded, "the collection is closed or full; nothing was taken");
        }
        if (at != reports_.end()) wipe(at->second.share);
        reports_.insert_or_assign(contributor, Report{version, *std::move(share)});
        return true;
    });
}

/// Drops whom the other server does not have in the same version.
void Collection::subtract_missing(const std::vector<std::byte>& theirs) {
    std::map<ContributorId, std::uint64_t> versions;
    ByteReader in(theirs);
    while (in.remaining() != 0) {
        ContributorId contributor{};
        in.bytes(std::span<std::byte>(contributor));
        versions[contributor] = in.u64();
    }
    for (auto entry = reports_.begin(); entry != reports_.end();) {
        const auto at = versions.find(entry->first);
        if (at != versions.end() && at->second == entry->second.version) {
            ++entry;
            continue;
        }
        wipe(entry->second.share);
        entry = reports_.erase(entry);
    }
}

std::vector<std::uint64_t> Collection::add_shares() const {
    std::vector<std::uint64_t> total(task_.entries.size());
    for (const auto& [contributor, report] : reports_) {
        std::vector<std::uint64_t> words(total.size());
        if (server_ == 0) std::memcpy(words.data(), report.share.data(), report.share.size());
        if (server_ != 0) words = expand(report.share, total.size());
        for (std::size_t i = 0; i < total.size(); ++i) total[i] += words[i];
    }
    return total;
}

Collection::Total Collection::open(party::Party& party) {
    if (party.index() != server_ || party.count() != static_cast<int>(task_.servers.size())) {
        fail(ErrorCode::invalid_argument, "server {} of {} is party {} of {}; give the roster the task's order",
             server_, task_.servers.size(), party.index(), party.count());
    }
    if (std::exchange(closed_, true)) {
        fail(ErrorCode::budget_exceeded, "this collection was opened before; begin a new task");
    }
    party::confirm_equal(party, "collection task", task_hash_);
    ByteWriter list;
    for (const auto& [contributor, report] : reports_) {
        list.bytes(contributor);
        list.u64(report.version);
    }
    const auto mine = std::move(list).take();
    const std::uint64_t held = reports_.size();
    party.send_to_others(count_type, held);
    party.send_to_others(list_type, mine);
    for (const int other : party.others()) {
        const auto count = party.receive<std::uint64_t>(other, count_type);
        if (count > task_.most) party.accuse(other, "has more contributors than the task allows");
        subtract_missing(party.receive<std::byte>(other, list_type, listed_bytes * count));
    }
    if (reports_.size() < task_.fewest) {
        fail(ErrorCode::budget_exceeded, "{} contributors reached all servers, and the task opens from {} on",
             reports_.size(), task_.fewest);
    }
    const auto share = add_shares();
    const auto opened = party::commit_then_open(party, "collection", std::as_bytes(std::span(share)));
    Total total{.contributors = reports_.size(), .dropped = held - reports_.size(), .sums = {}};
    std::vector<std::uint64_t> sums(share.size());
    for (const auto& bytes : opened) {
        for (std::size_t i = 0; i < sums.size(); ++i) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes.data() + 8 * i, 8);
            sums[i] += word;
        }
    }
    total.sums.assign(sums.begin(), sums.end());
    return total;
}

}  // namespace tacit::mpc
