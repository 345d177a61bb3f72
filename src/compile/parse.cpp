#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <utility>

#include "circuit/circuit_parser.hpp"
#include "tacit/compile/text.hpp"

namespace tacit::compile {

namespace {

using circuit::CircuitParser;
using circuit::TextLine;

constexpr std::array steps{
    Step::input,   Step::zero,         Step::add,          Step::sub,         Step::negate,
    Step::mul,     Step::add_constant, Step::mul_constant, Step::mul_integer, Step::relinearize_rescale,
    Step::rescale, Step::drop_level,   Step::rotate,       Step::conjugate,   Step::refresh};

}  // namespace

/// Reads the sections in order: two lines of header, the circuit, the instructions.
class ManagedParser {
public:
    ManagedCircuit run(std::string_view text) {
        const TextLine last =
            circuit::for_lines("managed circuit text", text, [this](TextLine& line) { statement(line); });
        if (!program_) last.refuse("there are no instructions; end the circuit with a line 'instructions'");
        if (program_->outputs_.size() != program_->circuit_.outputs().size()) {
            last.refuse("{} outputs but the circuit has {}; name one instruction for each", program_->outputs_.size(),
                        program_->circuit_.outputs().size());
        }
        program_->measure();
        return *std::move(program_);
    }

private:
    void statement(TextLine& line) {
        if (!has_header_) {
            header(line);
        } else if (slots_ == 0) {
            slots(line);
        } else if (program_) {
            instruction_or_output(line);
        } else if (TextLine ahead = line; ahead.word() == "instructions") {
            line = ahead;
            program_ = ManagedCircuit(circuit_.finish(line), slots_);
            inputs_seen_.assign(program_->circuit_.inputs().size(), false);
        } else {
            circuit_.statement(line);
            return;  // which saw to the end of the line
        }
        line.expect_end();
    }

    void header(TextLine& line) {
        if (line.word() != "managed") line.refuse("this is no managed circuit; begin with 'managed 1'");
        const auto version = line.number<std::uint32_t>("the version of the text form");
        if (version != 1) line.refuse("version {} of the text form is unknown; this library reads version 1", version);
        has_header_ = true;
    }

    void slots(TextLine& line) {
        line.expect_word("slots");
        slots_ = line.number<std::uint32_t>("the number of slots");
        if (!std::has_single_bit(slots_)) line.refuse("{} slots, but their number is a power of two", slots_);
    }

    void instruction_or_output(TextLine& line) {
        if (!line.take('%')) {
            line.expect_word("output");
            line.expect('%');
            const std::uint32_t at = position(line);
            if (!(program_->instructions_[at].type == ckks::CiphertextType{0, 1, 1})) {
                line.refuse("%{} has {}; outputs have level 0, scale power 1, degree 1", at,
                            ckks::to_string(program_->instructions_[at].type));
            }
            program_->outputs_.push_back(at);
            return;
        }
        const auto number = line.number<std::uint32_t>("the number of an instruction");
        const std::size_t n = program_->instructions_.size();
        if (number != n) line.refuse("instruction %{} where %{} is next; number them without gaps", number, n);
        line.expect('=');
        program_->instructions_.push_back(instruction(line));
        if (const std::string flaw = program_->flaw(n); !flaw.empty()) line.refuse("{}", flaw);
    }

    Instruction instruction(TextLine& line) {
        Instruction made;
        const std::string_view word = line.word();
        const auto step = std::ranges::find_if(steps, [&](Step s) { return word == to_string(s); });
        if (step == steps.end()) line.refuse("unknown step {}; use those that print() writes", line.next());
        made.step = *step;
        operands(line, made);
        line.expect(':');
        line.expect_word("level");
        made.type.level = line.number<int>("a level");
        line.expect_word("power");
        made.type.scale_power = line.number<int>("a scale power");
        line.expect_word("degree");
        made.type.degree = line.number<int>("a degree");
        line.expect_word("of");
        made.source = value(line);
        return made;
    }

    void operands(TextLine& line, Instruction& i) {
        if (i.step == Step::input) {
            i.attribute = input(line);
            return;
        }
        if (operand_count(i.step) == 0) return;
        line.expect('%');
        i.lhs = position(line);
        if (operand_count(i.step) > 1) {
            line.expect(',');
            line.expect('%');
            i.rhs = position(line);
        } else if (i.step == Step::rotate) {
            line.expect(',');
            i.attribute = line.number<std::int32_t>("the steps of a rotation");
        } else if (i.step == Step::add_constant || i.step == Step::mul_constant || i.step == Step::mul_integer) {
            line.expect(',');
            const circuit::ValueId constant = value(line);
            if (!program_->circuit_.is_constant(constant)) line.refuse("the value is no constant; use another step");
            i.attribute = program_->circuit_.node(constant).attribute;
        }
    }

    std::int32_t input(TextLine& line) {
        const std::string name = line.name();
        const auto inputs = program_->circuit_.inputs();
        const auto found = std::ranges::find(inputs, name, &circuit::InputInfo::name);
        if (found == inputs.end()) line.refuse("the circuit has no input \"{}\"; use a name of its inputs", name);
        const auto at = static_cast<std::size_t>(found - inputs.begin());
        if (inputs_seen_[at]) line.refuse("input \"{}\" is read twice; use the first instruction again", name);
        inputs_seen_[at] = true;
        return static_cast<std::int32_t>(at);
    }

    /// An instruction above this line.
    std::uint32_t position(TextLine& line) {
        const auto number = line.number<std::uint32_t>("the number of an instruction");
        if (number >= program_->instructions_.size()) {
            line.refuse("%{} is not defined above; define an instruction before its use", number);
        }
        return number;
    }

    circuit::ValueId value(TextLine& line) {
        line.expect_word("value");
        return circuit_.value(line);
    }

    bool has_header_ = false;
    std::uint32_t slots_ = 0;
    CircuitParser circuit_;
    std::optional<ManagedCircuit> program_;
    std::vector<bool> inputs_seen_;
};

ManagedCircuit parse(std::string_view text) { return ManagedParser().run(text); }

}  // namespace tacit::compile
