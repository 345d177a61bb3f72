#include "tacit/linalg/program.hpp"

#include "circuit/expect_error.hpp"
#include "linalg/trial.hpp"
#include "tacit/linalg/products.hpp"

namespace tacit::linalg {
namespace {

using circuit::expect_error;

const Unit unit = Unit::make(2, 4);

TEST(Program, NamesTheTilesOfItsInputsAndOutputs) {
    ProgramBuilder builder;
    const Matrix m = builder.matrix("m", unit, 3, 5);
    const ColumnVector x = builder.column_vector("x", unit, 5);
    const RowVector u = builder.row_vector("u", unit, 2);
    const Scalar s = builder.scalar("s", unit);
    builder.output("y", multiply(m, x));
    builder.output("su", multiply(s, u));
    const Program program = std::move(builder).finish();
    std::vector<std::string> names;
    for (const auto& input : program.circuit.inputs()) names.push_back(input.name);
    EXPECT_EQ(names, (std::vector<std::string>{"m.0", "m.1", "m.2", "m.3", "x.0", "x.1", "u", "s"}));
    const auto outputs = program.circuit.output_names();
    EXPECT_EQ(std::vector<std::string>(outputs.begin(), outputs.end()), (std::vector<std::string>{"y.0", "y.1", "su"}));
    EXPECT_EQ(program.slots(), 8U);
    EXPECT_EQ(program.inputs[1], (Operand{{"x", Layout::column_vector(unit, 5)}, 4}));
    EXPECT_EQ(program.outputs[1].first, 2U);
}

TEST(Program, PacksItsInputsAndUnpacksItsOutputsInOrder) {
    ProgramBuilder builder;
    const ColumnVector x = builder.column_vector("x", unit, 2);
    const Scalar s = builder.scalar("s", unit);
    builder.output("x", x);
    builder.output("s", s);
    const Program program = std::move(builder).finish();
    const std::vector<Dense> values{Dense::column({1, 2}), Dense(1, 1, {3})};
    const auto slots = program.pack(values);
    EXPECT_EQ(slots[0], (std::vector<double>{1, 2, 0, 0, 1, 2, 0, 0}));
    EXPECT_EQ(program.unpack(slots), values);
}

TEST(Program, AnOutputIsAnInputOfTheNext) {
    ProgramBuilder first;
    first.output("sums", sum_columns(first.matrix("m", unit, 2, 3)));
    const Program one = std::move(first).finish();
    const auto layout = parse_layout(print(one.outputs[0].layout)).value();
    EXPECT_EQ(print(layout), "row_vector 2 unit 2x4 copies 2 dirty");
    ProgramBuilder second;
    second.output("all", spread(second.input<Kind::row_vector>("sums", layout)));
    const Program two = std::move(second).finish();
    circuit::Plain plain(8, one.pack(std::vector{Dense(2, 3, {1, 2, 3, 4, 5, 6})}));
    const std::vector<std::vector<double>> sums{interpret(one.circuit, plain)[0].real()};
    circuit::Plain next(8, sums);
    EXPECT_EQ(interpret(two.circuit, next)[0].real(), (std::vector<double>{6, 6, 6, 6, 15, 15, 15, 15}));
}

TEST(Program, RunsOnMoreSlotsThanItsUnitsWhereEverythingRepeats) {
    ProgramBuilder builder;
    const Matrix m = builder.matrix("m", unit, 3, 5);
    builder.output("y", spread(multiply(m, builder.column_vector("x", unit, 5))));
    const Program program = std::move(builder).finish();
    std::mt19937_64 random(6);
    const std::vector<Dense> values{random_dense(3, 5, random), random_dense(5, 1, random)};
    auto slots = program.pack(values);
    for (auto& tile : slots) {
        tile.insert(tile.end(), tile.begin(), tile.begin() + 8);
        tile.insert(tile.end(), tile.begin(), tile.begin() + 16);
    }
    for (std::size_t period = 0; period < 4; ++period) {
        std::vector<std::vector<double>> part;
        circuit::Plain plain(32, slots);
        for (const auto& result : interpret(program.circuit, plain)) {
            const auto all = result.real();
            part.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(8 * period),
                              all.begin() + static_cast<std::ptrdiff_t>(8 * period + 8));
        }
        const Dense expected = transposed(times(values[0], values[1]));
        const Dense read = program.unpack(part)[0];
        for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(read(0, i), expected(0, i), 1e-12);
    }
}

TEST(Program, RefusesUnitsOfAnotherNumberOfSlots) {
    ProgramBuilder builder;
    static_cast<void>(builder.matrix("m", unit, 3, 5));
    expect_error(ErrorCode::invalid_argument, "input \"x\" has units of 16 slots, others have 8",
                 [&] { static_cast<void>(builder.column_vector("x", Unit::make(4, 4), 5)); });
    expect_error(ErrorCode::invalid_argument,
                 "program_test.cpp:", [&] { static_cast<void>(builder.scalar("x", Unit::make(4, 4))); });
}

TEST(Program, RefusesANameThatIsTaken) {
    ProgramBuilder builder;
    const Scalar s = builder.scalar("m", unit);
    builder.output("m", s);
    expect_error(ErrorCode::invalid_argument,
                 "program_test.cpp:", [&] { static_cast<void>(builder.row_vector("m", unit, 1)); });
    expect_error(ErrorCode::invalid_argument, "program: there is an input \"m\" already; every input has its own name",
                 [&] { static_cast<void>(builder.matrix("m", unit, 9, 9)); });
    expect_error(ErrorCode::invalid_argument, "program: there is an output \"m\" already",
                 [&] { builder.output("m", s); });
}

TEST(Program, RefusesAnOutputOfAnotherProgram) {
    ProgramBuilder builder;
    ProgramBuilder other;
    ProgramBuilder empty;
    const Scalar s = builder.scalar("s", unit);
    const Scalar foreign = other.scalar("s", unit);
    expect_error(ErrorCode::invalid_argument, "two circuits", [&] { static_cast<void>(s + foreign); });
    expect_error(ErrorCode::invalid_argument, "output \"t\" is not a value of this program",
                 [&] { empty.output("t", foreign); });
}

TEST(Program, RefusesWrongNumbersOfMatricesAndSlotVectors) {
    ProgramBuilder builder;
    builder.output("m", builder.matrix("m", unit, 3, 5));
    const Program program = std::move(builder).finish();
    expect_error(ErrorCode::invalid_argument, "pack: 0 matrices for a program of 1 inputs",
                 [&] { static_cast<void>(program.pack({})); });
    expect_error(ErrorCode::invalid_argument, "unpack: 0 slot vectors for a program of 4 outputs",
                 [&] { static_cast<void>(program.unpack({})); });
}

TEST(Program, NeedsAnOutput) {
    ProgramBuilder builder;
    static_cast<void>(builder.scalar("s", unit));
    expect_error(ErrorCode::invalid_argument, "output", [&] { static_cast<void>(std::move(builder).finish()); });
}

}  // namespace
}  // namespace tacit::linalg
