#include "diagnosis.hpp"

#include <fmt/format.h>

namespace tacit::app {

Diagnosis::Diagnosis(const std::vector<identity::Finding>& findings) {
    using Verdict = identity::Finding::Verdict;
    for (const identity::Finding& finding : findings) {
        const char* mark = finding.verdict == Verdict::good      ? "good"
                           : finding.verdict == Verdict::warning ? "mind"
                                                                 : "wrong";
        text += fmt::format("{}{:<9} {:<6} {}", text.empty() ? "" : "\n", finding.what, mark, finding.detail);
        if (finding.verdict == Verdict::wrong) wrong = fmt::format("{}: {}", finding.what, finding.detail);
    }
}

}  // namespace tacit::app
