#include <algorithm>
#include <cmath>

#include "base/fail.hpp"
#include "tacit/tensor/lowered.hpp"
#include "tensor/clear.hpp"

namespace tacit::tensor {

namespace {

using Part = InputBlock::Part;

/// A sum of chain * vector.
std::vector<double> vector_sum(const Program& program, const ClearInputs& inputs,
                               const std::vector<InputBlock::Term>& terms) {
    std::vector<double> sum;
    for (const InputBlock::Term& t : terms) {
        std::vector<double> x =
            t.times_vector ? inputs.vectors[t.vector] : std::vector<double>(program.columns(t.chain.back()), 1.0);
        x = chain_times(inputs, t.chain, std::move(x));
        sum.resize(x.size(), 0.0);
        for (std::size_t i = 0; i < x.size(); ++i) sum[i] += t.factor * x[i];
    }
    return sum;
}

}  // namespace

Owner owner(const Program& program, const InputBlock& block) {
    for (const Part* part : {&block.real, &block.imaginary}) {
        for (const InputBlock::Term& t : part->terms) {
            if (!t.chain.empty()) return program.matrices()[t.chain.front().matrix].owner;
            if (t.times_vector) return program.vectors()[t.vector].owner;
        }
    }
    return {};  // the identity is everybody's
}

Packer::Packer(const Program& program, Grid grid, const ClearInputs& inputs)
    : program_(program), grid_(grid), inputs_(inputs) {
    check_inputs(program, inputs);
}

std::vector<std::complex<double>> Packer::operator()(const InputBlock& block) {
    std::vector<std::complex<double>> slots(grid_.height * grid_.width);
    add(block, block.real, 1, slots);
    add(block, block.imaginary, {0, 1}, slots);
    return slots;
}

const ClearMatrix& Packer::product(const Chain& chain) {
    const auto [at, fresh] = products_.try_emplace(chain);
    if (fresh) at->second = chain_product(inputs_, chain);
    return at->second;
}

void Packer::add(const InputBlock& block, const Part& part, std::complex<double> unit,
                 std::vector<std::complex<double>>& slots) {
    if (part.kind == Part::Kind::none) return;
    const auto fill = [&](const auto& entry) {
        for (std::size_t r = 0; r < grid_.height; ++r) {
            for (std::size_t c = 0; c < block.columns; ++c) {
                slots[r * grid_.width + block.grid_column + c] += unit * entry(part.row + r, part.column + c);
            }
        }
    };
    if (part.kind != Part::Kind::matrix) {
        const std::vector<double> x = vector_sum(program_, inputs_, part.terms);
        const bool down = part.kind == Part::Kind::along_rows;
        fill([&](std::size_t r, std::size_t c) {
            const std::size_t i = down ? r : c;
            return i < x.size() ? x[i] : 0.0;
        });
        return;
    }
    const InputBlock::Term& term = part.terms.front();
    if (term.chain.empty()) {
        fill([&](std::size_t r, std::size_t c) { return r == c ? term.factor : 0.0; });
        return;
    }
    const ClearMatrix& m = product(term.chain);
    fill([&](std::size_t r, std::size_t c) { return r < m.rows && c < m.columns ? term.factor * m(r, c) : 0.0; });
}

std::vector<std::vector<double>> unpack(const Program& program, const Lowered& lowered,
                                        std::span<const std::vector<std::complex<double>>> slots) {
    std::vector<std::vector<double>> values;
    for (const std::uint32_t output : program.outputs()) values.emplace_back(program.nodes()[output].size, 0.0);
    for (const OutputSlots& where : lowered.outputs) {
        if (where.output >= slots.size() ||
            where.first_slot + (where.count - 1) * where.stride >= slots[where.output].size()) {
            fail(ErrorCode::invalid_argument,
                 "unpack: output {} is missing or has too few slots for a grid of {} x {}; give all outputs",
                 where.output, lowered.grid.height, lowered.grid.width);
        }
        for (std::size_t i = 0; i < where.count; ++i) {
            const std::complex<double> slot = slots[where.output][where.first_slot + i * where.stride];
            values[where.vector][where.first_entry + i] = where.imaginary ? slot.imag() : slot.real();
        }
    }
    return values;
}

}  // namespace tacit::tensor
