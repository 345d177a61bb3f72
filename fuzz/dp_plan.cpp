// The file of `tacit dp plan`: questions, or malformed_input or invalid_argument. What is understood becomes
// measurements, of which the dominating pairs are made; they are not priced, which takes long and reads no bytes.
#include "common.hpp"
#include "dp_plan_file.hpp"
#include "dp_questions.hpp"
#include "tacit/dp/plan.hpp"

namespace {

using namespace tacit;

template <class Metric>
void plan(const app::PlanFile& file, std::uint64_t rows) {
    dp::Plan plan;
    for (const app::Question& question : file.questions) {
        app::with_measurement<Metric>(question, rows, [&](const auto& measurement) { plan.add(measurement); });
    }
    if (plan.pairs(rows).empty()) fuzz::report("a plan that costs nothing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > app::PlanFile::largest_bytes) return 0;
    try {
        const app::PlanFile file(fuzz::as_bytes(data, size).subspan(1), "plan.json");
        const std::uint64_t rows = 1 + data[0] / 2;
        if (data[0] % 2 == 0) {
            plan<dp::AddRemove>(file, rows);
        } else {
            plan<dp::ChangeOne>(file, rows);
        }
    } catch (const Error& error) {
        const bool expected = error.code() == ErrorCode::malformed_input || error.code() == ErrorCode::invalid_argument;
        if (!expected) fuzz::report("an error of another kind");
    }
    return 0;
}
