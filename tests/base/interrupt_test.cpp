#include "tacit/base/interrupt.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/throws.hpp"
#include "tacit/base/files.hpp"

namespace tacit {

TEST(InterruptGuard, TurnsSignalsIntoAnError) {
    const InterruptGuard guard;
    throw_if_interrupted();
    EXPECT_FALSE(interruption_requested());
    std::raise(SIGTERM);
    EXPECT_TRUE(interruption_requested());
    EXPECT_THAT(message_of(ErrorCode::interrupted, throw_if_interrupted), testing::HasSubstr("stopped by SIGTERM"));
}

TEST(InterruptGuard, ForgetsTheSignalWhenTheLastGuardGoes) {
    {
        const InterruptGuard outer;
        {
            const InterruptGuard inner;
            std::raise(SIGINT);
        }
        EXPECT_THAT(message_of(ErrorCode::interrupted, throw_if_interrupted), testing::HasSubstr("Ctrl-C"));
    }
    throw_if_interrupted();
}

TEST(InterruptGuard, RestoresTheHandlersBefore) {
    { const InterruptGuard guard; }
    struct sigaction now {};
    sigaction(SIGINT, nullptr, &now);
    EXPECT_EQ(now.sa_handler, SIG_DFL);
}

TEST(InterruptGuard, GoesOnIgnoringASignalThatWasIgnored) {
    std::signal(SIGINT, SIG_IGN);
    {
        const InterruptGuard guard;
        std::raise(SIGINT);
        EXPECT_FALSE(interruption_requested());
    }
    std::signal(SIGINT, SIG_DFL);
}

TEST(InterruptGuardDeathTest, ASecondSignalEndsTheProcess) {
    EXPECT_EXIT(
        {
            const InterruptGuard guard;
            std::raise(SIGINT);
            std::raise(SIGINT);
            std::_Exit(0);
        },
        testing::KilledBySignal(SIGINT), "");
}

TEST(InterruptGuard, AnInterruptedWriteLeavesNoOutput) {
    std::string folder = (std::filesystem::temp_directory_path() / "tacit-interrupt-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    const InterruptGuard guard;
    EXPECT_THROW(
        {
            AtomicFile file = AtomicFile::open(std::filesystem::path(folder) / "result");
            std::raise(SIGINT);
            throw_if_interrupted();
            file.commit();
        },
        Error);
    EXPECT_TRUE(std::filesystem::is_empty(folder));
    std::filesystem::remove_all(folder);
}

}  // namespace tacit
