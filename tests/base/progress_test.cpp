#include "tacit/base/progress.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>

#include "tacit/base/parallel.hpp"

namespace tacit {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

namespace {

/// A file that remembers what was printed into it.
class PrintedFile {
public:
    PrintedFile() : stream_(std::tmpfile()) {}
    ~PrintedFile() { std::fclose(stream_); }
    PrintedFile(const PrintedFile&) = delete;
    PrintedFile& operator=(const PrintedFile&) = delete;
    [[nodiscard]] std::FILE* stream() const { return stream_; }
    [[nodiscard]] std::string text() const {
        std::rewind(stream_);
        std::string text;
        for (int c = std::fgetc(stream_); c != EOF; c = std::fgetc(stream_)) text += static_cast<char>(c);
        return text;
    }

private:
    std::FILE* stream_;
};

/// A pseudo terminal of 60 columns.
class Terminal {
public:
    Terminal() : master_(posix_openpt(O_RDWR | O_NOCTTY)) {
        if (master_ < 0 || grantpt(master_) != 0 || unlockpt(master_) != 0) return;
        stream_ = std::fopen(ptsname(master_), "w");
        const winsize size = {24, 60, 0, 0};
        if (stream_ != nullptr) ioctl(fileno(stream_), TIOCSWINSZ, &size);
    }
    ~Terminal() {
        if (stream_ != nullptr) std::fclose(stream_);
        close(master_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    [[nodiscard]] std::FILE* stream() const { return stream_; }
    /// What was drawn since the last call, up to `last`: it may arrive in pieces.
    [[nodiscard]] std::string text_until(std::string_view last) const {
        std::fflush(stream_);
        std::string text;
        pollfd ready = {master_, POLLIN, 0};
        while (text.find(last) == std::string::npos && poll(&ready, 1, 5000) == 1) {
            std::array<char, 4096> buffer{};
            const ssize_t got = read(master_, buffer.data(), buffer.size());
            if (got <= 0) break;
            text.append(buffer.data(), static_cast<std::size_t>(got));
        }
        return text;
    }

private:
    int master_;
    std::FILE* stream_ = nullptr;
};

}  // namespace

TEST(ProgressBar, PrintsAPlainLineForEveryTenthElsewhere) {
    PrintedFile file;
    ProgressBar bar("training", 1000, file.stream());
    for (int i = 0; i < 1000; ++i) bar.advance();
    bar.finish();
    const std::string text = file.text();
    EXPECT_EQ(std::ranges::count(text, '\n'), 10);
    EXPECT_THAT(text, ContainsRegex("training: 10 % .100/1000., [0-9:]+ elapsed, [0-9:]+ left\n"));
    EXPECT_THAT(text, ContainsRegex("training: 100 % .1000/1000., [0-9:]+ elapsed\n"));
    EXPECT_THAT(text, Not(HasSubstr("\r")));
}

TEST(ProgressBar, ShowsTheSuffixAndFinishesOnce) {
    PrintedFile file;
    {
        ProgressBar bar("fit", 2, file.stream());
        bar.set_suffix("loss 0.412");
        bar.advance();
        bar.finish();
        bar.finish();
        bar.advance();
    }
    EXPECT_THAT(file.text(), ContainsRegex("fit: 50 % .1/2., [0-9:]+ elapsed, [0-9:]+ left, loss 0.412\nfit: 100 %"));
    EXPECT_EQ(std::ranges::count(file.text(), '\n'), 2);
}

TEST(ProgressBar, DoesNotClaimTheEndOfWorkCutShort) {
    PrintedFile file;
    {
        ProgressBar bar("cut", 10, file.stream());
        bar.advance(3);
    }
    EXPECT_THAT(file.text(), HasSubstr("30 %"));
    EXPECT_THAT(file.text(), Not(HasSubstr("100 %")));
}

TEST(ProgressBar, EstimatesFromTheTimeThatTheWorkTook) {
    const PrintedFile file;
    ProgressBar bar("Training", 100, file.stream());
    bar.set_elapsed(60);
    bar.advance(75);
    EXPECT_THAT(file.text(), HasSubstr("75 % (75/100), 1:00 elapsed, 0:20 left"));
}

TEST(ProgressBar, WorkOfAnEarlierRunDoesNotCountForTheTimeLeft) {
    const PrintedFile file;
    ProgressBar bar("Training", 100, file.stream());
    bar.resume_at(60);
    bar.set_elapsed(30);
    bar.advance(10);
    EXPECT_THAT(file.text(), HasSubstr("Training: 70 % (70/100), 0:30 elapsed, 1:30 left"));
    EXPECT_THAT(file.text(), Not(HasSubstr("60 %")));
}

TEST(ProgressBar, TakesNoWorkAndTooMuchWork) {
    PrintedFile file;
    ProgressBar none("none", 0, file.stream());
    none.advance(5);
    none.finish();
    ProgressBar over("over", 4, file.stream());
    over.advance(100);
    over.finish();
    EXPECT_THAT(file.text(), ContainsRegex("none: 100 % .0/0., [0-9:]+ elapsed\nover: 100 % .4/4., [0-9:]+ elapsed\n"));
}

TEST(ProgressBar, CountsFromSeveralThreads) {
    PrintedFile file;
    ProgressBar bar("threads", 500, file.stream());
    parallel_for(0, 500, [&](std::size_t) { bar.advance(); });
    bar.finish();
    EXPECT_EQ(std::ranges::count(file.text(), '\n'), 10);
}

TEST(ProgressBar, DrawsABarThatFitsATerminal) {
    const Terminal terminal;
    if (terminal.stream() == nullptr) GTEST_SKIP() << "no pseudo terminals here";
    ProgressBar bar("key", 4, terminal.stream());
    EXPECT_THAT(terminal.text_until("left"), HasSubstr("\rkey [------------------------]   0 %  0:00 elapsed, ? left"));
    std::this_thread::sleep_for(std::chrono::milliseconds(110));
    bar.set_suffix("a suffix that is too long for the line");
    bar.advance(2);
    const std::string drawn = terminal.text_until(" le");
    EXPECT_THAT(drawn, HasSubstr("key [############------------]  50 %  0:0"));
    EXPECT_EQ(drawn.size(), 60U);  // a carriage return and 59 columns
    bar.advance();                 // too soon to be drawn
    bar.finish();
    EXPECT_THAT(terminal.text_until("\n"), ContainsRegex("key .########################. 100 %.*\n"));
}

}  // namespace tacit
