#include "tacit/base/files.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>

#include "base/posix_file.hpp"
#include "base/throws.hpp"

namespace tacit {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

namespace {

/// A folder of its own for every test, removed afterwards.
class Files : public testing::Test {
protected:
    Files() {
        std::string name = (fs::temp_directory_path() / "tacit-files-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        folder_ = name;
    }
    ~Files() override { fs::remove_all(folder_); }

    [[nodiscard]] std::size_t entries() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
    }

    fs::path folder_;
};

std::span<const std::byte> as_bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string text_in(const fs::path& path) { return text_of(read_file(path, 1 << 20)); }

unsigned mode_of(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(stat(path.c_str(), &status), 0);
    return status.st_mode & 0777U;
}

/// Lowers the largest file this process may write, so that writes fail as on a full disk.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit low = {bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &low);
    }
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit before_{};
    void (*handler_)(int);
};

}  // namespace

TEST_F(Files, ComeBackAsTheyWereWritten) {
    const std::string text(3000000, 'x');
    write_file_atomically(folder_ / "a", as_bytes(text));
    EXPECT_TRUE(text_of(read_file(folder_ / "a", text.size())) == text);
    write_file_atomically(folder_ / "a", as_bytes("short"));
    EXPECT_EQ(text_in(folder_ / "a"), "short");
    write_file_atomically(folder_ / "a", {});
    EXPECT_EQ(text_in(folder_ / "a"), "");
    EXPECT_EQ(entries(), 1U);
}

TEST_F(Files, OwnerOnlyFilesAreClosedToOthers) {
    const mode_t before = umask(022);
    write_file_atomically(folder_ / "secret", as_bytes("s"), FileMode::owner_only);
    write_file_atomically(folder_ / "shared", as_bytes("s"), FileMode::shared);
    umask(before);
    EXPECT_EQ(mode_of(folder_ / "secret"), 0600U);
    EXPECT_EQ(mode_of(folder_ / "shared"), 0644U);
}

TEST_F(Files, ReadingIsBounded) {
    write_file_atomically(folder_ / "a", as_bytes("0123456789"));
    EXPECT_EQ(read_file(folder_ / "a", 10).size(), 10U);
    EXPECT_THAT(message_of(ErrorCode::io_failure, [&] { static_cast<void>(read_file(folder_ / "a", 9)); }),
                AllOf(HasSubstr("cannot read"), HasSubstr("longer than the 9 bytes")));
    EXPECT_THROW(static_cast<void>(read_file("/dev/zero", 100000)), Error);
    EXPECT_FALSE(read_file("/proc/self/status", 100000).empty());  // says 0 bytes until it is read
}

TEST_F(Files, ReadingNamesThePathTheReasonAndTheRemedy) {
    EXPECT_THAT(message_of(ErrorCode::io_failure, [&] { static_cast<void>(read_file(folder_ / "no", 9)); }),
                AllOf(HasSubstr((folder_ / "no").string()), HasSubstr("No such file"), HasSubstr("check the name")));
    EXPECT_THAT(message_of(ErrorCode::io_failure, [&] { static_cast<void>(read_file(folder_, 9)); }),
                HasSubstr("this is a folder; name a file"));
}

TEST_F(Files, WritingBelowAFileOrAMissingFolderIsRefused) {
    write_file_atomically(folder_ / "file", as_bytes("f"));
    EXPECT_THAT(message_of(ErrorCode::io_failure, [&] { write_file_atomically(folder_ / "file" / "x", {}); }),
                AllOf(HasSubstr("file/x"), HasSubstr("Not a directory"), HasSubstr("check the name")));
    EXPECT_THAT(message_of(ErrorCode::io_failure, [&] { write_file_atomically(folder_ / "no" / "x", {}); }),
                HasSubstr("folders are not created"));
    EXPECT_EQ(entries(), 1U);
}

