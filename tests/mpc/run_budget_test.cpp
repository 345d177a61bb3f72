#include "tacit/mpc/run_budget.hpp"

#include <atomic>
#include <span>
#include <thread>
#include <vector>

#include "base/temporary_folder.hpp"
#include "base/throws.hpp"
#include "tacit/base/files.hpp"

namespace tacit::mpc {
namespace {

class RunBudgetFile : public InTemporaryFolder {};

TEST_F(RunBudgetFile, CountsRunsOfEveryPairByItself) {
    RunBudget budget(folder_ / "runs");
    EXPECT_EQ(budget.spent("south", "patients"), 0u);
    budget.spend("south", "patients", 2);
    budget.spend("south", "staff", 1);
    budget.spend("south", "patients", 2);
    EXPECT_EQ(RunBudget(folder_ / "runs").spent("south", "patients"), 2u);
    EXPECT_EQ(budget.spent("west", "patients"), 0u);
    expect_throws(ErrorCode::budget_exceeded, "2 runs with 'south' on 'patients' were made and 2 are allowed",
                  [&] { return budget.spend("south", "patients", 2), 0; });
    EXPECT_EQ(budget.spent("south", "patients"), 2u);
}

TEST_F(RunBudgetFile, CountsAnswersOfRunsThatHaveMoreThanOne) {
    RunBudget budget(folder_ / "runs");
    budget.spend("south", "model", 100, 90);
    budget.spend("south", "model", 100);
    EXPECT_EQ(RunBudget(folder_ / "runs").spent("south", "model"), 91u);
    expect_throws(ErrorCode::budget_exceeded, "91 runs with 'south' on 'model' were made and 100 are allowed",
                  [&] { return budget.spend("south", "model", 100, 10), 0; });
    expect_throws(ErrorCode::budget_exceeded, "", [&] { return budget.spend("south", "model", 100, ~0ULL), 0; });
    budget.spend("south", "model", 100, 9);
    EXPECT_EQ(budget.spent("south", "model"), 100u);
}

TEST_F(RunBudgetFile, ManyAtOnceNeverSpendMoreThanIsAllowed) {
    std::atomic<int> spent = 0;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 5; ++i) {
                try {
                    RunBudget(folder_ / "runs").spend("south", "patients", 10);
                    ++spent;
                } catch (const Error& error) {
                    EXPECT_EQ(error.code(), ErrorCode::budget_exceeded);
                }
            }
        });
    }
    threads.clear();
    EXPECT_EQ(spent, 10);
}

TEST_F(RunBudgetFile, RefusesAFileThatIsNoList) {
    const auto file = folder_ / "runs";
    for (const std::string text :
         {"17\tsouth\tpatients", "17\tsouth\n", "hello\n", "17\ta\tb\tx\n", "17\ta\tb\t1\t2\n"}) {
        write_file_atomically(file, std::as_bytes(std::span(text)));
        expect_throws(ErrorCode::malformed_input, "line 1 is no run", [&] { return RunBudget(file).spent("a", "b"); });
    }
    expect_throws(ErrorCode::io_failure, "nowhere",
                  [&] { return RunBudget(folder_ / "nowhere" / "runs").spend("a", "b", 1), 0; });
}

}  // namespace
}  // namespace tacit::mpc
