#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "tacit/circuit/circuit.hpp"
#include "tacit/tensor/program.hpp"

namespace tacit::tensor {

/// How a vector lies in a grid of slots with `height` rows and `width` columns.
enum class Encoding : std::uint8_t {
    outer,  ///< entry i in all of row i
    inner,  ///< entry i in all of column i
};

/// How sums along the rows of the grid get into all of a row.
enum class Summation : std::uint8_t {
    masked,     ///< exact in one column, masked and repeated: one more level
    mask_free,  ///< matrices take half of the columns; the sum is exact in the upper half and garbage in the lower one
};

/// In what order matrices are multiplied.
enum class Association : std::uint8_t {
    multiplied_out,  ///< A (B x) is (A B) x: fewer levels, and blocks as large as the vectors between polynomials
    as_written,
    by_term,  ///< each term of x for itself: A (B x + C y) may be (A B) x + A (C y)
};

struct Grid {
    std::size_t height = 0;
    std::size_t width = 0;
};

/// A block of numbers that an owner lays into a grid of slots and encrypts. Slots are complex: two blocks of one shape.
struct InputBlock {
    struct Term {
        double factor = 1;
        Chain chain{};
        bool times_vector = false;  ///< chain * vector `vector`; otherwise, for vectors, chain * (1, 1, ...)
        std::uint32_t vector = 0;
        friend bool operator==(const Term&, const Term&) = default;
    };
    struct Part {
        enum class Kind : std::uint8_t { none, matrix, along_rows, along_columns };
        Kind kind = Kind::none;
        /// matrix: one term, a chain (empty: the identity). along_rows: the sum of vectors, entry i in all of grid row
        /// i; along_columns: in all of grid column i.
        std::vector<Term> terms{};
        std::size_t row = 0;  ///< the entry in the block's corner; entries outside are zero
        std::size_t column = 0;
        friend bool operator==(const Part&, const Part&) = default;
    };
    Part real{};
    Part imaginary{};
    std::size_t columns = 0;      ///< the block has the height of the grid
    std::size_t grid_column = 0;  ///< where its first column lies
    friend bool operator==(const InputBlock&, const InputBlock&) = default;
};

/// Where an output of the circuit keeps entries of an output of the program.
struct OutputSlots {
    std::size_t vector = 0;  ///< number of the program's output
    std::size_t output = 0;  ///< number of the circuit's output
    bool imaginary = false;
    std::size_t first_entry = 0;
    std::size_t count = 0;
    std::size_t first_slot = 0;
    std::size_t stride = 1;
};

/// A program as a circuit on slots: what owners encrypt, what the server computes, where results are.
struct Lowered {
    Grid grid{};
    Summation summation = Summation::masked;
    Association association = Association::multiplied_out;
    circuit::Circuit circuit;
    std::vector<InputBlock> inputs{};  ///< one per input of the circuit
    std::vector<OutputSlots> outputs{};
};

/// Who encrypts a block: the owner of everything in it.
[[nodiscard]] Owner owner(const Program& program, const InputBlock& block);

/// Makes the slots of inputs from what their owner knows. A product of matrices is made once and kept until the last
/// input that needs it is packed; an input packed twice may cost its product again.
class Packer {
public:
    /// Views its arguments, which must outlive it. Throws invalid_argument if the inputs do not fit the program.
    Packer(const Program& program, const Lowered& lowered, const ClearInputs& inputs);
    /// [grid.height * grid.width] slots, to be repeated over all slots of a ciphertext.
    [[nodiscard]] std::vector<std::complex<double>> operator()(const InputBlock& block);

private:
    void add(const InputBlock& block, const InputBlock::Part& part, std::complex<double> unit,
             std::vector<std::complex<double>>& slots);
    struct Product {
        std::size_t uses = 0;  ///< by inputs still to come
        ClearMatrix value{};
    };
    const ClearMatrix& product(const Chain& chain);

    const Program& program_;
    Grid grid_;
    const ClearInputs& inputs_;
    std::map<Chain, Product> products_;
};

/// The outputs of the program from the slots of the circuit's outputs.
[[nodiscard]] std::vector<std::vector<double>> unpack(const Program& program, const Lowered& lowered,
                                                      std::span<const std::vector<std::complex<double>>> slots);

}  // namespace tacit::tensor
