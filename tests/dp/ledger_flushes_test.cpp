// Records that are written at once and flushed together: machines that stop, and flushes that fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <string>
#include <thread>

#include "base/throws.hpp"
#include "dp/folder.hpp"
#include "dp/ledger_faults.hpp"
#include "dp/ledger_format.hpp"
#include "tacit/base/files.hpp"

namespace tacit::dp {
namespace {

/// What a machine that stops leaves of a record that nobody waited for: all of it, zeros, or its beginning.
enum class Left { all, zeros, beginning };

/// Three records that were on the disk, and three that were written at once behind them, of which this is left.
std::vector<std::byte> left_of_a_group(const std::filesystem::path& path, const std::array<Left, 3>& lefts) {
    Ledger ledger = Ledger::create(path, terms(7));
    for (int i = 0; i < 3; ++i) ledger.reserve(tenth, "count");
    auto bytes = read_file(path, 1 << 20);
    Digest head = ledger.contents().head;
    for (std::uint32_t i = 0; i < 3; ++i) {
        auto record = ledger_format::record({.number = 4 + i, .behind = i, .loss = tenth}, {}, head);
        std::copy(record.end() - sizeof(Digest), record.end(), head.begin());
        if (lefts[i] != Left::all)
            std::fill(record.begin() + (lefts[i] == Left::zeros ? 0 : 100), record.end(), std::byte{0});
        bytes.insert(bytes.end(), record.begin(), record.end());
    }
    return bytes;
}

TEST(Ledger, CountsWhatAMachineThatStoppedLeftOfRecordsWrittenAtOnce) {
    constexpr std::array all{Left::all, Left::zeros, Left::beginning};
    for (std::size_t choice = 0; choice < 27; ++choice) {
        SCOPED_TRACE(choice);
        const std::array lefts{all[choice % 3], all[choice / 3 % 3], all[choice / 9]};
        const auto legible = static_cast<std::uint64_t>(3 - std::ranges::count(lefts, Left::zeros));
        const Folder folder;
        const auto path = folder / "ledger";
        write_file_atomically(path, left_of_a_group(folder / "made", lefts));
        EXPECT_EQ(Ledger::open(path).contents().spent.epsilon, Cost::ratio(3 + legible, 10));
        EXPECT_EQ(outputs_of([&](int out) { spend_all(path, out); }), 4 - legible);
        const auto contents = Ledger::open(path).contents();
        EXPECT_EQ(contents.torn_bytes, 0U);
        EXPECT_EQ(contents.spent.epsilon, Cost::ratio(7, 10));
    }
}

TEST(Ledger, IsMendedByAProcessKilledAtAnySystemCallOfIt) {
    const Folder folder;
    const auto left = left_of_a_group(folder / "made", {Left::beginning, Left::all, Left::zeros});
    const auto path = folder / "ledger";
    for (int at = 1; at < 36; ++at) {
        SCOPED_TRACE(at);
        write_file_atomically(path, left);
        const std::size_t before = outputs_with({.at = at}, path);
        const std::size_t after = outputs_of([&](int out) { spend_all(path, out); });
        EXPECT_LE(before + after, 2U);
        EXPECT_GE(before + after, 1U);
        EXPECT_EQ(Ledger::open(path).contents().torn_bytes, 0U);
    }
}

TEST(Ledger, RefusesAHoleThatALaterRecordSaysWasOnTheDisk) {
    const Folder folder;
    const auto path = folder / "ledger";
    auto bytes = left_of_a_group(path, {Left::zeros, Left::all, Left::all});
    EXPECT_TRUE(parse_ledger(bytes));
    const auto last = ledger_format::record({.number = 7, .behind = 2, .loss = tenth}, {}, {});
    bytes.insert(bytes.end(), last.begin(), last.end());
    const auto parsed = parse_ledger(bytes);
    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().what(), testing::HasSubstr("record 4 of the ledger does not have the hash"));
    const auto more = ledger_format::record({.number = 4, .behind = 4, .loss = tenth}, {}, {});
    bytes.resize(4 * ledger_format::record_bytes);
    bytes.insert(bytes.end(), more.begin(), more.end());
    EXPECT_THAT(parse_ledger(bytes).error().what(), testing::HasSubstr("record 4 of the ledger does not follow"));
}

/// Flushes of a ledger that threads share: the first one waits until so many records are written; one of them fails.
struct Gate {
    std::filesystem::path path;
    std::size_t records = 0;
    int failing = 0;
    std::atomic<int> flushes = 0;
} gate;

int held_fault(const char* call, std::size_t& /*bytes*/) noexcept {
    if (std::string_view(call) != "flush") return 0;
    const int mine = ++gate.flushes;
    const auto wanted = (gate.records + 1) * ledger_format::record_bytes;
    while (mine == 1 && std::filesystem::file_size(gate.path) < wanted) std::this_thread::yield();
    return mine == gate.failing ? EIO : 0;
}

/// One thread reserves, and while the disk is busy for it, two more do. How many of them were told that they may go on.
int outputs_of_three(Ledger& ledger, const std::filesystem::path& path, int failing) {
    gate.path = path;
    gate.records = 3;
    gate.failing = failing;
    gate.flushes = 0;
    std::atomic<int> outputs = 0;
    const auto reserve = [&] { outputs += catching([&] { return ledger.reserve(tenth, "count"); }) ? 1 : 0; };
    ledger_fault = held_fault;
    std::thread first(reserve);
    while (gate.flushes == 0) std::this_thread::yield();
    std::thread second(reserve);
    std::thread third(reserve);
    for (std::thread* thread : {&first, &second, &third}) thread->join();
    ledger_fault = nullptr;
    return outputs;
}

TEST(Ledger, FlushesOnceForAllWhoWroteMeanwhileAndNotBefore) {
    const Folder folder;
    const auto path = folder / "ledger";
    Ledger ledger = Ledger::create(path, terms());
    EXPECT_EQ(outputs_of_three(ledger, path, 0), 3);
    EXPECT_EQ(gate.flushes, 2);  // the first one's own began before the others wrote
    const auto entries = ledger.contents().entries;
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[0].behind, 0U);
    EXPECT_EQ(entries[1].behind, 1U);
    EXPECT_EQ(entries[2].behind, 2U);
}

TEST(Ledger, TellsEveryoneWhoseFlushFailedAndNobodyElse) {
    for (const int failing : {1, 2}) {
        const Folder folder;
        const auto path = folder / "ledger";
        Ledger ledger = Ledger::create(path, terms());
        EXPECT_EQ(outputs_of_three(ledger, path, failing), failing == 1 ? 2 : 1);
        EXPECT_EQ(ledger.contents().spent.epsilon, Cost::ratio(3, 10));
        expect_throws(ErrorCode::budget_exceeded, "epsilon 0.2 is left of epsilon 0.5",
                      [&] { return ledger.reserve({.epsilon = Cost::ratio(3, 10)}, "sum"); });
    }
}

}  // namespace
}  // namespace tacit::dp
