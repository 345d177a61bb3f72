#include <utility>

#include "circuit/circuit_parser.hpp"
#include "tacit/circuit/text.hpp"

namespace tacit::circuit {

namespace {

std::vector<double> constant(TextLine& line) {
    std::vector<double> values;
    const bool list = line.take('[');
    do {
        values.push_back(line.number<double>("a value of a constant"));
    } while (list && line.take(','));
    if (list) line.expect(']');
    return values;
}

}  // namespace

void CircuitParser::statement(TextLine& line) {
    if (!has_header_) {
        header(line);
    } else if (line.take('%')) {
        definition(line);
    } else if (line.word() == "output") {
        const ValueId value = operand(line);
        std::string name = line.name();
        line.build([&] { builder_.output(value, std::move(name)); });
    } else {
        line.refuse("{} begins no statement; write '%number = operation' or 'output %number \"name\"'", line.next());
    }
    line.expect_end();
}

void CircuitParser::header(TextLine& line) {
    if (line.word() != "circuit") line.refuse("this is no circuit; begin with 'circuit 1'");
    const auto version = line.number<std::uint32_t>("the version of the text form");
    if (version != 1) line.refuse("version {} of the text form is unknown; this library reads version 1", version);
    has_header_ = true;
}

void CircuitParser::definition(TextLine& line) {
    const auto number = line.number<std::uint32_t>("the number of a value");
    if (values_.contains(number)) line.refuse("%{} is defined twice; give every value its own number", number);
    line.expect('=');
    values_.emplace(number, operation(line));
}

ValueId CircuitParser::operation(TextLine& line) {
    const std::string_view word = line.word();
    if (word == "input") {
        std::string name = line.name();
        return line.build([&] { return builder_.input(std::move(name), Location{}); });
    }
    if (word == "constant") {
        const auto values = constant(line);
        return line.build([&] { return builder_.constant(values, Location{}); });
    }
    if (word == "negate") {
        const ValueId a = operand(line);
        return line.build([&] { return builder_.negate(a, Location{}); });
    }
    if (word == "conjugate") {
        const ValueId a = operand(line);
        return line.build([&] { return builder_.conjugate(a, Location{}); });
    }
    if (word == "refresh") {
        const ValueId a = operand(line);
        return line.build([&] { return builder_.refresh(a, Location{}); });
    }
    if (word == "rotate") {
        const ValueId a = operand(line);
        line.expect(',');
        const auto steps = line.number<std::int32_t>("the steps of a rotation");
        return line.build([&] { return builder_.rotate(a, steps, Location{}); });
    }
    return binary(line, word);
}

ValueId CircuitParser::binary(TextLine& line, std::string_view word) {
    if (word != "add" && word != "sub" && word != "mul") {
        line.refuse("unknown operation {}; use input, constant, add, sub, mul, negate, rotate, conjugate or refresh",
                    line.next());
    }
    const ValueId a = operand(line);
    line.expect(',');
    const ValueId b = operand(line);
    return line.build([&] {
        if (word == "add") return builder_.add(a, b, Location{});
        return word == "sub" ? builder_.sub(a, b, Location{}) : builder_.mul(a, b, Location{});
    });
}

ValueId CircuitParser::operand(TextLine& line) {
    line.expect('%');
    return value(line);
}

ValueId CircuitParser::value(TextLine& line) const {
    const auto number = line.number<std::uint32_t>("the number of a value");
    const auto found = values_.find(number);
    if (found == values_.end()) line.refuse("%{} is not defined above; define a value before its use", number);
    return found->second;
}

Circuit CircuitParser::finish(const TextLine& last) {
    if (!has_header_) last.refuse("the text is empty; begin with 'circuit 1'");
    return last.build([this] { return std::move(builder_).finish(); });
}

Circuit parse(std::string_view text) {
    CircuitParser parser;
    const TextLine last = for_lines("circuit text", text, [&](TextLine& line) { parser.statement(line); });
    return parser.finish(last);
}

}  // namespace tacit::circuit
