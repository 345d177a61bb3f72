#include <algorithm>
#include <cmath>

#include "base/fail.hpp"
#include "tacit/tensor/lowered.hpp"
#include "tensor/block_slots.hpp"
#include "tensor/clear.hpp"

namespace tacit::tensor {

namespace {

using Part = InputBlock::Part;

/// A sum of chain * vector.
std::vector<double> vector_sum(const Program& program, const Values& values,
                               const std::vector<InputBlock::Term>& terms) {
    std::vector<double> sum;
    for (const InputBlock::Term& t : terms) {
        std::vector<double> x =
            t.times_vector ? values.vector(t.vector) : std::vector<double>(program.columns(t.chain.back()), 1.0);
        x = values.times(t.chain, std::move(x));
        sum.resize(x.size(), 0.0);
        for (std::size_t i = 0; i < x.size(); ++i) sum[i] += t.factor * x[i];
    }
    return sum;
}

template <class Visit>
void for_each_chain(const InputBlock& block, const Visit& visit) {
    for (const Part* part : {&block.real, &block.imaginary}) {
        if (part->kind == Part::Kind::matrix && !part->terms.front().chain.empty()) visit(part->terms.front().chain);
    }
}

}  // namespace

Owner owner(const Program& program, const InputBlock& block) {
    for (const Part* part : {&block.real, &block.imaginary}) {
        for (const InputBlock::Term& t : part->terms) {
            for (const Factor& f : t.chain) {
                const MatrixInfo& m = program.matrices()[f.matrix];
                if (!m.known) return m.owner;
            }
            if (t.times_vector && !program.vectors()[t.vector].known) return program.vectors()[t.vector].owner;
        }
    }
    return {};  // public parts alone are constants of the circuit, no inputs
}

Packer::Packer(const Program& program, const Lowered& lowered, const ClearInputs& inputs)
    : program_(program), grid_(lowered.grid), inputs_(inputs) {
    check_inputs(program, inputs);
    for (const InputBlock& block : lowered.inputs) {
        for_each_chain(block, [&](const Chain& chain) { ++products_[chain].uses; });
    }
}

std::vector<std::complex<double>> Packer::operator()(const InputBlock& block) {
    std::vector<std::complex<double>> slots(grid_.height * grid_.width);
    add(block, block.real, 1, slots);
    add(block, block.imaginary, {0, 1}, slots);
    for_each_chain(block, [&](const Chain& chain) {
        Product& kept = products_[chain];
        if (kept.uses <= 1)
            products_.erase(chain);
        else
            --kept.uses;
    });
    return slots;
}

const ClearMatrix& Packer::product(const Chain& chain) {
    Product& kept = products_[chain];
    if (kept.value.values.empty()) kept.value = Values(program_, &inputs_).product(chain);
    return kept.value;
}

void Packer::add(const InputBlock& block, const Part& part, std::complex<double> unit,
                 std::vector<std::complex<double>>& slots) {
    if (part.kind == Part::Kind::none) return;
    if (part.kind == Part::Kind::matrix) {
        const InputBlock::Term& term = part.terms.front();
        const ClearMatrix* m = term.chain.empty() ? nullptr : &product(term.chain);
        for_each_slot(grid_, block, part, [&](std::size_t slot, std::size_t r, std::size_t c) {
            slots[slot] += unit * (term.factor * entry(m, r, c));
        });
        return;
    }
    const std::vector<double> x = vector_sum(program_, Values(program_, &inputs_), part.terms);
    const bool down = part.kind == Part::Kind::along_rows;
    for_each_slot(grid_, block, part, [&](std::size_t slot, std::size_t r, std::size_t c) {
        const std::size_t i = down ? r : c;
        slots[slot] += unit * (i < x.size() ? x[i] : 0.0);
    });
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
