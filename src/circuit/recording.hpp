#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_set>

#include "circuit/flat_index.hpp"
#include "tacit/circuit/circuit.hpp"

namespace tacit::circuit::detail {

/// A circuit while it is made; shared by its Builder and Exprs, so that none of them can dangle.
class Recording {
public:
    Recording();
    ValueId input(std::string name, Location where);
    ValueId constant(std::span<const double> values, Location where);
    /// add, sub or mul.
    ValueId binary(Op op, ValueId a, ValueId b, Location where);
    ValueId negate(ValueId a, Location where);
    ValueId rotate(ValueId a, std::int32_t steps, Location where);
    ValueId conjugate(ValueId a, Location where);
    ValueId refresh(ValueId a, Location where);
    void output(ValueId value, std::string name);
    [[nodiscard]] const Circuit& circuit() const noexcept { return circuit_; }
    [[nodiscard]] Circuit finish();

    /// Throws if the circuit is finished.
    void require_open(Op op, Location where) const;
    /// Throws unless `value` exists.
    void require_value(const char* operation, ValueId value, Location where) const;

private:
    ValueId emit(const Node& node, Location where);
    ValueId append(const Node& node, Location where);
    [[nodiscard]] std::uint32_t file_number(std::string_view file);
    [[nodiscard]] bool is_constant(ValueId value) const { return circuit_.is_constant(value); }
    [[nodiscard]] std::span<const double> values_of(ValueId constant) const {
        return circuit_.constant(circuit_.node(constant).attribute);
    }

    Circuit circuit_;
    FlatIndex nodes_;
    FlatIndex constants_;
    std::unordered_set<std::string> input_names_;
    std::unordered_set<std::string> output_names_;
    std::string_view last_file_{};
    std::uint32_t last_file_number_ = 0;
    bool finished_ = false;
};

}  // namespace tacit::circuit::detail
