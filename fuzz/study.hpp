#pragma once

#include <string>
#include <vector>

#include "tacit/base/hash.hpp"
#include "tacit/study/compute.hpp"

namespace tacit::fuzz {

/// A small study with everybody's keys, the same in every run.
struct StudyWorld {
    Rng rng{Seed{}};
    std::vector<party::SealingKey> keys;
    std::string toml;
    study::Study study;

    StudyWorld() {
        toml =
            "name = \"f\"\ntitle = \"f\"\nfewest = 3\nmost = 10\ndeadline = 2999-01-01T00:00:00Z\n[[group]]\n"
            "name = \"g\"\nlevels = [\"a\", \"b\"]\n[[column]]\nname = \"c\"\nlow = 0\nhigh = 9\n";
        for (int i = 0; i < 4; ++i) {
            keys.push_back(party::SealingKey::create(rng));
            toml += i == 3 ? "[analyst]\n" : "[[server]]\nname = \"s" + std::to_string(i) + "\"\n";
            toml += "key = \"" + to_hex(keys.back().public_key()) + "\"\n";
        }
        study = study::parse_study(toml).value();
    }
};

}  // namespace tacit::fuzz
