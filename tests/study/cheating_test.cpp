// Cheaters among the servers of a study, and in what is brought to servers and analyst.
#include "party/cheating.hpp"

#include "studies.hpp"
#include "tacit/study/compute.hpp"

namespace tacit::study {

namespace {

using party::Bytes;

constexpr const char* small_toml = R"(
name = "hours"
title = "Hours"
fewest = 3
most = 100
deadline = 2999-01-01T00:00:00Z

[[group]]
name = "sex"
levels = ["women", "men"]

[[column]]
name = "hours"
low = 0
high = 100000
)";

constexpr int contributors = 5;

/// What four servers were brought by contributors; of number i 16^i women's hours and as many men's.
class Brought {
public:
    explicit Brought(Rng& rng) : made_(make_study(rng, 4, small_toml)), parts_(4) {
        for (int i = 0; i < contributors; ++i) {
            const Bytes all = submission(i, 1, std::int64_t{1} << (4 * i), rng);
            for (std::size_t server = 0; server < 4; ++server) {
                party::detail::append(parts_[server], part_for(study(), all, server));
            }
        }
    }
    [[nodiscard]] const Study& study() const { return made_.study; }
    [[nodiscard]] const Made& made() const { return made_; }
    [[nodiscard]] Bytes submission(int number, std::uint64_t version, std::int64_t hours, Rng& rng) const {
        Table table(study());
        for (std::size_t cell = 0; cell < 2; ++cell) table.fill(cell, std::vector{hours});
        return make_submission(study(), contributor(number), version, table, rng);
    }
    /// A server's computation: how many were missing, and its share of the result.
    [[nodiscard]] Bytes compute(party::Party& me) const {
        const auto server = static_cast<std::size_t>(me.index());
        const auto out = study::compute(me, study(), made_.servers[server], parts_[server], [](const Digest&) {});
        Bytes bytes{static_cast<std::byte>(out.missing)};
        party::detail::append(bytes, out.result);
        return bytes;
    }
    /// Whether the analyst, who needs all shares, opens nothing or the sums over contributors whom the honest servers
    /// know to be those that are left.
    [[nodiscard]] bool is_right(const party::Results& results, int cheater) const {
        std::vector<Bytes> shares;
        std::size_t missing = 0;
        for (std::size_t server = 0; server < results.size(); ++server) {
            if (!results[server]) return true;
            shares.emplace_back(results[server]->begin() + 1, results[server]->end());
            if (static_cast<int>(server) != cheater) missing = static_cast<std::size_t>(results[server]->front());
        }
        const auto result = open_result(study(), made_.analyst, shares);
        if (!result) return true;
        if (result->contributors != contributors - missing || result->invalid != 0) return false;
        for (const auto& entry : result->entries) {
            if (!entry || entry->contributors != result->contributors) return false;
            std::uint64_t left = 0;
            const bool both = &entry == &result->entries.back();
            for (auto sum = static_cast<std::uint64_t>(entry->sums[0]) / (both ? 2 : 1); sum != 0; sum /= 16) {
                if (sum % 16 > 1) return false;
                left += sum % 16;
            }
            if (left != result->contributors) return false;
        }
        return true;
    }

private:
    Made made_;
    std::vector<Bytes> parts_;
};

}  // namespace

TEST(Cheating, OfOneOfFourServersGivesNoWrongResult) {
    Seeded seeded;
    const Brought brought(seeded.rng);
    party::Attacked row{.protocol = "study: servers", .parties = 4, .cheaters = {0, 1, 2, 3}, .kinds = 10};
    row.run = [&](party::Party& me, int) { return brought.compute(me); };
    row.holds = [&](const party::Results& results, int cheater) { return brought.is_right(results, cheater); };
    row.inputs_to_all = {0x0701, 0x0702};  // contributors left out, as if they had not come
    row.repeated = {0x0204, 0x0206, 0x0702};
    row.samples = 12;
    row.harmless_percent = 8;
    party::attack(row);
}

TEST(Cheating, WithWhatIsBroughtToServersAndAnalystIsCaught) {
    Seeded seeded;
    const Brought brought(seeded.rng);
    const Study& study = brought.study();
    const Bytes mine = brought.submission(1, 2, 40, seeded.rng);
    const auto others = [&](const Bytes& submission, std::size_t server) {  // sealed parts under the same header
        Bytes part = part_for(study, mine, 1);
        const Bytes other = part_for(study, submission, server);
        const std::size_t header = part.size() - (mine.size() - part.size()) / 3;
        std::copy(other.begin() + static_cast<std::ptrdiff_t>(header), other.end(),
                  part.begin() + static_cast<std::ptrdiff_t>(header));
        return part;
    };
    party::attack_bytes("study: part of a submission", part_for(study, mine, 1),
                        {.reflected = others(mine, 0),
                         .another = others(brought.submission(2, 2, 40, seeded.rng), 1),
                         .before = others(brought.submission(1, 1, 40, seeded.rng), 1),
                         .after = others(Brought(seeded.rng).submission(1, 2, 40, seeded.rng), 1)},
                        [&](const Bytes& part) -> Expected<Bytes> {
                            const auto opened = open_part(study, 1, brought.made().servers[1], part);
                            if (!opened) return opened.error();
                            return party::bytes_of(std::span<const std::uint64_t>((*opened)[0]));
                        });
    const auto run = [&](std::byte seed) {
        party::LocalNetwork network(4, Seed{seed});
        auto shares = network.run([&](party::Party& me) { return brought.compute(me); });
        for (Bytes& share : shares) share.erase(share.begin());
        return shares;
    };
    const auto shares = run(std::byte{1});
    const auto of_another_run = run(std::byte{2});
    party::attack_bytes(
        "study: a server's share of the result", shares[2],
        {.reflected = shares[1], .another = of_another_run[2], .before = of_another_run[1], .after = {}},
        [&](const Bytes& share) -> Expected<Bytes> {
            auto all = shares;
            all[2] = share;
            const auto result = open_result(study, brought.made().analyst, all);
            if (!result) return result.error();
            return party::bytes_of(std::vector{result->entries.back()->sums[0]});
        });
}

}  // namespace tacit::study
