#pragma once

#include <string>
#include <vector>

#include "tacit/identity/finding.hpp"

namespace tacit::app {

/// What a doctor found, as it is printed.
struct Diagnosis {
    explicit Diagnosis(const std::vector<identity::Finding>& findings);
    std::string text;   ///< a line per finding
    std::string wrong;  ///< the last one that is wrong; empty: none
};

}  // namespace tacit::app
