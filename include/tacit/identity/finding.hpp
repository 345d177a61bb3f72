#pragma once

#include <string>

namespace tacit::identity {

/// One thing between us and another party, as a doctor found it.
struct Finding {
    enum class Verdict { good, warning, wrong };
    Verdict verdict = Verdict::good;
    std::string what;    ///< "name", "port", "TLS", "pin", "version", "clock", ...
    std::string detail;  ///< what was found and, unless good, on which side and what to do
};

}  // namespace tacit::identity
