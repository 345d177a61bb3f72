#include "tacit/circuit/circuit.hpp"

#include <limits>
#include <string>
#include <vector>

#include "circuit/expect_error.hpp"
#include "tacit/circuit/text.hpp"

namespace tacit::circuit {

/// What only the recording may touch.
struct detail::CircuitForTests {
    static auto& nodes(Circuit& c) { return c.nodes_; }
    static auto& places(Circuit& c) { return c.places_; }
    static auto& constant_values(Circuit& c) { return c.constant_values_; }
    static auto& constant_ends(Circuit& c) { return c.constant_ends_; }
    static auto& inputs(Circuit& c) { return c.inputs_; }
    static auto& outputs(Circuit& c) { return c.outputs_; }
    static auto& output_names(Circuit& c) { return c.output_names_; }
};

namespace {

using Inside = detail::CircuitForTests;

Circuit sound() {
    return parse(R"(circuit 1
%0 = input "x"
%1 = input "y"
%2 = constant [1, 2]
%3 = constant 3
%4 = add %0, %1
%5 = mul %4, %2
%6 = rotate %5, 1
%7 = sub %3, %6
%8 = negate %7
output %8 "a"
output %0 "b"
)");
}

/// What verify() says after `corrupt` worked on a sound circuit.
template <class Corrupt>
void expect_flaw(const std::string& part, const Corrupt& corrupt) {
    SCOPED_TRACE(part);
    Circuit circuit = sound();
    EXPECT_NO_THROW(circuit.verify());
    corrupt(circuit);
    expect_error(ErrorCode::internal, part, [&] { circuit.verify(); });
}

TEST(CircuitVerify, NamesNodesThatBreakAPromise) {
    const auto node = [](std::size_t n, const auto& change) {
        return [n, change](Circuit& c) { change(Inside::nodes(c)[n]); };
    };
    expect_flaw("value %4 (add): an operand does not stand before it", node(4, [](Node& n) { n.rhs = {4}; }));
    expect_flaw("value %6 (rotate): an operand does not stand before it", node(6, [](Node& n) { n.lhs = {77}; }));
    expect_flaw("value %6 (rotate): it has more operands than it takes", node(6, [](Node& n) { n.rhs = {1}; }));
    expect_flaw("value %0 (input): it has more operands than it takes", node(0, [](Node& n) { n.lhs = {1}; }));
    expect_flaw("value %0 (input): the list of inputs does not name it", node(0, [](Node& n) { n.attribute = 1; }));
    expect_flaw("value %1 (input): the list of inputs does not name it", node(1, [](Node& n) { n.attribute = -1; }));
    expect_flaw("value %2 (constant): its constant does not exist", node(2, [](Node& n) { n.attribute = 2; }));
    expect_flaw("value %3 (constant): another value is equal", node(3, [](Node& n) { n.attribute = 0; }));
    expect_flaw("value %6 (rotate): it rotates by 0 steps", node(6, [](Node& n) { n.attribute = 0; }));
    expect_flaw("value %8 (negate): it has an attribute but takes none", node(8, [](Node& n) { n.attribute = 5; }));
    expect_flaw("value %8 (negate): its operands are constants", node(8, [](Node& n) { n.lhs = {2}; }));
    expect_flaw("value %7 (sub): its operands are constants", node(7, [](Node& n) { n.rhs = {2}; }));
    expect_flaw("value %5 (mul): a constant stands on the left", node(5, [](Node& n) { std::swap(n.lhs, n.rhs); }));
    expect_flaw("value %4 (add): its operands are not in order", node(4, [](Node& n) { std::swap(n.lhs, n.rhs); }));
    expect_flaw("value %5 (unknown): there is no such operation", node(5, [](Node& n) { n.op = static_cast<Op>(99); }));
    expect_flaw("value %5 (mul): another value is equal", [](Circuit& c) {
        Inside::nodes(c)[4] = Inside::nodes(c)[5] = {Op::mul, {0}, {1}, 0};
    });
}

TEST(CircuitVerify, NamesConstantsThatBreakAPromise) {
    expect_flaw("constant 1: its length is no power of two", [](Circuit& c) {
        Inside::constant_values(c) = {1, 2, 3, 4, 5};
        Inside::constant_ends(c) = {2, 5};
    });
    expect_flaw("constant 1: its length is no power of two", [](Circuit& c) {
        Inside::constant_values(c) = {1, 2};
        Inside::constant_ends(c) = {2, 2};
    });
    expect_flaw("constant 0: a slot is not finite",
                [](Circuit& c) { Inside::constant_values(c)[1] = std::numeric_limits<double>::quiet_NaN(); });
    expect_flaw("constant 0: it has a shorter period", [](Circuit& c) { Inside::constant_values(c)[1] = 1; });
    expect_flaw("constant 1: another one is equal", [](Circuit& c) {
        Inside::constant_values(c) = {3, 3};
        Inside::constant_ends(c) = {1, 2};
    });
    expect_flaw("the constants do not fill their pool", [](Circuit& c) { Inside::constant_values(c).push_back(1); });
    expect_flaw("the constants do not fill their pool", [](Circuit& c) { Inside::constant_ends(c) = {4, 3}; });
    expect_flaw("a constant has no value", [](Circuit& c) {
        Inside::constant_values(c).push_back(7);
        Inside::constant_ends(c).push_back(4);
    });
}

TEST(CircuitVerify, NamesInputsOutputsAndLocationsThatBreakAPromise) {
    expect_flaw("an input has no value", [](Circuit& c) { Inside::inputs(c).push_back({"z", {0}}); });
    expect_flaw("two inputs have the name 'x'", [](Circuit& c) { Inside::inputs(c)[1].name = "x"; });
    expect_flaw("an input has a name that the text form cannot hold",
                [](Circuit& c) { Inside::inputs(c)[1].name = "a\nb"; });
    expect_flaw("there is no output", [](Circuit& c) {
        Inside::outputs(c).clear();
        Inside::output_names(c).clear();
    });
    expect_flaw("output 1 is no value", [](Circuit& c) { Inside::outputs(c)[1] = {9}; });
    expect_flaw("not every output has one name", [](Circuit& c) { Inside::output_names(c).pop_back(); });
    expect_flaw("two outputs have the name 'a'", [](Circuit& c) { Inside::output_names(c)[1] = "a"; });
    expect_flaw("an output has a name that the text form cannot hold",
                [](Circuit& c) { Inside::output_names(c)[1] = "\""; });
    expect_flaw("not every value has one location", [](Circuit& c) { Inside::places(c).pop_back(); });
    expect_flaw("value %3 (constant): its location is none of the files",
                [](Circuit& c) { Inside::places(c)[3].file = 5; });
}

}  // namespace
}  // namespace tacit::circuit
