#include "tacit/runtime/managed_program.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/fail.hpp"
#include "tacit/ckks/evaluator.hpp"

namespace tacit::runtime {

namespace {

using ckks::Ciphertext;
using linalg::Operand;

std::string names_of(const std::vector<Operand>& operands) {
    std::string names;
    for (const Operand& operand : operands) names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", operand.name);
    return names;
}

/// The operand of this name; its position is that of the program.
std::size_t position_of(const char* operation, const std::vector<Operand>& operands, const std::string& name) {
    const auto found = std::ranges::find(operands, name, &Operand::name);
    if (found == operands.end()) {
        fail(ErrorCode::invalid_argument, "{}: the program has no input \"{}\"; its inputs are {}", operation, name,
             names_of(operands));
    }
    return static_cast<std::size_t>(found - operands.begin());
}

/// Whether a value may stand for an input: the same layout, or zeros where the program takes anything.
bool fits(const linalg::Description& value, const linalg::Description& input) {
    return value.transposed == input.transposed &&
           (value.layout == input.layout || value.layout.with_clean(false) == input.layout);
}

/// The values in the order of the program's inputs.
std::vector<EncryptedValue> in_order(const ManagedProgram& program, std::vector<EncryptedValue> values) {
    std::vector<EncryptedValue*> places(program.inputs().size());
    for (EncryptedValue& value : values) {
        const std::size_t at = position_of("run", program.inputs(), value.name());
        const Operand& input = program.inputs()[at];
        if (places[at] != nullptr) {
            fail(ErrorCode::invalid_argument, "run: input \"{}\" is there twice; give each input once", input.name);
        }
        if (!fits(value.description(), input)) {
            fail(ErrorCode::invalid_argument,
                 "run: input \"{}\" is a {} but the program takes a {}; encrypt it with the layout of the program",
                 input.name, print_layout(value.description()), print_layout(input));
        }
        places[at] = &value;
    }
    std::vector<EncryptedValue> ordered;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const Operand& input = program.inputs()[i];
        if (places[i] == nullptr) {
            fail(ErrorCode::invalid_argument, "run: input \"{}\", a {}, is missing; the program needs {}", input.name,
                 print_layout(input), names_of(program.inputs()));
        }
        ordered.push_back(std::move(*places[i]));
    }
    return ordered;
}

void require_level(const Operand& input, std::size_t tile, int found, int needed) {
    if (found < needed) {
        fail(ErrorCode::out_of_levels,
             "run: tile {} of input \"{}\" is at level {} but the program needs level {}; encrypt it there or higher",
             tile, input.name, found, needed);
    }
}

}  // namespace

ManagedProgram::ManagedProgram(const linalg::Program& program)
    : inputs_(program.inputs), outputs_(program.outputs), circuit_(compile::manage(program.circuit, program.slots())) {}

std::vector<EncryptedValue> ManagedProgram::encrypt(const ckks::Encryptor& encryptor,
                                                    const NamedMatrices& matrices) const {
    std::vector<EncryptedValue> values;
    for (const auto& [name, matrix] : matrices) {
        const Operand& input = inputs_[position_of("encrypt", inputs_, name)];
        std::vector<Ciphertext> tiles;
        for (const auto& slots : pack(input, matrix)) {
            tiles.push_back(encryptor.encrypt(slots, level(input, tiles.size())));
        }
        values.emplace_back(input, std::move(tiles));
    }
    return values;
}

std::vector<EncryptedValue> run(const ManagedProgram& program, const ckks::EvaluationKeys& keys,
                                std::vector<EncryptedValue> inputs, const Progress& progress) {
    std::vector<EncryptedValue> ordered = in_order(program, std::move(inputs));
    const ckks::Evaluator evaluator(keys);
    std::vector<Ciphertext> tiles;
    for (std::size_t i = 0; i < ordered.size(); ++i) {
        const Operand& input = program.inputs()[i];
        std::vector<Ciphertext> own = std::move(ordered[i]).take_tiles();
        for (std::size_t tile = 0; tile < own.size(); ++tile) {
            const int needed = program.level(input, tile);
            require_level(input, tile, own[tile].level(), needed);
            const bool drop = own[tile].level() > needed;
            tiles.push_back(drop ? evaluator.drop_level(own[tile], needed) : std::move(own[tile]));
        }
    }
    std::vector<Ciphertext> results = execute(program.circuit(), keys, std::move(tiles), progress);
    std::vector<EncryptedValue> outputs;
    for (const Operand& output : program.outputs()) {
        std::vector<Ciphertext> own;
        for (std::size_t i = 0; i < output.layout.tiles(); ++i) own.push_back(std::move(results[output.first + i]));
        outputs.emplace_back(output, std::move(own));
    }
    return outputs;
}

}  // namespace tacit::runtime
