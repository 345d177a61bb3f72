#include "tacit/study/compute.hpp"

#include <algorithm>
#include <map>

#include "base/fail.hpp"
#include "study/result.hpp"
#include "study/tally.hpp"
#include "tacit/base/bytes.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/party/agreement.hpp"

namespace tacit::study {

namespace {

using mpc::Numbers;

constexpr party::MessageType count_type{0x0701, "number of contributors"};
constexpr party::MessageType list_type{0x0702, "list of contributors"};
constexpr std::size_t listed_bytes = sizeof(ContributorId) + 8 + sizeof(Digest);
constexpr std::uint32_t bundle_magic = 0x31425354;  // "TSB1"
constexpr std::size_t batch_numbers = std::size_t{1} << 18;

struct Submitted {
    Header header;
    std::span<const std::byte> part;
};
using Submissions = std::map<ContributorId, Submitted>;

/// The newest submission of each contributor, of those that open.
Submissions read_parts(const Study& study, std::size_t server, const party::SealingKey& key,
                       std::span<const std::byte> parts) {
    Submissions newest;
    const std::size_t size = part_bytes(study);
    for (; parts.size() >= size; parts = parts.subspan(size)) {
        throw_if_interrupted();
        const auto part = parts.first(size);
        const auto header = read_header(study, part);
        if (!header) continue;
        const auto at = newest.find(header->contributor);
        if (at != newest.end() && at->second.header.version >= header->version) continue;
        if (open_part(study, server, key, part)) newest.insert_or_assign(header->contributor, Submitted{*header, part});
    }
    return newest;
}

std::vector<std::byte> to_list(const Submissions& submissions) {
    ByteWriter out;
    for (const auto& [contributor, submitted] : submissions) {
        out.bytes(contributor);
        out.u64(submitted.header.version);
        out.bytes(submitted.header.receipt);
    }
    return std::move(out).take();
}

/// Keeps what the other server has too, under the same receipt.
void intersect(Submissions& mine, std::span<const std::byte> theirs) {
    std::map<ContributorId, Digest> receipts;
    ByteReader in(theirs);
    while (in.remaining() != 0) {
        ContributorId contributor{};
        in.bytes(std::span<std::byte>(contributor));
        static_cast<void>(in.u64());
        in.bytes(std::span<std::byte>(receipts[contributor]));
    }
    std::erase_if(mine, [&](const auto& one) {
        const auto at = receipts.find(one.first);
        return at == receipts.end() || at->second != one.second.header.receipt;
    });
}

/// Leaves what all servers have. Returns a hash of study and contributors, the same for all.
Digest agree(party::Party& me, const Study& study, Submissions& submissions) {
    party::confirm_equal(me, "study", study.hash());
    const std::vector<std::byte> mine = to_list(submissions);
    me.send_to_others(count_type, static_cast<std::uint64_t>(submissions.size()));
    me.send_to_others(list_type, mine);
    for (const int other : me.others()) {
        const auto count = me.receive<std::uint64_t>(other, count_type);
        if (count > study.most) me.accuse(other, "has more contributors than the study allows");
        intersect(submissions, me.receive<std::byte>(other, list_type, listed_bytes * count));
    }
    Hasher hasher;
    hasher.update(study.hash());
    hasher.update(to_list(submissions));
    const Digest agreed = hasher.finish();
    party::confirm_equal(me, "contributors", agreed);
    if (submissions.size() < study.fewest) {
        fail(ErrorCode::budget_exceeded, "{} contributors reached all servers, and the study shows nothing below {}",
             submissions.size(), study.fewest);
    }
    return agreed;
}

/// The shares of all tables, a batch at a time.
class Tables {
public:
    Tables(const Study& study, std::size_t server, const party::SealingKey& key, const Submissions& submissions)
        : study_(study), server_(server), key_(key) {
        for (const auto& [contributor, submitted] : submissions) parts_.push_back(submitted.part);
        // Margins take each cell once for every choice of groups.
        const std::size_t numbers = std::max(2 * study.words(), study.cells() << study.groups.size());
        lanes_ = std::max<std::size_t>(1, batch_numbers / numbers / 64) * 64;
        lanes_ = std::min(lanes_, (parts_.size() + 63) / 64 * 64);
    }

    template <class Visit>
    void visit(const Visit& visit) const {
        for (std::size_t first = 0; first < parts_.size(); first += lanes_) {
            throw_if_interrupted();
            const std::size_t count = std::min(lanes_, parts_.size() - first);
            visit(load(std::span(parts_).subspan(first, count)), count);
        }
    }

private:
    [[nodiscard]] Batch load(std::span<const std::span<const std::byte>> parts) const {
        Batch batch{.words = {.parts = {}, .size = study_.words() * lanes_}, .lanes = lanes_};
        for (std::size_t m = 0; m < study_.servers.size(); ++m) {
            if (m != server_) batch.words.parts[m].resize(batch.words.size);
        }
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const mpc::Components components = open_part(study_, server_, key_, parts[i]).value();
            for (std::size_t m = 0; m < components.size(); ++m) {
                for (std::size_t w = 0; w < components[m].size(); ++w) {
                    batch.words.parts[m][w * lanes_ + i] = components[m][w];
                }
            }
        }
        return batch;
    }

