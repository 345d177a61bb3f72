// The ledger under crashes, races, full disks and changed bytes. Processes are forked and end at every system call.
#include "tacit/dp/ledger.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
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

void check_never_over_budget(const Plan& planned, std::size_t most_lost) {
    const Folder folder;
    const auto path = folder / "ledger";
    (void)Ledger::create(path, terms());
    const std::size_t before = outputs_with(planned, path);
    const Cost spent = Ledger::open(path).contents().spent.epsilon;
    EXPECT_GE(spent, Cost::ratio(before, 10)) << "released without being spent";
    const std::size_t after = outputs_of([&](int out) { spend_all(path, out); });
    EXPECT_LE(before + after, tenths) << "over budget";
    EXPECT_GE(before + after + most_lost, tenths) << "a crash costs one reservation at most";
    const auto contents = Ledger::open(path).contents();
    EXPECT_EQ(contents.torn_bytes, 0U);
}

int calls_without_fault() {
    const Folder folder;
    const auto path = folder / "ledger";
    (void)Ledger::create(path, terms());
    plan = {};
    ledger_fault = fault;
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe(ends.data()), 0);
    spend_all(path, ends[1]);
    ledger_fault = nullptr;
    return plan.calls;
}

TEST(Ledger, IsNeverOverspentByAProcessKilledAtAnySystemCall) {
    const int calls = calls_without_fault();
    ASSERT_GT(calls, 30);
    for (int at = 1; at <= calls; ++at) {
        SCOPED_TRACE(at);
        check_never_over_budget({.at = at}, 1);
    }
}

TEST(Ledger, CountsARecordThatWasTornByACrash) {
    const int calls = calls_without_fault();
    for (const std::size_t part : {20U, 56U, 255U}) {
        for (int at = 1; at <= calls; ++at) {
            SCOPED_TRACE(std::to_string(at) + " after " + std::to_string(part) + " bytes");
            check_never_over_budget({.at = at, .part = part}, 1);
        }
    }
}

TEST(Ledger, GoesOnAfterADiskThatFailed) {
    const int calls = calls_without_fault();
    for (const int error : {ENOSPC, EIO}) {
        for (int at = 1; at <= calls; ++at) {
            SCOPED_TRACE(at);
            check_never_over_budget({.at = at, .error = error}, 1);
        }
    }
}

TEST(Ledger, IsThereWholeOrNotAtAllAfterACrashWhileItIsMade) {
    for (int at = 1; at < 20; ++at) {
        const Folder folder;
        const auto path = folder / "ledger";
        const auto made = outputs_of([&](int out) {
            plan = {.at = at};
            ledger_fault = fault;
            (void)Ledger::create(path, terms());
            if (write(out, "x", 1) != 1) _exit(1);
        });
        if (std::filesystem::exists(path)) {
            EXPECT_EQ(Ledger::open(path).contents().left, terms().budget);
        } else {
            EXPECT_EQ(made, 0U);
            EXPECT_EQ(Ledger::create(path, terms()).contents().left, terms().budget);
        }
    }
}

TEST(Ledger, IsSharedByEightProcessesWithoutALossOrAnExcess) {
    const Folder folder;
    const auto path = folder / "ledger";
    (void)Ledger::create(path, terms(40));
    const std::size_t outputs = outputs_of([&](int out) {
        std::array<pid_t, 8> racers{};
        for (pid_t& racer : racers) {
            racer = fork();
            if (racer == 0) {
                spend_all(path, out);
                _exit(0);
            }
        }
        for (const pid_t racer : racers) waitpid(racer, nullptr, 0);
    });
    EXPECT_EQ(outputs, 40U);
    const auto contents = Ledger::open(path).contents();
    EXPECT_EQ(contents.entries.size(), 40U);
    EXPECT_TRUE(contents.left.epsilon.is_zero());
}

TEST(Ledger, IsSharedByThreadsOfOneHandle) {
    const Folder folder;
    Ledger ledger = Ledger::create(folder / "ledger", terms(20));
    std::atomic<int> outputs = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            while (catching([&] { return ledger.reserve(tenth, "count"); })) ++outputs;
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(outputs, 20);
}

TEST(Ledger, SaysWhatIsAskedLeftAndThereWhenItRefuses) {
    const Folder folder;
    Ledger ledger = Ledger::create(folder / "ledger", terms());
    ledger.reserve({.epsilon = Cost::ratio(2, 5)}, "sum");
    expect_throws(ErrorCode::budget_exceeded,
                  "a release of epsilon 0.2 does not fit: epsilon 0.1 is left of epsilon 0.5",
                  [&] { return ledger.reserve({.epsilon = Cost::ratio(1, 5)}, "sum"); });
    EXPECT_EQ(ledger.contents().entries.size(), 1U);  // a refusal costs nothing
    EXPECT_EQ(ledger.contents().entries[0].label, "sum");
}

