#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tacit/circuit/builder.hpp"
#include "tacit/linalg/value.hpp"

namespace tacit::linalg {

/// What a value is called and how it lies in slots.
struct Description {
    std::string name{};
    Layout layout;
    bool transposed = false;  ///< the layout is that of the value's transpose: columns stand where rows do
    friend bool operator==(const Description&, const Description&) = default;
};

/// "matrix 20x30 unit 64x64 clean", with " transposed" behind it if it is.
[[nodiscard]] std::string print_layout(const Description& what);

/// `linalg::pack` and `linalg::unpack` for a value in its own shape, the one that the layout has unless it is
/// transposed.
[[nodiscard]] std::vector<std::vector<double>> pack(const Description& what, const Dense& matrix,
                                                    Location where = Location::here());
[[nodiscard]] Dense unpack(const Description& what, std::span<const std::vector<double>> tiles,
                           Location where = Location::here());

/// An input or output of a program: `layout.tiles()` consecutive inputs or outputs of its circuit, from `first` on.
struct Operand : Description {
    std::size_t first = 0;
    friend bool operator==(const Operand&, const Operand&) = default;
};

/// A circuit over tiles and what its inputs and outputs stand for. Passes that keep inputs and outputs may replace the
/// circuit: `program.circuit = circuit::optimise(program.circuit)`.
struct Program {
    circuit::Circuit circuit;
    std::vector<Operand> inputs;
    std::vector<Operand> outputs;

    /// The slots of the units. A ciphertext may have more, a multiple of it: everything then repeats, and the first
    /// period of a result is the result.
    [[nodiscard]] std::size_t slots() const { return outputs.front().layout.unit().slots(); }
    /// The slot vectors of all inputs of the circuit, in order, from one matrix for each entry of `inputs`;
    /// `invalid_argument` if a number or a shape is wrong.
    [[nodiscard]] std::vector<std::vector<double>> pack(std::span<const Dense> matrices,
                                                        Location where = Location::here()) const;
    /// One matrix for each entry of `outputs`, from the slot vectors of all outputs of the circuit, in order;
    /// `invalid_argument` if a number or a length is wrong.
    [[nodiscard]] std::vector<Dense> unpack(std::span<const std::vector<double>> slots,
                                            Location where = Location::here()) const;
};

/// Writes a program: makes its inputs by shape, takes its outputs. All units have the same number of slots. Errors are
/// `invalid_argument`: units of another number of slots, a name used twice, any use after `finish`.
class ProgramBuilder {
public:
    [[nodiscard]] Matrix matrix(const std::string& name, Unit unit, std::size_t rows, std::size_t columns,
                                Location where = Location::here());
    [[nodiscard]] RowVector row_vector(const std::string& name, Unit unit, std::size_t length,
                                       Location where = Location::here());
    [[nodiscard]] ColumnVector column_vector(const std::string& name, Unit unit, std::size_t length,
                                             Location where = Location::here());
    [[nodiscard]] Scalar scalar(const std::string& name, Unit unit, Location where = Location::here());
    /// An input of any layout, such as an output of another program. If it is transposed, the program computes with the
    /// transpose of what its user gives.
    template <Kind K>
    [[nodiscard]] Value<K> input(const Description& what, Location where = Location::here()) {
        return {what.layout, input_tiles(what, where), where};
    }
    template <Kind K>
    [[nodiscard]] Value<K> input(const std::string& name, const Layout& layout, Location where = Location::here()) {
        return input<K>(Description{name, layout}, where);
    }

    /// If it is transposed, the user of the program gets the transpose of `value`.
    template <Kind K>
    void output(const std::string& name, const Value<K>& value, bool transposed = false,
                Location where = Location::here()) {
        output_tiles({name, value.layout(), transposed}, value.tiles(), where);
    }

    /// The program; at least one output is needed. The builder and its values are unusable afterwards.
    [[nodiscard]] Program finish() &&;

private:
    std::vector<circuit::Expr> input_tiles(const Description& what, Location where);
    void output_tiles(const Description& what, std::span<const circuit::Expr> tiles, Location where);

    circuit::Builder builder_;
    std::optional<std::size_t> slots_;
    std::vector<Operand> inputs_;
    std::vector<Operand> outputs_;
    std::size_t input_count_ = 0;
    std::size_t output_count_ = 0;
};

}  // namespace tacit::linalg
