#include "service/worker_message.hpp"

#include <gtest/gtest.h>

namespace tacit::service {

namespace {

using Kind = WorkerMessage::Kind;

std::string_view without_newline(const std::string& line) { return std::string_view(line).substr(0, line.size() - 1); }

TEST(WorkerMessage, IsReadAsItWasWritten) {
    const std::string progress = to_line({.work = {3, 7, 1, 2, 8, 9, 300}});
    const auto read = parse_worker_line(without_newline(progress));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->kind, Kind::progress);
    EXPECT_EQ(read->work.done, 3U);
    EXPECT_EQ(read->work.total, 7U);
    EXPECT_EQ(read->work.noise_budget, 300);
    EXPECT_EQ(to_line(*read), progress);
    const auto refresh = parse_worker_line(without_newline(to_line({.kind = Kind::needs_refresh, .segment = 4})));
    ASSERT_TRUE(refresh.has_value());
    EXPECT_EQ(refresh->kind, Kind::needs_refresh);
    EXPECT_EQ(refresh->segment, 4);
    EXPECT_EQ(parse_worker_line("failed_here no space")->kind, Kind::failed_here);
    const auto failed = parse_worker_line(without_newline(to_line({.kind = Kind::failed, .reason = "'x' is bad"})));
    ASSERT_TRUE(failed.has_value());
    EXPECT_EQ(failed->reason, "'x' is bad");
    EXPECT_EQ(parse_worker_line("done")->kind, Kind::done);
}

TEST(WorkerMessage, OtherLinesAreNone) {
    for (const char* line : {"",
                             "don",
                             "done ",
                             "progress",
                             "progress 1",
                             "progress 1 ",
                             "progress 1 2 0 1 2 3",
                             "progress 1 2 0 1 2 3 4 5",
                             "progress 2 1 0 1 1 2 3",
                             "progress -1 2 0 1 1 2 3",
                             "progress 1 2 0 1 1 2 -3",
                             "progress 1  2 0 1 2 3",
                             "progress 1 2 0 1 1 2 99999999999",
                             "progress 1 99999999999999999999 0 1 1 2 3",
                             "needs_refresh",
                             "needs_refresh -1",
                             "needs_refresh 1 2",
                             "needs_refresh x",
                             "failed",
                             "failed_here",
                             "assertion failed"}) {
        EXPECT_FALSE(parse_worker_line(line).has_value()) << line;
    }
}

TEST(WorkerMessage, ReasonsAreShortAndPrintable) {
    const auto message = parse_worker_line("failed \x1b[31m" + std::string(5000, 'x'));
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ(message->reason.size(), 2000U);
    EXPECT_EQ(message->reason.substr(0, 6), "?[31mx");
    EXPECT_EQ(to_line({.kind = Kind::failed, .reason = "a\nb"}), "failed a?b\n");
}

TEST(LineReader, CutsBytesIntoLinesHoweverTheyCome) {
    LineReader lines;
    lines.add("on");
    EXPECT_FALSE(lines.next().has_value());
    lines.add("e\ntwo\n\nfo");
    EXPECT_EQ(lines.next(), "one");
    EXPECT_EQ(lines.next(), "two");
    EXPECT_EQ(lines.next(), "");
    EXPECT_FALSE(lines.next().has_value());
    lines.add("ur\n");
    EXPECT_EQ(lines.next(), "four");
}

TEST(LineReader, CutsLinesWithoutAnEnd) {
    LineReader lines;
    lines.add(std::string(5000, 'x'));
    EXPECT_EQ(lines.next()->size(), 4096U);
    EXPECT_FALSE(lines.next().has_value());
    lines.add("\n");
    EXPECT_EQ(lines.next()->size(), 5000U - 4096U);
}

}  // namespace

}  // namespace tacit::service
