#include "tacit/circuit/expr.hpp"

#include "base/fail.hpp"
#include "circuit/recording.hpp"

namespace tacit::circuit {

Expr Expr::constant(const Constant& value, Location where) const {
    return {recording_, recording_->constant(value.values(), where)};
}

ValueId Expr::resolve(Op op, const Located& operand, detail::Recording& recording) {
    if (operand.constant_ != nullptr) return recording.constant(operand.constant_->values(), operand.where_);
    if (operand.expr_ == nullptr) return recording.constant({&operand.scalar_, 1}, operand.where_);
    if (operand.expr_->recording_.get() != &recording) {
        fail(ErrorCode::invalid_argument,
             "{}{}: the operands belong to two circuits; trace both computations in one function",
             prefix(operand.where_), to_string(op));
    }
    return operand.expr_->id_;
}

Expr Expr::binary(Op op, const Located& a, const Located& b) {
    const Expr* const some = a.expr_ != nullptr ? a.expr_ : b.expr_;
    TACIT_ASSERT(some != nullptr);  // overload resolution finds the operators through an Expr
    detail::Recording& recording = *some->recording_;
    recording.require_open(op, a.where_);
    const ValueId lhs = resolve(op, a, recording);
    const ValueId rhs = resolve(op, b, recording);
    return {some->recording_, recording.binary(op, lhs, rhs, a.where_)};
}

Expr Expr::unary(Op op, const Located& a, std::int32_t attribute) {
    TACIT_ASSERT(a.expr_ != nullptr);
    detail::Recording& recording = *a.expr_->recording_;
    const ValueId operand = a.expr_->id_;
    const ValueId result = op == Op::negate      ? recording.negate(operand, a.where_)
                           : op == Op::conjugate ? recording.conjugate(operand, a.where_)
                           : op == Op::refresh   ? recording.refresh(operand, a.where_)
                                                 : recording.rotate(operand, attribute, a.where_);
    return {a.expr_->recording_, result};
}

}  // namespace tacit::circuit
