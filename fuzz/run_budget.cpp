// The file in which runs are counted: read or refused, and what is spent is counted behind whatever stands there.
#include "tacit/mpc/run_budget.hpp"

#include "common.hpp"
#include "folder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    static const fuzz::Folder folder;
    mpc::RunBudget budget(folder.file(fuzz::as_bytes(data, size)));
    const auto before = catching([&] { return budget.spent("a", "b"); });
    if (!before) {
        fuzz::check_error(before.error());
        return 0;
    }
    constexpr std::uint64_t all = ~std::uint64_t{0};
    const std::uint64_t answers = 1 + size % 3;
    const auto spent = catching([&] { return budget.spend("a", "b", all, answers), 0; });
    const std::uint64_t due = spent ? *before + answers : *before;
    if (!spent && (spent.error().code() != ErrorCode::budget_exceeded || *before <= all - answers)) {
        fuzz::report(spent.error().what());
    }
    if (budget.spent("a", "b") != due) fuzz::report("what was spent is not counted");
    return 0;
}
