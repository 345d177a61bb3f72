// A wage-gap study: employers fill in a table each, three servers compute on shares of them, an analyst reads sums and
// means of all who are enough, and nobody reads a table.
//
// Here everybody is in one process. Between processes `tacit mpc study` does the same, with a web page for employers.
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "tacit/party/local_network.hpp"
#include "tacit/study/compute.hpp"

using namespace tacit;

namespace {

/// The description, as everybody has it in a file.
study::Study describe(const std::vector<party::SealingKey>& servers, const party::SealingKey& analyst) {
    std::string toml = R"(
        name = "wages"
        title = "Wages by sex and region"
        fewest = 3                          # contributors below whom nothing is shown
        deadline = 2999-01-01T00:00:00Z
        [[group]]
        name = "sex"
        levels = ["women", "men"]
        [[group]]
        name = "region"
        levels = ["north", "south"]
        [[column]]
        name = "employees"
        low = 0
        high = 100000
        [[column]]
        name = "wages"
        low = 0
        high = 100000000
        per = "employees"
    )";
    for (std::size_t i = 0; i < servers.size(); ++i) {
        toml += "[[server]]\nname = \"server" + std::to_string(i + 1) + "\"\nkey = \"" +
                to_hex(servers[i].public_key()) + "\"\n";
    }
    toml += "[analyst]\nkey = \"" + to_hex(analyst.public_key()) + "\"\n";
    return study::parse_study(toml).value();
}

}  // namespace

int main() {
    Rng rng = Rng::from_system();
    std::vector<party::SealingKey> keys;
    for (int i = 0; i < 3; ++i) keys.push_back(party::SealingKey::create(rng));
    const party::SealingKey analyst = party::SealingKey::create(rng);
    const study::Study wages = describe(keys, analyst);

    // Each employer: number of employees and sum of wages in each of the four cells. Two have no men in the south.
    std::vector<std::vector<std::byte>> brought(3);
    for (std::uint8_t employer = 0; employer < 4; ++employer) {
        study::Table table(wages);
        for (std::size_t cell = 0; cell < (employer < 2 ? 4U : 3U); ++cell) {
            const std::int64_t pay = cell < 2 ? 2900 : 3100;
            table.fill(cell, std::vector<std::int64_t>{10, 10 * pay + employer});
        }
        const study::Invitation link{std::byte{employer}};  // a random secret outside of examples
        const auto submission = study::make_submission(wages, study::contributor_of(link), 1, table, rng);
        for (std::size_t server = 0; server < 3; ++server) {
            const auto part = study::part_for(wages, submission, server);
            brought[server].insert(brought[server].end(), part.begin(), part.end());
        }
    }

    party::LocalNetwork network(3);
    const auto shares = network.run([&](party::Party& me) {
        const auto server = static_cast<std::size_t>(me.index());
        return study::compute(me, wages, keys[server], brought[server], [](const Digest&) {}).result;
    });
    const study::Result result = study::open_result(wages, analyst, shares).value();
    std::printf("%s", study::to_csv(wages, result).c_str());
    std::printf("%d rounds; each server sent about %llu kB\n", network.rounds(),
                static_cast<unsigned long long>(network.traffic()[0].bytes_sent / 1000));
    // Men in the south are too few; so nothing is shown that gives them away.
    return result.entries.back()->sums[1] == 2 * 4 * 29'000 + (4 + 2) * 31'000 + 19 && !result.entries[4] ? 0 : 1;
}
