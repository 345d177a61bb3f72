#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace tacit::linalg {

/// What is open at a node of a formula.
enum class Decision : std::uint8_t {
    unit,         ///< of an input
    orientation,  ///< of an input: 1 keeps its transpose, 2 its diagonals
    operand,      ///< which of two operands is moved to meet the other
    form,         ///< of a product
};

struct ChoiceKey {
    std::size_t node = 0;
    Decision decision = Decision::unit;
    friend auto operator<=>(const ChoiceKey&, const ChoiceKey&) = default;
};

/// An option that was taken out of several.
struct Choice {
    ChoiceKey key{};
    std::size_t option = 0;
    std::size_t options = 1;
};

/// The options to take, 0 where nothing is said, and those that were taken while a circuit was written: what is open
/// depends on what was taken before.
class LayoutChoices {
public:
    using Fixed = std::map<ChoiceKey, std::size_t>;
    explicit LayoutChoices(Fixed fixed) : fixed_(std::move(fixed)) {}

    std::size_t pick(ChoiceKey key, std::size_t options) {
        if (options < 2) return 0;
        const auto said = fixed_.find(key);
        const std::size_t option = said == fixed_.end() ? 0 : std::min(said->second, options - 1);
        taken_.push_back({key, option, options});
        return option;
    }
    [[nodiscard]] const std::vector<Choice>& taken() const noexcept { return taken_; }

private:
    Fixed fixed_;
    std::vector<Choice> taken_;
};

}  // namespace tacit::linalg