TEST_F(Files, FoldersDevicesAndEmptyNamesAreNotReplaced) {
    EXPECT_THAT(message_of(ErrorCode::io_failure, [&] { write_file_atomically(folder_, {}); }),
                HasSubstr("this is a folder"));
    EXPECT_THAT(message_of(ErrorCode::io_failure, [&] { write_file_atomically("/dev/full", {}); }),
                HasSubstr("device or a pipe"));
    EXPECT_THAT(message_of(ErrorCode::io_failure, [&] { write_file_atomically("", {}); }), HasSubstr("names no file"));
    EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST_F(Files, AFullDiskLeavesTheOldFileAndNoTemporary) {
    const fs::path path = folder_ / "result";
    write_file_atomically(path, as_bytes("old"));
    const std::string large(300000, 'x');
    {
        const FileSizeLimit limit(100000);
        EXPECT_THAT(message_of(ErrorCode::io_failure, [&] { write_file_atomically(path, as_bytes(large)); }),
                    AllOf(HasSubstr(path.string()), HasSubstr("File too large"), HasSubstr("ulimit -f")));
    }
    EXPECT_EQ(text_in(path), "old");
    EXPECT_EQ(entries(), 1U);
}

TEST_F(Files, NoSpaceLeftSaysHowToMendIt) {
    const Descriptor full(open("/dev/full", O_WRONLY));
    ASSERT_GE(full.value(), 0);
    EXPECT_THAT(
        message_of(ErrorCode::io_failure, [&] { write_all(full.value(), as_bytes("x"), "/out/model"); }),
        AllOf(HasSubstr("cannot write '/out/model'"), HasSubstr("No space left"), HasSubstr("free some space")));
}

TEST_F(Files, NothingAppearsBeforeCommit) {
    const fs::path path = folder_ / "stream";
    {
        AtomicFile file = AtomicFile::open(path);
        file.write(as_bytes("one "));
        AtomicFile moved = std::move(file);
        moved.write(as_bytes("two"));
        EXPECT_FALSE(fs::exists(path));
        EXPECT_EQ(entries(), 1U);
        moved.commit();
        EXPECT_EQ(text_in(path), "one two");
        EXPECT_THROW(moved.commit(), Error);
        EXPECT_THROW(moved.write(as_bytes("three")), Error);
    }
    EXPECT_EQ(entries(), 1U);
}

TEST_F(Files, WithoutCommitNothingRemains) {
    {
        AtomicFile file = AtomicFile::open(folder_ / "a");
        file.write(as_bytes("half"));
        file = AtomicFile::open(folder_ / "b");
        EXPECT_EQ(entries(), 1U);
    }
    EXPECT_EQ(entries(), 0U);
}

TEST_F(Files, AFailedMoveIntoPlaceRemovesTheTemporary) {
    AtomicFile file = AtomicFile::open(folder_ / "a");
    fs::create_directory(folder_ / "a");
    EXPECT_THROW(file.commit(), Error);
    EXPECT_EQ(entries(), 1U);
    EXPECT_TRUE(fs::is_directory(folder_ / "a"));
}

TEST_F(Files, ARelativeNameWorks) {
    const fs::path before = fs::current_path();
    fs::current_path(folder_);
    write_file_atomically("plain", as_bytes("p"));
    fs::current_path(before);
    EXPECT_EQ(text_in(folder_ / "plain"), "p");
}

TEST_F(Files, MapShowsTheBytes) {
    write_file_atomically(folder_ / "a", as_bytes("mapped"));
    MappedFile map = MappedFile::open(folder_ / "a");
    EXPECT_EQ(text_of(map.bytes()), "mapped");
    write_file_atomically(folder_ / "a", as_bytes("new"));  // the old file lives on in the map
    MappedFile other = std::move(map);
    EXPECT_EQ(text_of(other.bytes()), "mapped");
    other = MappedFile::open(folder_ / "a", 3);
    EXPECT_EQ(text_of(other.bytes()), "new");
}

TEST_F(Files, MapRefusesWhatItCannotShow) {
    write_file_atomically(folder_ / "a", as_bytes("abc"));
    write_file_atomically(folder_ / "empty", {});
    EXPECT_TRUE(MappedFile::open(folder_ / "empty").bytes().empty());
    EXPECT_THROW(static_cast<void>(MappedFile::open(folder_ / "no")), Error);
    EXPECT_THROW(static_cast<void>(MappedFile::open(folder_)), Error);
    EXPECT_THROW(static_cast<void>(MappedFile::open(folder_ / "a", 2)), Error);
    EXPECT_THAT(message_of(ErrorCode::io_failure, [] { static_cast<void>(MappedFile::open("/dev/null")); }),
                HasSubstr("not a regular file"));
}

}  // namespace tacit
