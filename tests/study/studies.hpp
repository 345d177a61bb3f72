#pragma once

#include <fmt/format.h>

#include "../base/seeded.hpp"
#include "../base/throws.hpp"
#include "tacit/study/submission.hpp"

namespace tacit::study {

/// Keys of servers and analyst, and a description with them.
struct Made {
    std::vector<party::SealingKey> servers;
    party::SealingKey analyst;
    std::string toml;
    Study study;
};

inline constexpr const char* wages_toml = R"(
name = "wages"
title = "Wages by sex and region"
fewest = 3
most = 1000
deadline = 2999-01-01T00:00:00Z

[[group]]
name = "sex"
levels = ["women", "men"]

[[group]]
name = "region"
levels = ["north", "south", "islands"]

[[column]]
name = "employees"
low = 1
high = 100000

[[column]]
name = "wages"
unit = "EUR a month"
digits = 2
low = -5
high = "1000000.00"
per = "employees"
)";

inline Made make_study(Rng& rng, int servers, const std::string& text = wages_toml) {
    Made made{.servers = {}, .analyst = party::SealingKey::create(rng), .toml = text, .study = {}};
    for (int i = 0; i < servers; ++i) {
        made.servers.push_back(party::SealingKey::create(rng));
        made.toml += fmt::format("\n[[server]]\nname = \"server{}\"\nkey = \"{}\"\n", i + 1,
                                 to_hex(made.servers.back().public_key()));
    }
    made.toml += fmt::format("\n[analyst]\nkey = \"{}\"\n", to_hex(made.analyst.public_key()));
    made.study = parse_study(made.toml).value();
    return made;
}

inline ContributorId contributor(int number) {
    return {static_cast<std::byte>(number), static_cast<std::byte>(number >> 8)};
}

}  // namespace tacit::study
