#include "tacit/party/roster.hpp"

#include <fmt/format.h>

#include "../base/throws.hpp"

namespace tacit::party {

namespace {

std::string entry(const std::string& name, char digit, const std::string& more = "address = \"localhost:7001\"\n") {
    return fmt::format("\n[[party]]\nname = \"{}\"\npin = \"{}\"\n{}", name, std::string(64, digit), more);
}

const std::string good = "name = \"wages\"\n" + entry("ana", 'a') + entry("ben", 'b', "roles = [\"compute\"]\n");

std::string refusal(const std::string& text) { return parse_roster(text).error().what(); }

}  // namespace

TEST(Roster, IsReadAndWrittenAlike) {
    const Roster roster = parse_roster(good).value();
    EXPECT_EQ(roster.name, "wages");
    ASSERT_EQ(roster.members.size(), 2U);
    EXPECT_EQ(roster.members[0].address, "localhost:7001");
    EXPECT_EQ(roster.members[0].roles, (Roles{.compute = true, .input = true, .receive = true}));
    EXPECT_EQ(roster.members[1].roles, (Roles{.compute = true}));
    EXPECT_EQ(roster.find(roster.members[1].pin), 1);
    EXPECT_EQ(roster.find({}), -1);
    EXPECT_EQ(parse_roster(to_text(roster)).value().hash(), roster.hash());
    EXPECT_EQ(to_text(parse_roster(to_text(roster)).value()), to_text(roster));
}

TEST(Roster, ItsHashCoversNamesKeysRolesAndOrderButNoAddresses) {
    const Roster roster = parse_roster(good).value();
    Roster other = roster;
    other.members[0].address = "elsewhere:7002";
    EXPECT_EQ(other.hash(), roster.hash());
    const auto differs = [&](const auto& change) {
        Roster changed = roster;
        change(changed);
        return changed.hash() != roster.hash();
    };
    EXPECT_TRUE(differs([](Roster& r) { r.name += "2"; }));
    EXPECT_TRUE(differs([](Roster& r) { r.members[0].name += "2"; }));
    EXPECT_TRUE(differs([](Roster& r) { r.members[1].pin.bytes[31] = std::byte{0}; }));
    EXPECT_TRUE(differs([](Roster& r) { r.members[1].roles.receive = true; }));
    EXPECT_TRUE(differs([](Roster& r) { r.members[1].sealing_key.emplace(); }));
    EXPECT_TRUE(differs([](Roster& r) { std::swap(r.members[0], r.members[1]); }));
}

TEST(Roster, HasSealingKeysOfThoseWhoStateOne) {
    const Roster roster =
        parse_roster(good +
                     entry("cleo", 'c', fmt::format("roles = [\"receive\"]\nsealing = \"{}\"\n", std::string(64, '7'))))
            .value();
    EXPECT_EQ(sealing_key(roster.members[2])[31], std::byte{0x77});
    EXPECT_EQ(parse_roster(to_text(roster)).value().hash(), roster.hash());
    expect_throws(ErrorCode::invalid_argument, "the roster has no sealing key of 'ana', so nothing can be sealed to it",
                  [&] { return sealing_key(roster.members[0]); });
    Roster other = roster;
    (*other.members[2].sealing_key)[0] = std::byte{0};
    EXPECT_NE(other.hash(), roster.hash());
}

TEST(Roster, EveryMistakeIsNamedWithItsLine) {
    EXPECT_THAT(refusal("name = \"x\""), testing::HasSubstr("no parties"));
    EXPECT_THAT(refusal("name = "), testing::HasSubstr("roster, line 1"));
    EXPECT_THAT(refusal(entry("ana", 'a')), testing::HasSubstr("a 'name' is missing"));
    EXPECT_THAT(refusal("name = 3\n"), testing::HasSubstr("'name' is no text"));
    EXPECT_THAT(refusal("name = \"a b\"\n" + entry("a", 'a')), testing::HasSubstr("no name for a roster"));
    EXPECT_THAT(refusal("name = \"x\"\nparty = [1]"), testing::HasSubstr("[[party]]"));
    EXPECT_THAT(refusal(good + entry("cleo", 'c', "rolls = []\n")),
                testing::HasSubstr("line 16: nobody knows a 'rolls'"));
    EXPECT_THAT(refusal(good + entry("cleo", 'c', "roles = 1\n")), testing::HasSubstr("'roles' is no list"));
    EXPECT_THAT(refusal(good + entry("cleo", 'c', "roles = [\"x\"]\n")), testing::HasSubstr("no role 'x'"));
    EXPECT_THAT(refusal(good + entry("cleo", 'c', "roles = []\n")), testing::HasSubstr("without a role"));
    EXPECT_THAT(refusal(good + entry("c/d", 'c')), testing::HasSubstr("'c/d' is no name"));
    EXPECT_THAT(refusal(good + entry("cleo", 'x')), testing::HasSubstr("the pin of 'cleo'"));
    EXPECT_THAT(refusal(good + entry("cleo", 'c', "address = \"nowhere\"\n")), testing::HasSubstr("not host:port"));
    EXPECT_THAT(refusal(good + entry("cleo", 'c', "sealing = \"7\"\n")),
                testing::HasSubstr("line 16: the sealing key of 'cleo' is not 64 lower-case hex digits"));
    for (const char* const address : {"::1:7001", "host:0", "host:70000", ":7001", "[::1]", "a b:1"}) {
        EXPECT_THAT(refusal(good + entry("cleo", 'c', fmt::format("address = \"{}\"\n", address))),
                    testing::HasSubstr("not host:port"));
    }
    EXPECT_THAT(refusal(good + entry("ana", 'c')), testing::HasSubstr("two parties are called 'ana'"));
    EXPECT_THAT(refusal(good + entry("cleo", 'a')), testing::HasSubstr("'cleo' has the key of another"));
    EXPECT_THAT(refusal("name = \"x\"\n" + entry("ana", 'a', "") + entry("ben", 'b', "")),
                testing::HasSubstr("no party that computes has an address"));
    EXPECT_THAT(refusal("name = \"x\"\n" + entry("a", 'a')), testing::HasSubstr("1 of 1 parties compute"));
    EXPECT_THAT(refusal(std::string((1 << 20) + 1, ' ')), testing::HasSubstr("at most 1 MiB"));
}

}  // namespace tacit::party