TEST(Ledger, RefusesTermsOutOfRangeAndAFileThatIsThere) {
    const Folder folder;
    const auto path = folder / "ledger";
    const auto refused = [&](LedgerTerms bad, const char* text) {
        expect_throws(ErrorCode::invalid_argument, text, [&] { return Ledger::create(path, bad); });
    };
    refused({.data_set = "", .budget = tenth}, "data set takes 1 to 64 bytes");
    refused({.data_set = "a\n", .budget = tenth}, "without control characters");
    refused({.data_set = "a", .rows_per_unit = 0, .budget = tenth}, "1 to 2^32");
    refused({.data_set = "a"}, "a budget is epsilon alone");
    refused({.data_set = "a", .measure = Measure::zcdp, .budget = tenth}, "a budget is epsilon alone");
    refused({.data_set = "a", .measure = Measure::approximate, .budget = tenth}, "0 < delta < 1");
    (void)Ledger::create(path, terms());
    expect_throws(ErrorCode::io_failure, "exists", [&] { return Ledger::create(path, terms()); });
    expect_throws(ErrorCode::io_failure, "cannot open", [&] { return Ledger::open(folder / "other"); });
}

TEST(Ledger, FindsAnyChangeButInItsLastRecord) {
    const Folder folder;
    const auto path = folder / "ledger";
    Ledger ledger = Ledger::create(path, terms());
    for (int i = 0; i < 3; ++i) ledger.reserve(tenth, "count");
    const auto bytes = read_file(path, 1 << 20);
    ASSERT_EQ(bytes.size(), 4 * ledger_format::record_bytes);
    for (std::size_t at = 0; at < 3 * ledger_format::record_bytes; ++at) {
        auto changed = bytes;
        changed[at] ^= std::byte{1};
        const auto parsed = parse_ledger(changed);
        ASSERT_FALSE(parsed) << at;
        EXPECT_EQ(parsed.error().code(), ErrorCode::malformed_input);
    }
    auto without = bytes;  // a record in the middle taken out
    without.erase(without.begin() + ledger_format::record_bytes, without.begin() + 2 * ledger_format::record_bytes);
    EXPECT_THAT(parse_ledger(without).error().what(), testing::HasSubstr("record 1 of the ledger does not follow"));
}

TEST(Ledger, ReadsEveryPrefixAndCountsWhatItCan) {
    const Folder folder;
    const auto path = folder / "ledger";
    Ledger ledger = Ledger::create(path, terms());
    ledger.reserve(tenth, "count");
    ledger.reserve(tenth, "count");
    const auto bytes = read_file(path, 1 << 20);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        const auto parsed = parse_ledger(std::span(bytes).first(length));
        ASSERT_EQ(parsed.has_value(), length >= ledger_format::record_bytes) << length;
        if (!parsed) continue;
        const std::size_t whole = length / ledger_format::record_bytes - 1;
        const bool readable = length % ledger_format::record_bytes >= 56;
        EXPECT_EQ(parsed->spent.epsilon, Cost::ratio(whole + (readable ? 1 : 0), 10)) << length;
    }
}

TEST(Ledger, RefusesAFileThatReplacedItsOwn) {
    const Folder folder;
    Ledger ledger = Ledger::create(folder / "ledger", terms());
    (void)Ledger::create(folder / "other", terms());
    std::filesystem::rename(folder / "other", folder / "ledger");
    expect_throws(ErrorCode::io_failure, "was replaced by another file",
                  [&] { return ledger.reserve(tenth, "count"); });
}

TEST(Ledger, PutBackToAnOlderCopyIsRefusedByItsWitness) {
    const Folder folder;
    const auto path = folder / "ledger";
    const auto copy = folder / "copy";
    const auto witness = folder / "witness";
    (void)Ledger::create(path, terms());
    Ledger::open(path, witness).reserve(tenth, "count");
    std::filesystem::copy_file(path, copy);
    const Digest early = Ledger::open(path).contents().head;
    const Digest late = Ledger::open(path, witness).reserve(tenth, "count").head;
    EXPECT_TRUE(Ledger::open(path, witness).contents().holds(early));
    EXPECT_FALSE(Ledger::open(copy).contents().holds(late));
    // A handle that was open before the file was put back, in place, notices too.
    Ledger held = Ledger::open(path, witness);
    std::filesystem::resize_file(path, std::filesystem::file_size(copy));
    expect_throws(ErrorCode::parameter_mismatch, "it is another ledger or an older copy",
                  [&] { (void)held.reserve(tenth, "count"); });
    expect_throws(ErrorCode::parameter_mismatch, "that its witness", [&] { (void)Ledger::open(path, witness); });
    EXPECT_EQ(Ledger::open(path).contents().entries.size(), 1U);  // nothing was written
}

TEST(Ledger, TakesNothingForAWitnessThatIsNone) {
    const Folder folder;
    const auto path = folder / "ledger";
    const auto witness = folder / "witness";
    (void)Ledger::create(path, terms());
    const std::string text = "hello\n";
    write_file_atomically(witness, std::as_bytes(std::span(text)));
    expect_throws(ErrorCode::malformed_input, "'hello' is no head of a ledger",
                  [&] { (void)Ledger::open(path, witness); });
    std::string almost(64, 'a');
    EXPECT_TRUE(parse_head(almost));
    almost[63] = 'g';
    EXPECT_FALSE(parse_head(almost));
    EXPECT_FALSE(parse_head(almost.substr(1)));
    EXPECT_FALSE(parse_head(std::string(64, 'A')));
}

}  // namespace
}  // namespace tacit::dp
