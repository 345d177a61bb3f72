#include "tacit/study/description.hpp"

#include <gmock/gmock.h>

#include "studies.hpp"

namespace tacit::study {

namespace {

/// The description with one piece of text changed, as its parser sees it.
std::string outcome(Rng& rng, const std::string& from, const std::string& to) {
    std::string text = make_study(rng, 3).toml;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    const auto study = parse_study(text);
    EXPECT_TRUE(study || study.error().code() == ErrorCode::malformed_input);
    return study ? "parsed" : study.error().what();
}

}  // namespace

TEST(StudyDescription, SaysWhatWasWritten) {
    Seeded seeded;
    const Made made = make_study(seeded.rng, 3);
    const Study& study = made.study;
    EXPECT_EQ(study.name, "wages");
    EXPECT_EQ(study.cells(), 6U);
    EXPECT_EQ(study.words(), 18U);
    EXPECT_EQ(study.columns[1].low, -500);
    EXPECT_EQ(study.columns[1].high, 100'000'000);
    EXPECT_EQ(study.bound(5), 1U);
    EXPECT_EQ(study.bound(6), 99'999U);
    EXPECT_EQ(study.bound(12), 100'000'500U);
    EXPECT_EQ(study.levels_of(4), (std::vector<std::size_t>{1, 1}));
    EXPECT_EQ(study.servers[2].key, made.servers[2].public_key());
    EXPECT_EQ(study.analyst, made.analyst.public_key());
    EXPECT_EQ(study.deadline, std::chrono::sys_days(std::chrono::year(2999) / 1 / 1));
}

TEST(StudyDescription, DeadlinesAreInTheirTimeZone) {
    Seeded seeded;
    std::string text = make_study(seeded.rng, 3).toml;
    text.replace(text.find("2999-01-01T00:00:00Z"), 20, "2999-01-01T02:30:00+02:30");
    EXPECT_EQ(parse_study(text)->deadline, std::chrono::sys_days(std::chrono::year(2999) / 1 / 1));
}

TEST(StudyDescription, EverythingInItChangesItsHash) {
    Seeded seeded;
    const Study study = make_study(seeded.rng, 3).study;
    const auto differs = [&](const auto& change) {
        Study other = study;
        change(other);
        EXPECT_NE(other.hash(), study.hash());
    };
    differs([](Study& s) { s.name = "x"; });
    differs([](Study& s) { s.title = "x"; });
    differs([](Study& s) { s.text = "x"; });
    differs([](Study& s) { s.fewest += 1; });
    differs([](Study& s) { s.most += 1; });
    differs([](Study& s) { s.deadline += std::chrono::seconds(1); });
    differs([](Study& s) { s.groups[0].name = "x"; });
    differs([](Study& s) { s.groups[1].levels[2] = "x"; });
    differs([](Study& s) { s.columns[0].name = "x"; });
    differs([](Study& s) { s.columns[0].unit = "x"; });
    differs([](Study& s) { s.columns[0].digits += 1; });
    differs([](Study& s) { s.columns[0].low += 1; });
    differs([](Study& s) { s.columns[0].high += 1; });
    differs([](Study& s) { s.columns[1].per = ""; });
    differs([](Study& s) { s.servers[0].name = "x"; });
    differs([](Study& s) { std::swap(s.servers[0], s.servers[1]); });
    differs([](Study& s) { s.analyst[3] ^= std::byte{1}; });
}

TEST(StudyDescription, WhatCannotBeIsRefusedWithItsLine) {
    Seeded seeded;
    const auto refused = [&](const char* from, const char* to, const char* part) {
        const std::string said = outcome(seeded.rng, from, to);
        EXPECT_THAT(said, testing::HasSubstr(part)) << to;
        EXPECT_THAT(said, testing::StartsWith("study, line ")) << to;
    };
    refused("fewest = 3", "fewest = 2", "'fewest' is no integer from 3");
    refused("fewest = 3", "fewest = \"3\"", "line 4: 'fewest'");
    refused("fewest = 3", "fewest = 1001", "'fewest' is 1001 and 'most' is 1000");
    refused("most = 1000", "mots = 1000", "nobody knows a 'mots'");
    refused("most = 1000", "most = 10485760", "'most' is no integer");
    refused("most = 1000", "most = ", "line 5");
    refused("name = \"wages\"", "name = \"../wages\"", "is no name");
    refused("title = \"Wages by sex and region\"", "", "'title' is missing");
    refused("title = \"Wages by sex and region\"", "title = \"\\u0007\"", "control characters");
    refused("title = \"Wages by sex and region\"", "title = 3", "is no text");
    refused("deadline = 2999-01-01T00:00:00Z", "deadline = \"2999\"", "'deadline' is no time with a zone");
    refused("deadline = 2999-01-01T00:00:00Z", "deadline = 2999-01-01T00:00:00", "'deadline' is no time with a zone");
    refused("\"women\", \"men\"", "\"women\"", "no list of 2 to 64");
    refused("\"women\", \"men\"", "\"women\", \"women\"", "is there twice");
    refused("\"women\", \"men\"", "\"women\", \"all\"", "'all' is what margins are called");
    refused("\"women\", \"men\"", "\"women\", 7", "is no name");
    refused("name = \"region\"", "name = \"sex\"", "the name of two things");
    refused("name = \"region\"", "name = \"contributors\"", "the name of two things");
    refused("high = 100000\n", "high = 0\n", "no value of 'employees' lies");
    refused("high = 100000\n", "", "'high' is missing");
    refused("high = 100000\n", "high = 1.5\n", "'high'");
    refused("high = \"1000000.00\"", "high = \"1000000.001\"", "'high'");
    refused("high = \"1000000.00\"", "high = \"10000000000000\"", "can pass 2^62");
    refused("digits = 2", "digits = 10", "'digits' is no integer from 0 to 9");
    refused("per = \"employees\"", "per = \"hours\"", "which is no column");
    refused("low = 1\n", "low = -1\n", "which may be negative");
    refused("name = \"server2\"", "name = \"server1\"", "two servers are called");
    refused("[analyst]\nkey = \"", "[analyst]\nkey = \"0", "this is no key");
    refused("[analyst]", "[analysts]", "nobody knows a 'analysts'");
}

TEST(StudyDescription, NumbersOfGroupsCellsAndServersAreBounded) {
    Seeded seeded;
    EXPECT_THROW(static_cast<void>(make_study(seeded.rng, 2)), Error);
    EXPECT_THROW(static_cast<void>(make_study(seeded.rng, 5)), Error);
    std::string levels = "\"a0\"";
    for (int i = 1; i < 64; ++i) levels += fmt::format(", \"a{}\"", i);
    const std::string many = "[\"north\", \"south\", \"islands\"]\n\n[[group]]\nname = \"more\"\nlevels = [" + levels;
    EXPECT_EQ(outcome(seeded.rng, "[\"north\", \"south\", \"islands\"", many), "parsed");
    const std::string more = many + "]\n\n[[group]]\nname = \"most\"\nlevels = [" + levels;
    EXPECT_THAT(outcome(seeded.rng, "[\"north\", \"south\", \"islands\"", more),
                testing::HasSubstr("cells; at most 512"));
    EXPECT_THAT(parse_study(std::string((1 << 20) + 1, ' ')).error().what(), testing::HasSubstr("at most 1 MiB"));
}

}  // namespace tacit::study
