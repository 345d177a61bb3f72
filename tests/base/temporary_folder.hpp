#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace tacit {

/// A test with a folder of its own, removed afterwards.
class InTemporaryFolder : public testing::Test {
protected:
    InTemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "tacit-test-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        folder_ = name;
    }
    ~InTemporaryFolder() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path folder_;
};

}  // namespace tacit
