#pragma once

#include <cstdint>
#include <unordered_map>

#include "circuit/text_line.hpp"
#include "tacit/circuit/builder.hpp"

namespace tacit::circuit {

/// Takes the text of a circuit line by line, so that other text forms can hold one.
class CircuitParser {
public:
    /// A line that is not empty.
    void statement(TextLine& line);
    /// The circuit; `last` is where a missing rest is refused.
    [[nodiscard]] Circuit finish(const TextLine& last);
    /// The value that the text gave the number which is next.
    [[nodiscard]] ValueId value(TextLine& line) const;

private:
    void header(TextLine& line);
    void definition(TextLine& line);
    ValueId operation(TextLine& line);
    ValueId binary(TextLine& line, std::string_view word);
    ValueId operand(TextLine& line);

    Builder builder_;
    std::unordered_map<std::uint32_t, ValueId> values_;
    bool has_header_ = false;
};

}  // namespace tacit::circuit
