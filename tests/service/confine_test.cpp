#include "service/confine.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "base/temporary_folder.hpp"

namespace tacit::service {

namespace fs = std::filesystem;

namespace {

class Confined : public InTemporaryFolder {
protected:
    Confined() {
        for (const char* name : {"readable", "writable", "other"}) {
            fs::create_directory(folder_ / name);
            std::ofstream(folder_ / name / "file") << "text";
        }
    }
    /// Whether `may` gives true in a process that was confined; none if the kernel has no Landlock.
    template <class May>
    bool in_child(const May& may) {
        const pid_t child = fork();
        if (child == 0) {
            const fs::path readable[] = {folder_ / "readable", folder_ / "missing"};
            const Confinement confinement = confine(readable, folder_ / "writable");
            _exit(!confinement.files ? 2 : may(confinement) ? 1 : 0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_TRUE(WIFEXITED(status));
        supported_ = WEXITSTATUS(status) != 2;
        return WEXITSTATUS(status) == 1;
    }
    bool can_read(const char* name) {
        return in_child([&](auto) { return std::ifstream(folder_ / name / "file").good(); });
    }
    bool can_write(const char* name) {
        return in_child([&](auto) { return std::ofstream(folder_ / name / "new").good(); });
    }

    bool supported_ = true;
};

TEST_F(Confined, ProcessesReadAndWriteWhatTheyWereGivenAndNothingElse) {
    const bool reads = can_read("readable");
    if (!supported_) GTEST_SKIP() << "this kernel has no Landlock";
    EXPECT_TRUE(reads);
    EXPECT_TRUE(can_read("writable"));
    EXPECT_FALSE(can_read("other"));
    EXPECT_TRUE(can_write("writable"));
    EXPECT_FALSE(can_write("readable"));
    EXPECT_FALSE(can_write("other"));
    EXPECT_TRUE(std::ifstream(folder_ / "other" / "file").good());
}

TEST_F(Confined, ProcessesHaveNoTcp) {
    const bool refused = in_child([](const Confinement& confinement) {
        const int tcp = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(9);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int result = connect(tcp, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        return !confinement.network || (result != 0 && errno == EACCES);
    });
    if (!supported_) GTEST_SKIP() << "this kernel has no Landlock";
    EXPECT_TRUE(refused);
}

}  // namespace

}  // namespace tacit::service
