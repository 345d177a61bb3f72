#include "math/kernels.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <string>

#include "tacit/base/error.hpp"

namespace tacit::math {
namespace {

/// kernels() chooses once per process, so each choice runs in a child.
[[noreturn]] void exit_with_choice(const char* wanted) {
    setenv("TACIT_KERNELS", wanted, 1);
    try {
        std::fprintf(stderr, "chose %s", kernels().name);
    } catch (const Error& error) {
        std::fprintf(stderr, "%s: %s", to_string(error.code()), error.what());
    }
    std::exit(0);
}

TEST(KernelsDeathTest, TheEnvironmentOverridesTheChoice) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    for (const Kernels* candidate : available_kernels()) {
        EXPECT_EXIT(exit_with_choice(candidate->name), testing::ExitedWithCode(0),
                    std::string("chose ") + candidate->name);
    }
    EXPECT_EXIT(exit_with_choice(""), testing::ExitedWithCode(0),
                std::string("chose ") + available_kernels().back()->name);
}

TEST(KernelsDeathTest, AnUnknownNameListsTheKnownOnes) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(exit_with_choice("mmx"), testing::ExitedWithCode(0), "invalid_argument: .*mmx.*portable");
}

TEST(Kernels, NamesAreUniqueAndPortableComesFirst) {
    std::set<std::string> names;
    for (const Kernels* candidate : available_kernels()) EXPECT_TRUE(names.insert(candidate->name).second);
    EXPECT_STREQ(available_kernels().front()->name, "portable");
}

}  // namespace
}  // namespace tacit::math
