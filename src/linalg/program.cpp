#include "tacit/linalg/program.hpp"

#include <algorithm>
#include <utility>

#include "base/fail.hpp"

namespace tacit::linalg {

namespace {

/// The circuit's name of a tile: "x" for an operand of one tile, else "x.3".
std::string tile_name(const std::string& name, const Layout& layout, std::size_t tile) {
    return layout.tiles() == 1 ? name : fmt::format("{}.{}", name, tile);
}

void require_new_name(const char* kind, const std::vector<Operand>& operands, const std::string& name, Location where) {
    if (std::ranges::find(operands, name, &Operand::name) != operands.end()) {
        fail(ErrorCode::invalid_argument, "{}program: there is an {} \"{}\" already; every {} has its own name",
             prefix(where), kind, name, kind);
    }
}

}  // namespace

Matrix ProgramBuilder::matrix(const std::string& name, Unit unit, std::size_t rows, std::size_t columns,
                              Location where) {
    return input<Kind::matrix>(name, Layout::matrix(unit, rows, columns, where), where);
}

RowVector ProgramBuilder::row_vector(const std::string& name, Unit unit, std::size_t length, Location where) {
    return input<Kind::row_vector>(name, Layout::row_vector(unit, length, where), where);
}

ColumnVector ProgramBuilder::column_vector(const std::string& name, Unit unit, std::size_t length, Location where) {
    return input<Kind::column_vector>(name, Layout::column_vector(unit, length, where), where);
}

Scalar ProgramBuilder::scalar(const std::string& name, Unit unit, Location where) {
    return input<Kind::scalar>(name, Layout::scalar(unit), where);
}

std::vector<circuit::Expr> ProgramBuilder::input_tiles(const Description& what, Location where) {
    const auto& [name, layout, transposed] = what;
    if (slots_.value_or(layout.unit().slots()) != layout.unit().slots()) {
        fail(ErrorCode::invalid_argument,
             "{}program: input \"{}\" has units of {} slots, others have {}; one program "
             "has one number of slots",
             prefix(where), name, layout.unit().slots(), *slots_);
    }
    require_new_name("input", inputs_, name, where);
    slots_ = layout.unit().slots();
    std::vector<circuit::Expr> tiles;
    tiles.reserve(layout.tiles());
    for (std::size_t i = 0; i < layout.tiles(); ++i) {
        tiles.push_back(builder_.expr(builder_.input(tile_name(name, layout, i), where)));
    }
    inputs_.push_back({what, input_count_});
    input_count_ += layout.tiles();
    return tiles;
}

void ProgramBuilder::output_tiles(const Description& what, std::span<const circuit::Expr> tiles, Location where) {
    const auto& [name, layout, transposed] = what;
    if (slots_ != layout.unit().slots()) {
        fail(ErrorCode::invalid_argument, "{}program: output \"{}\" is not a value of this program", prefix(where),
             name);
    }
    require_new_name("output", outputs_, name, where);
    for (std::size_t i = 0; i < tiles.size(); ++i) builder_.output(tiles[i], tile_name(name, layout, i));
    outputs_.push_back({what, output_count_});
    output_count_ += tiles.size();
}

Program ProgramBuilder::finish() && { return {std::move(builder_).finish(), std::move(inputs_), std::move(outputs_)}; }

std::string print_layout(const Description& what) {
    return print(what.layout) + (what.transposed ? " transposed" : "");
}

std::vector<std::vector<double>> pack(const Description& what, const Dense& matrix, Location where) {
    return pack(what.layout, what.transposed ? transposed(matrix) : matrix, where);
}

Dense unpack(const Description& what, std::span<const std::vector<double>> tiles, Location where) {
    Dense matrix = unpack(what.layout, tiles, where);
    return what.transposed ? transposed(matrix) : matrix;
}

std::vector<std::vector<double>> Program::pack(std::span<const Dense> matrices, Location where) const {
    if (matrices.size() != inputs.size()) {
        fail(ErrorCode::invalid_argument, "{}pack: {} matrices for a program of {} inputs", prefix(where),
             matrices.size(), inputs.size());
    }
    std::vector<std::vector<double>> slots;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        for (auto& tile : linalg::pack(inputs[i], matrices[i], where)) slots.push_back(std::move(tile));
    }
    return slots;
}

std::vector<Dense> Program::unpack(std::span<const std::vector<double>> slots, Location where) const {
    const std::size_t expected = outputs.back().first + outputs.back().layout.tiles();
    if (slots.size() != expected) {
        fail(ErrorCode::invalid_argument, "{}unpack: {} slot vectors for a program of {} outputs", prefix(where),
             slots.size(), expected);
    }
    std::vector<Dense> matrices;
    for (const Operand& output : outputs) {
        matrices.push_back(linalg::unpack(output, slots.subspan(output.first, output.layout.tiles()), where));
    }
    return matrices;
}

}  // namespace tacit::linalg