    const Study& study_;
    std::size_t server_;
    const party::SealingKey& key_;
    std::vector<std::span<const std::byte>> parts_;
    std::size_t lanes_;
};

void add(Numbers& total, const Numbers& more) {
    if (total.size == 0)
        total = more;
    else
        total += more;
}

/// Everything about the tables that is known in shares, and which of them are valid.
struct Totals {
    Numbers sums;    ///< as add_up()
    Numbers counts;  ///< contributors by entry
    std::uint64_t invalid = 0;
};

Totals add_tables(mpc::Replicated& ring, const Study& study, const Cube& cube, const Tables& tables) {
    std::vector<std::vector<std::size_t>> entries;
    for (std::size_t entry = 0; entry < cube.entries(); ++entry) entries.push_back(cube.cells_of(entry));
    Totals totals;
    tables.visit([&](Batch batch, std::size_t count) {
        const std::vector<bool> valid = find_valid(ring, study, batch);
        totals.invalid += static_cast<std::uint64_t>(
            std::count(valid.begin(), valid.begin() + static_cast<std::ptrdiff_t>(count), false));
        leave_out(batch, valid);
        add(totals.sums, add_up(ring, study, batch));
        add(totals.counts, count_contributors(ring, batch, entries));
    });
    return totals;
}

/// Contributors, then the sum of each column, of every entry that is shown.
Numbers pick_shown(const Study& study, const Cube& cube, const Totals& totals, const std::vector<bool>& shown) {
    const std::size_t cells = study.cells();
    const std::size_t columns = study.columns.size();
    Numbers out;
    for (std::size_t m = 0; m < study.servers.size(); ++m) {
        const auto& sums = totals.sums.parts[m];
        if (sums.empty()) continue;
        auto& to = out.parts[m];
        for (std::size_t entry = 0; entry < cube.entries(); ++entry) {
            if (!shown[entry]) continue;
            to.push_back(totals.counts.parts[m][entry]);
            for (std::size_t k = 0; k < columns; ++k) {
                const auto low = static_cast<std::uint64_t>(study.columns[k].low);
                std::uint64_t sum = 0;
                for (const std::size_t cell : cube.cells_of(entry)) {
                    sum += sums[(1 + k) * cells + cell] + low * sums[cell];
                }
                to.push_back(sum);
            }
        }
        out.size = to.size();
    }
    return out;
}

}  // namespace

std::vector<std::byte> bundle_header(const Study& study, std::size_t server, std::uint64_t count) {
    ByteWriter out;
    out.u32(bundle_magic);
    out.bytes(study.hash());
    out.u32(static_cast<std::uint32_t>(server));
    out.u64(count);
    return std::move(out).take();
}

Expected<std::span<const std::byte>> parts_of_bundle(const Study& study, std::size_t server,
                                                     std::span<const std::byte> bundle) {
    return catching([&]() -> Expected<std::span<const std::byte>> {
        ByteReader in(bundle);
        Digest hash{};
        if (in.u32("the mark of a bundle") != bundle_magic) {
            fail(ErrorCode::malformed_input, "these bytes are no bundle of submissions; it begins with TSB1");
        }
        in.bytes(std::span<std::byte>(hash), "the study");
        if (hash != study.hash())
            fail(ErrorCode::malformed_input, "a bundle of another study, or another version of it");
        const std::uint32_t found = in.u32("the server");
        if (found != server) {
            fail(ErrorCode::malformed_input, "a bundle for server {} where that for {} is due", found, server);
        }
        const std::uint64_t count = in.bounded("the number of submissions", study.most);
        const auto parts = in.bytes(count * part_bytes(study), "the submissions");
        in.expect_end();
        return parts;
    });
}

Cube cube_of(const Study& study) {
    std::vector<std::size_t> levels;
    for (const Group& group : study.groups) levels.push_back(group.levels.size());
    return Cube(std::move(levels));
}

Outcome compute(party::Party& me, const Study& study, const party::SealingKey& key, std::span<const std::byte> parts,
                const std::function<void(const Digest&)>& settled) {
    const auto server = static_cast<std::size_t>(me.index());
    if (me.count() != static_cast<int>(study.servers.size()) || study.servers[server].key != key.public_key()) {
        fail(ErrorCode::invalid_argument, "this key is not that of server {} of {} of the study; use the right one",
             server + 1, study.servers.size());
    }
    Submissions submissions = read_parts(study, server, key, parts);
    const Digest agreed = agree(me, study, submissions);
    settled(agreed);
    mpc::Replicated ring(me);
    const Cube cube = cube_of(study);
    const Tables tables(study, server, key, submissions);
    const Totals totals = add_tables(ring, study, cube, tables);
    const std::vector<bool> small = find_small(ring, totals.counts, study.fewest);
    const std::vector<bool> shown = choose_shown(cube, small);
    Outcome outcome{.contributors = submissions.size() - totals.invalid,
                    .missing = parts.size() / part_bytes(study) - submissions.size(),
                    .invalid = totals.invalid,
                    .shown = static_cast<std::size_t>(std::count(shown.begin(), shown.end(), true))};
    const Numbers share = ring.for_receiver(pick_shown(study, cube, totals, shown));
    const ResultHeader header{.contributors = outcome.contributors, .invalid = outcome.invalid, .shown = shown};
    outcome.result = seal_result(study, server, header, share, me.rng());
    for (const auto& [contributor, submitted] : submissions) outcome.receipts.push_back(submitted.header.receipt);
    std::ranges::sort(outcome.receipts);
    return outcome;
}

}  // namespace tacit::study
