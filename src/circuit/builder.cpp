#include "tacit/circuit/builder.hpp"

#include <utility>

#include "base/fail.hpp"
#include "circuit/recording.hpp"
#include "tacit/circuit/expr.hpp"

namespace tacit::circuit {

Builder::Builder() : recording_(std::make_shared<detail::Recording>()) {}
Builder::~Builder() = default;

ValueId Builder::input(std::string name, Location where) { return recording_->input(std::move(name), where); }
ValueId Builder::constant(std::span<const double> values, Location where) {
    return recording_->constant(values, where);
}
ValueId Builder::constant(double value, Location where) { return recording_->constant({&value, 1}, where); }
ValueId Builder::add(ValueId a, ValueId b, Location where) { return recording_->binary(Op::add, a, b, where); }
ValueId Builder::sub(ValueId a, ValueId b, Location where) { return recording_->binary(Op::sub, a, b, where); }
ValueId Builder::mul(ValueId a, ValueId b, Location where) { return recording_->binary(Op::mul, a, b, where); }
ValueId Builder::negate(ValueId a, Location where) { return recording_->negate(a, where); }
ValueId Builder::rotate(ValueId a, std::int32_t steps, Location where) { return recording_->rotate(a, steps, where); }
ValueId Builder::conjugate(ValueId a, Location where) { return recording_->conjugate(a, where); }
ValueId Builder::refresh(ValueId a, Location where) { return recording_->refresh(a, where); }

void Builder::output(ValueId value, std::string name) { recording_->output(value, std::move(name)); }

void Builder::output(const Expr& value, std::string name) {
    if (value.recording_ != recording_) {
        fail(ErrorCode::invalid_argument,
             "output: the value belongs to another circuit; return values computed from the arguments of this one");
    }
    recording_->output(value.id_, std::move(name));
}

Expr Builder::expr(ValueId value) {
    recording_->require_value("expr", value, {});
    return {recording_, value};
}

const Node& Builder::node(ValueId value) const {
    recording_->require_value("node", value, {});
    return recording_->circuit().node(value);
}

std::span<const double> Builder::constant_values(std::int32_t number) const {
    return recording_->circuit().constant(number);
}

Circuit Builder::finish() && { return recording_->finish(); }

}  // namespace tacit::circuit
