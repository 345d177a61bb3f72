#include "math/kernels.hpp"

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/fail.hpp"
#include "math/kernels_targets.hpp"

namespace tacit::math {

namespace {

const Kernels& chosen_kernels() {
    const auto available = available_kernels();
    const char* const wanted = std::getenv("TACIT_KERNELS");
    if (wanted == nullptr || *wanted == '\0') return *available.back();
    std::string known;
    for (const Kernels* candidate : available) {
        if (candidate->name == std::string_view(wanted)) return *candidate;
        known += known.empty() ? "" : ", ";
        known += candidate->name;
    }
    fail(ErrorCode::invalid_argument, "TACIT_KERNELS={} names no kernels of this machine; it has {}", wanted, known);
}

}  // namespace

std::span<const Kernels* const> available_kernels() {
    static const std::vector<const Kernels*> all = [] {
        std::vector<const Kernels*> found = vector_kernels();
        found.insert(found.begin(), &portable_kernels());
        return found;
    }();
    return all;
}

const Kernels& kernels() {
    static const Kernels& chosen = chosen_kernels();
    return chosen;
}

}  // namespace tacit::math
