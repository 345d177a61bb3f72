#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/posix_file.hpp"

namespace tacit::mpc {

/// A file of records without a name: it is gone with the process, however that ends.
template <class Record>
class RecordFile {
    static_assert(std::is_trivially_copyable_v<Record>);

public:
    RecordFile() {
        std::string name = (std::filesystem::temp_directory_path() / "tacit-XXXXXX").string();
        const int descriptor = mkostemp(name.data(), O_CLOEXEC);
        if (descriptor < 0) fail_io("create", name, errno);
        unlink(name.c_str());
        file_.reset(fdopen(descriptor, "w+b"));
        if (!file_) fail_io("open", name, errno);
    }
    void write(const Record& record) {
        if (std::fwrite(&record, sizeof record, 1, file_.get()) != 1) fail_here("write");
    }
    void rewind() {
        if (std::fflush(file_.get()) != 0 || std::fseek(file_.get(), 0, SEEK_SET) != 0) fail_here("write");
    }
    /// After rewind(); false at the end.
    [[nodiscard]] bool read(Record& record) {
        if (std::fread(&record, sizeof record, 1, file_.get()) == 1) return true;
        if (std::ferror(file_.get()) != 0) fail_here("read");
        return false;
    }

private:
    struct Close {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };
    [[noreturn]] static void fail_here(const char* action) {
        fail_io(action, std::filesystem::temp_directory_path() / "(sorted records)", errno);
    }
    std::unique_ptr<std::FILE, Close> file_;
};

/// Sorts more records than memory holds: runs of `bytes` are sorted in memory and merged from files. Records are added,
/// then finish() once, then read in ascending order as often as one likes, with rewind() in between.
template <class Record>
class RecordSorter {
public:
    explicit RecordSorter(std::uint64_t bytes) : run_records_(std::max<std::uint64_t>(bytes / sizeof(Record), 1024)) {}

    void add(const Record& record) {
        if (memory_.size() == run_records_) spill();
        memory_.push_back(record);
        ++size_;
    }
    void finish() {
        if (runs_.empty()) {
            std::ranges::sort(memory_);
            return;
        }
        spill();
        memory_ = {};
        merge();
    }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    void rewind() {
        next_ = 0;
        if (merged_) merged_->rewind();
    }
    /// False at the end.
    [[nodiscard]] bool read(Record& record) {
        if (merged_) return merged_->read(record);
        if (next_ == memory_.size()) return false;
        record = memory_[next_++];
        return true;
    }

private:
    void spill() {
        std::ranges::sort(memory_);
        RecordFile<Record>& run = runs_.emplace_back();
        for (const Record& record : memory_) run.write(record);
        run.rewind();
        memory_.clear();
    }
    void merge() {
        using Head = std::pair<Record, std::size_t>;
        const auto later = [](const Head& a, const Head& b) { return b.first < a.first; };
        std::vector<Head> heads;  // a heap, the smallest in front
        for (std::size_t i = 0; i < runs_.size(); ++i) {
            if (Record record; runs_[i].read(record)) heads.emplace_back(record, i);
        }
        std::ranges::make_heap(heads, later);
        merged_ = std::make_unique<RecordFile<Record>>();
        while (!heads.empty()) {
            std::ranges::pop_heap(heads, later);
            Head& head = heads.back();
            merged_->write(head.first);
            if (runs_[head.second].read(head.first)) {
                std::ranges::push_heap(heads, later);
            } else {
                heads.pop_back();
            }
        }
        runs_.clear();
        merged_->rewind();
    }

    std::uint64_t run_records_;
    std::uint64_t size_ = 0;
    std::vector<Record> memory_;
    std::size_t next_ = 0;
    std::vector<RecordFile<Record>> runs_;
    std::unique_ptr<RecordFile<Record>> merged_;
};

}  // namespace tacit::mpc
