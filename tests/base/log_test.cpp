#include "tacit/base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/log_line.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit {
namespace {

using testing::ElementsAre;

TEST(Log, IsQuietUnlessOneIsMade) {
    EXPECT_EQ(log_level(), LogLevel::quiet);
    testing::internal::CaptureStderr();
    log(LogLevel::info, "nobody listens");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Log, GoesToStandardErrorByDefault) {
    testing::internal::CaptureStderr();
    {
        const Log on(LogLevel::info);
        log(LogLevel::info, "depth {}", 3);
        log(LogLevel::debug, "too much");
    }
    log(LogLevel::info, "too late");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "tacit: depth 3\n");
}

TEST(Log, PassesLinesOfItsLevelAndBelowToTheSink) {
    std::vector<std::string> lines;
    const LogSink sink = [&](LogLevel level, std::string_view line) {
        lines.push_back((level == LogLevel::info ? "i " : "d ") + std::string(line));
    };
    const Log outer(LogLevel::info, sink);
    log(LogLevel::debug, "one");
    log(LogLevel::info, "two");
    {
        const Log inner(LogLevel::debug, sink);
        log(LogLevel::debug, "three");
    }
    log(LogLevel::debug, "four");
    {
        const Log silence(LogLevel::quiet, sink);
        log(LogLevel::info, "five");
    }
    log(LogLevel::info, "six");
    EXPECT_THAT(lines, ElementsAre("i two", "d three", "i six"));
}

TEST(Log, TakesLinesFromManyThreadsOneAtATime) {
    std::vector<std::string> lines;
    const Log on(LogLevel::info, [&](LogLevel, std::string_view line) { lines.emplace_back(line); });
    parallel_for(0, 1000, [](std::size_t i) { log(LogLevel::info, "{}", i); });
    EXPECT_EQ(lines.size(), 1000U);
}

}  // namespace
}  // namespace tacit
