// A study of 2 x 10 x 8 cells and 2 columns among servers in one process, one JSON object per line:
// study_bench [CONTRIBUTORS]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/stopwatch.hpp"
#include "machine.hpp"
#include "tacit/party/local_network.hpp"
#include "tacit/study/compute.hpp"

namespace {

using namespace tacit;

struct World {
    Rng rng = Rng::from_system();
    std::vector<party::SealingKey> keys;
    study::Study study;

    explicit World(int servers, std::uint64_t most) {
        const auto levels = [](int count) {
            std::string text;
            for (int i = 0; i < count; ++i) text += fmt::format("{}\"l{}\"", i == 0 ? "" : ", ", i);
            return text;
        };
        std::string toml = fmt::format(
            "name = \"bench\"\ntitle = \"bench\"\nmost = {}\ndeadline = 2999-01-01T00:00:00Z\n[[group]]\nname = "
            "\"sex\"\n"
            "levels = [{}]\n[[group]]\nname = \"role\"\nlevels = [{}]\n[[group]]\nname = \"region\"\nlevels = [{}]\n"
            "[[column]]\nname = \"employees\"\nlow = 0\nhigh = 100000\n[[column]]\nname = \"wages\"\ndigits = 2\n"
            "low = 0\nhigh = 10000000\nper = \"employees\"\n",
            most, levels(2), levels(10), levels(8));
        for (int i = 0; i <= servers; ++i) {
            keys.push_back(party::SealingKey::create(rng));
            toml += i == servers ? "[analyst]\n" : fmt::format("[[server]]\nname = \"s{}\"\n", i);
            toml += fmt::format("key = \"{}\"\n", to_hex(keys.back().public_key()));
        }
        study = study::parse_study(toml).value();
    }
};

void measure(int servers, std::uint64_t contributors) {
    World world(servers, contributors);
    const study::Study& study = world.study;
    std::vector<std::vector<std::byte>> parts(static_cast<std::size_t>(servers));
    auto start = SteadyClock::now();
    for (std::uint64_t i = 0; i < contributors; ++i) {
        study::Table table(study);
        for (std::size_t cell = 0; cell < study.cells(); ++cell)
            table.fill(cell, std::vector<std::int64_t>{2, 310'000});
        study::ContributorId id{};
        for (std::size_t k = 0; k < 4; ++k) id[k] = static_cast<std::byte>(i >> (8 * k));
        const auto submission = study::make_submission(study, id, 1, table, world.rng);
        for (std::size_t server = 0; server < parts.size(); ++server) {
            const auto part = study::part_for(study, submission, server);
            parts[server].insert(parts[server].end(), part.begin(), part.end());
        }
    }
    const double sealing = seconds_since(start);
    party::LocalNetwork network(servers);
    start = SteadyClock::now();
    const auto shares = network.run([&](party::Party& me) {
        const auto server = static_cast<std::size_t>(me.index());
        return study::compute(me, study, world.keys[server], parts[server], [](const Digest&) {}).result;
    });
    const double computing = seconds_since(start);
    const auto result = study::open_result(study, world.keys.back(), shares).value();
    if (result.entries.back()->sums[1] != static_cast<std::int64_t>(contributors * 160 * 310'000)) std::abort();
    const nlohmann::json line{
        {"machine", machine::name()},
        {"commit", machine::commit()},
        {"servers", servers},
        {"contributors", contributors},
        {"cells", study.cells()},
        {"entries_shown", std::ranges::count_if(result.entries, [](auto& e) { return e.has_value(); })},
        {"seconds_to_seal_one", sealing / static_cast<double>(contributors)},
        {"submission_bytes", study::submission_bytes(study)},
        {"seconds_of_all_servers", computing},
        {"bytes_sent_by_a_server", network.traffic()[0].bytes_sent},
        {"rounds", network.rounds()}};
    std::cout << line << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t contributors = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000;
    for (const int servers : {3, 4}) measure(servers, contributors);
    return 0;
}
