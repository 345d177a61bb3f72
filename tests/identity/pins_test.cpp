#include "tacit/identity/pins.hpp"

#include <fstream>

#include "base/seeded.hpp"
#include "base/temporary_folder.hpp"
#include "base/throws.hpp"

namespace tacit::identity {

namespace {

class PinFiles : public InTemporaryFolder {};

Fingerprint random_fingerprint(Rng& rng) {
    Fingerprint fingerprint;
    rng.fill(std::span<std::byte>(fingerprint.bytes));
    return fingerprint;
}

TEST_F(PinFiles, ReadGivesWhatWriteWrote) {
    Seeded seeded;
    const Pin alice{"alice", random_fingerprint(seeded.rng), {}};
    const Pin server{"server", random_fingerprint(seeded.rng), "[::1]:7433"};
    Pins pins;
    pins.add(alice);
    pins.add(server);
    write_pins(folder_, pins);
    const Pins read = read_pins(folder_);
    ASSERT_EQ(read.all().size(), 2U);
    EXPECT_EQ(read.find(alice.fingerprint)->name, "alice");
    EXPECT_EQ(read.find("server")->address, "[::1]:7433");
    EXPECT_EQ(read.find("nobody"), nullptr);
    EXPECT_EQ(read.find(random_fingerprint(seeded.rng)), nullptr);
    EXPECT_EQ(to_text(read), to_text(pins));
}

TEST_F(PinFiles, NoFileMeansNoPins) { EXPECT_TRUE(read_pins(folder_).all().empty()); }

TEST_F(PinFiles, ReadNamesFileAndLine) {
    std::ofstream(folder_ / "pins") << "# mine\nalice 12\n";
    const std::string message = message_of(ErrorCode::malformed_input, [&] { static_cast<void>(read_pins(folder_)); });
    EXPECT_THAT(message, testing::HasSubstr((folder_ / "pins").string() + "', line 2"));
}

TEST(Pins, RefuseWhatIsAmbiguous) {
    Seeded seeded;
    const Fingerprint key = random_fingerprint(seeded.rng);
    Pins pins;
    pins.add({"alice", key, {}});
    expect_throws(ErrorCode::invalid_argument, "pinned already", [&] {
        pins.add({"alice", random_fingerprint(seeded.rng), {}});
        return 0;
    });
    expect_throws(ErrorCode::invalid_argument, "as 'alice'", [&] {
        pins.add({"bob", key, {}});
        return 0;
    });
    EXPECT_EQ(pins.all().size(), 1U);
}

TEST(Pins, RefuseNamesAndAddressesThatAreNone) {
    Seeded seeded;
    Pins pins;
    for (const char* name : {"", "a b", "-a", "a\n"}) {
        expect_throws(ErrorCode::invalid_argument, "no name", [&] {
            pins.add({name, random_fingerprint(seeded.rng), {}});
            return 0;
        });
    }
    for (const char* address : {"host", ":1", "host:", "host:0", "host:65536", "a b:1", "host:1x"}) {
        expect_throws(ErrorCode::invalid_argument, "host:port", [&] {
            pins.add({"a", random_fingerprint(seeded.rng), address});
            return 0;
        });
    }
    EXPECT_TRUE(pins.all().empty());
}

TEST(Pins, AreGoneOnceRemoved) {
    Seeded seeded;
    const Fingerprint key = random_fingerprint(seeded.rng);
    Pins pins;
    pins.add({"alice", key, {}});
    pins.remove("alice");
    EXPECT_EQ(pins.find(key), nullptr);
    expect_throws(ErrorCode::invalid_argument, "nobody is pinned as 'alice'", [&] {
        pins.remove("alice");
        return 0;
    });
}

}  // namespace

}  // namespace tacit::identity
