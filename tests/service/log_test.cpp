#include "service/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>

namespace tacit::service {

namespace {

std::string logged(const char* event, std::initializer_list<Log::Field> fields) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), std::fclose);
    Log(file.get()).write(event, fields);
    std::rewind(file.get());
    std::array<char, 1000> line{};
    const std::size_t size = std::fread(line.data(), 1, line.size(), file.get());
    return {line.data(), size};
}

TEST(Log, WritesOneJsonObjectPerLine) {
    const std::string line =
        logged("started", {{"text", std::string("a \"b\"\n")}, {"port", std::int64_t{7}}, {"seconds", 1.5}});
    EXPECT_THAT(line, testing::MatchesRegex("\\{\"time\":\"20[0-9-]*T[0-9:.]*Z\",\"event\":\"started\".*\\}\n"));
    EXPECT_THAT(line, testing::HasSubstr(R"("text":"a \"b\"\n","port":7,"seconds":1.5)"));
}

TEST(Log, KeepsBytesThatAreNoTextFromSpoilingTheLine) {
    EXPECT_THAT(logged("x", {{"text", std::string("\xff\xfe")}}), testing::EndsWith("\"}\n"));
}

}  // namespace

}  // namespace tacit::service
